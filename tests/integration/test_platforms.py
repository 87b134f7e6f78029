"""What every platform does, whatever it is: one set of tests for all connectors.

The sample of one day is served as an exchange database (V2, V3; SQLite, PostgreSQL, MariaDB), by an
API, and from the own ledger after an import from Excel. All must tell the same.
"""

from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from bot.commands.ledger import ledger
from bot.model.case import SHANGHAI, CaseStatus
from bot.platforms import open_platform
from bot.services.platform_port import PlatformUnavailable
from bot.services.read_cases import UnknownProject, read_cases, read_project
from bot.services.whole_platform import read_whole
from connectors.platforms import http_platform
from connectors.platforms.demo import SAMPLE_ENTERPRISES, write_sample, write_sample_file
from connectors.platforms.spgl import SpglPlatform
from tests.fakes.city_api import KEY, city_api
from tests.fakes.filled_ledger import fill_in

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)
FACTORY = "2509-210106-04-01-900001"
PERMIT = "210106-900001-10"
EXAMPLE = str(Path(http_platform.__file__).with_name("api.example.yml"))
KINDS = (
    "sqlite-V2",
    "sqlite-V3",
    "postgres-V2",
    "postgres-V3",
    "mariadb-V2",
    "mariadb-V3",
    "http",
    "local",
)


def unnamed(name):
    return None


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    file = tmp_path_factory.mktemp("reference") / "sample.db"
    write_sample_file(file, TODAY)
    return file


@pytest.fixture(scope="module")
def reference(sample):
    return SpglPlatform(f"sqlite:///{sample}")


@pytest.fixture(scope="module", params=KINDS)
def platform(request, sample, reference, tmp_path_factory):
    if request.param == "http":
        with city_api(sample) as api, pytest.MonkeyPatch.context() as patch:
            patch.setenv("PLATFORM_API", api.address)
            patch.setenv("PLATFORM_API_KEY", KEY)
            yield open_platform(EXAMPLE)
    elif request.param == "local":
        yield from imported(reference, request, tmp_path_factory.mktemp("ledger"))
    else:
        database, _, version = request.param.partition("-")
        if database == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp(version) / 'platform.db'}"
        else:
            url = request.getfixturevalue(f"new_{database}_database")()
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            write_sample(connection, TODAY, version)
        engine.dispose()
        yield open_platform(url)


def imported(reference, request, folder):
    layout = request.getfixturevalue("migrated_sqlite")
    database = folder / "bangban.db"
    database.write_bytes(layout.read_bytes())
    file, url = folder / "ledger.xlsx", f"sqlite:///{database}"
    assert CliRunner().invoke(ledger, ["template", str(file)]).exit_code == 0
    fill_in(file, reference, SAMPLE_ENTERPRISES)
    done = CliRunner().invoke(ledger, ["import", str(file), "--database", url])
    assert done.exit_code == 0, done.output
    assert "新增项目 9" in done.output
    again = CliRunner().invoke(ledger, ["import", str(file), "--database", url])
    assert "没有变化 9" in again.output
    platform = open_platform("local", ledger=url)
    yield platform
    platform.close()


def told(platform):
    """All that is told of everybody's projects, without what only some platforms have."""
    return [
        (
            project.code,
            project.name,
            project.kind,
            project.place,
            [(work.code, work.name) for work in project.works],
            [
                told_case(progress)
                for progress in read_project(platform, project, NOW, unnamed).cases
            ],
            sorted((m.name, m.case_no) for m in platform.received_materials(project) if m.case_no),
        )
        for enterprise in SAMPLE_ENTERPRISES
        for project in platform.projects_of(enterprise.credit_code)
    ]


def told_case(progress):
    case = progress.case
    return (
        *(case.case_no, case.project_code, case.work_code, case.matter_name, case.department),
        *(case.limit_days, case.group_no, case.steps, case.documents),
        [(procedure.name, procedure.started_at) for procedure in case.special_procedures],
        progress.clock,
        progress.notes,
    )


def test_all_tell_the_same(platform, reference):
    assert told(platform) == told(reference)


def test_it_says_what_it_is_and_holds(platform):
    found = platform.describe(NOW)
    assert found.kind in ("V2", "V3", "HTTP", "local")
    assert (found.projects, found.works, found.cases, found.events) == (9, 12, 49, 194)
    assert found.newest_event_at == datetime(2026, 11, 19, 9, 16, tzinfo=SHANGHAI)
    assert found.future_events == 0


@pytest.mark.parametrize("written", [FACTORY, "２５０９－210106—04-01－900001", f" {FACTORY} "])
def test_a_project_is_found_as_people_write_its_code(platform, written):
    assert platform.project(written).code == FACTORY
    assert len(read_cases(platform, written, NOW, unnamed).cases) == 10


def test_a_work_is_found_without_the_rest_of_its_project(platform):
    found = read_cases(platform, f"{FACTORY}-0001", NOW, unnamed)
    assert found.project.code == FACTORY
    assert [work.code for work in found.project.works] == [f"{FACTORY}-0001"]
    assert {progress.case.work_code for progress in found.cases} == {f"{FACTORY}-0001"}


@pytest.mark.parametrize(
    "code", ["2509-210106-04-01-999999", "", "%", "../summary", "?x=1", "' OR '1'='1", "\0"]
)
def test_an_unknown_project(platform, code):
    assert platform.project(code) is None
    with pytest.raises(UnknownProject):
        read_cases(platform, code, NOW, unnamed)


def test_nobody_has_what_is_another_s(platform):
    found = [{p.code for p in platform.projects_of(e.credit_code)} for e in SAMPLE_ENTERPRISES]
    assert sum(map(len, found)) == len(set.union(*found)) == 9
    for nobody in ("", " ", "91210106MABBDEM144", "%", "*", "' OR '1'='1"):
        assert platform.projects_of(nobody) == []


def test_times_are_aware_and_steps_in_order(platform):
    for case in platform.cases(platform.project(FACTORY)):
        assert list(case.steps) == sorted(case.steps, key=lambda step: step.order)
        assert all(step.at.utcoffset() == NOW.utcoffset() for step in case.steps)
        assert all(step.status is not CaseStatus.UNKNOWN for step in case.steps)


def test_as_of_hides_what_came_later(platform):
    at = datetime(2026, 11, 17, 18, tzinfo=SHANGHAI)
    cases = {p.case.case_no: p for p in read_cases(platform, FACTORY, at, unnamed).cases}
    assert cases[PERMIT].case.status is CaseStatus.IN_REVIEW
    assert not cases[PERMIT].clock.paused


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:////nowhere/platform.db",
        "postgresql://u:topsecret@127.0.0.1:1/x",
        "mysql://u:topsecret@127.0.0.1:1/x",
        "oracle+nodriver://u:topsecret@h/x",
        "/nowhere/platform.yml",
        "http://127.0.0.1:1/",
        "nonsense",
    ],
)
def test_a_platform_that_is_not_there_is_said_plainly(address):
    with pytest.raises(PlatformUnavailable) as error:
        open_platform(address).project(FACTORY)
    assert error.value.what.endswith("。")
    assert error.value.what_to_do.startswith(("请", "过"))
    assert "topsecret" not in str(error.value)


def test_a_ledger_that_was_never_made_is_said_plainly(tmp_path):
    url = f"sqlite:///{tmp_path / 'none.db'}"
    with pytest.raises(PlatformUnavailable) as error:
        open_platform("local", ledger=url).project(FACTORY)
    assert "bangban migrate" in error.value.what_to_do
    assert not (tmp_path / "none.db").exists()


def test_every_project_is_in_its_register(platform, reference):
    told = platform.register()
    assert [entry.code for entry in told] == [entry.code for entry in reference.register()]
    assert len(told) == 9
    assert all(entry.developer for entry in told)


def test_all_of_it_is_read_with_its_progress(platform, reference):
    steps = []
    found = {
        each.project.code: {case.case_no: case.status for case in each.cases}
        for each in read_whole(platform, lambda read, of: steps.append((read, of)))
    }
    assert found == {
        entry.code: {
            case.case_no: case.status for case in reference.cases(reference.project(entry.code))
        }
        for entry in reference.register()
    }
    assert steps == [(9, 9)]
