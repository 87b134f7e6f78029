"""What an enterprise is told while the platform is away: the last reading, and when it was."""

from datetime import date, datetime, timedelta

import pytest

from bot.model.case import SHANGHAI
from bot.services.last_reading import TOO_OLD
from bot.services.platform_port import PlatformUnavailable
from bot.services.report_progress import render_progress, report_progress
from bot.storage.ledger_readings import SqlReadings
from connectors.platforms.demo import SAMPLE_ENTERPRISES, write_sample_file
from connectors.platforms.spgl import SpglPlatform

NOW = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)
MACHINES, HOMES, *_ = (enterprise.credit_code for enterprise in SAMPLE_ENTERPRISES)
FACTORY = "2509-210106-04-01-900001"
HOUSES = "2510-210213-04-01-900002"


@pytest.fixture
def city(tmp_path):
    """A platform that can be taken away."""
    return City(tmp_path / "sample.db")


class City:
    def __init__(self, file):
        self.file = file
        write_sample_file(file, date(2026, 11, 20))
        self.platform = SpglPlatform(f"sqlite:///{file}")

    def goes_away(self):
        self.file.unlink()


@pytest.fixture
def readings(database_url):
    return SqlReadings(database_url)


def report(city, readings, who=MACHINES, now=NOW, **what):
    return report_progress(city.platform, who, now, lambda name: None, readings=readings, **what)


def test_the_last_reading_is_told_with_its_time(city, readings):
    live = render_progress(report(city, readings, project_code=FACTORY))
    city.goes_away()

    later = report(city, readings, now=NOW + timedelta(hours=3), project_code=FACTORY)

    said = render_progress(later)
    assert "审批系统现在读不到" in said.splitlines()[0]
    assert "2026年11月20日18:00最后一次读到的情况" in said.splitlines()[0]
    # Nothing is reckoned on: the days used are those of the moment when it was read.
    assert said.splitlines()[2:] == live.splitlines()[:-2]


def test_without_a_reading_the_failure_stands(city, readings):
    city.goes_away()
    with pytest.raises(PlatformUnavailable):
        report(city, readings)


def test_an_old_reading_is_not_told(city, readings):
    report(city, readings)
    city.goes_away()
    with pytest.raises(PlatformUnavailable):
        report(city, readings, now=NOW + TOO_OLD + timedelta(minutes=1))


def test_nobody_is_told_what_another_read(city, readings):
    report(city, readings, HOMES)
    report(city, readings, MACHINES)
    city.goes_away()

    told = report(city, readings, MACHINES)
    assert {p.project.code for p in told.projects} == {p.code for p in told.visible}
    assert HOUSES not in render_progress(told)
    with pytest.raises(PlatformUnavailable):
        report(city, readings, MACHINES, project_code=HOUSES)


def test_projects_read_at_different_times_are_told_together(city, readings):
    report(city, readings)
    report(city, readings, now=NOW + timedelta(hours=1), project_code=FACTORY)
    city.goes_away()
    first = render_progress(report(city, readings)).splitlines()[0]
    assert "2026年11月20日18:00至2026年11月20日19:00之间最后一次读到" in first


def test_one_work_read_alone_does_not_hide_the_others(city, readings):
    whole = report(city, readings, project_code=FACTORY).projects[0].cases
    report(city, readings, project_code=f"{FACTORY}-0001")
    city.goes_away()
    assert len(report(city, readings, project_code=FACTORY).projects[0].cases) == len(whole)
    alone = report(city, readings, project_code=f"{FACTORY}-0001").projects[0].cases
    assert 0 < len(alone) < len(whole)


def test_what_cannot_be_kept_does_not_spoil_the_answer(city, tmp_path):
    for nowhere in ("sqlite:////nowhere/x.db", f"sqlite:///{tmp_path / 'empty.db'}"):
        (tmp_path / "empty.db").touch()
        assert report(city, SqlReadings(nowhere)).live
