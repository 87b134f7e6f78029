"""The total time of one answer: a slow platform is given up, and the last reading is told."""

import threading
from datetime import datetime

import pytest

from bot.model.case import SHANGHAI, Project, Work
from bot.services.in_time import InTime
from bot.services.last_reading import LastReading, ReadCases
from bot.services.platform_port import PlatformUnavailable
from bot.services.report_progress import render_progress, report_progress

NOW = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)


class Stuck:
    """Names its projects at once; the cases come only when the test lets them."""

    def __init__(self, projects):
        self.projects = projects
        self.let_go = threading.Event()
        self.asked = 0

    def projects_of(self, credit_code):
        return self.projects

    def cases(self, project):
        self.asked += 1
        self.let_go.wait(30)
        return []


class Remembered:
    def __init__(self, reading):
        self.reading = reading

    def recall(self, credit_code):
        return self.reading

    def remember(self, credit_code, reading):
        raise AssertionError("nothing was read")


@pytest.fixture
def stuck():
    projects = [_project(number) for number in range(5)]
    platform = Stuck(projects)
    yield platform
    platform.let_go.set()


def _project(number):
    code = f"2026-210100-47-01-00000{number}"
    return Project(code=code, name=f"项目{number}", works=(Work(code, "一期", None),))


def test_what_takes_too_long_is_given_up_and_nothing_is_asked_any_more(stuck):
    within = InTime(stuck, seconds=0.05)
    assert len(within.projects_of("x")) == 5
    for _ in range(3):
        with pytest.raises(PlatformUnavailable, match="太慢"):
            within.cases(stuck.projects[0])
    assert stuck.asked == 1
    assert not stuck.let_go.is_set()  # it did not wait for the reading to end


def test_the_last_reading_is_told_with_its_time(stuck):
    read_at = NOW.replace(hour=9)
    last = LastReading(
        read_at,
        tuple(stuck.projects),
        {project.code: ReadCases(read_at, ()) for project in stuck.projects},
    )
    report = report_progress(
        InTime(stuck, 0.05), "x", NOW, lambda name: None, readings=Remembered(last)
    )
    assert not report.live
    assert "11月20日09:00" in render_progress(report).replace(" ", "")


def test_what_the_platform_raises_comes_through():
    class Away:
        def project(self, code):
            raise PlatformUnavailable("读不到。", "稍后再试。")

    with pytest.raises(PlatformUnavailable, match="读不到"):
        InTime(Away()).project("x")
