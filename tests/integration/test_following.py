"""A platform that is followed: nothing missed, nothing twice, whatever it writes and whenever the
follower dies. What is planted is in the exchange tables themselves."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from bot.commands.follow import follow
from bot.commands.ledger import ledger
from bot.following import open_source
from bot.model.case import SHANGHAI
from bot.model.ledger import CaseChange, Change, ChangeKind
from bot.services import follow_platform
from bot.services.follow_enterprises import EnterprisesSource
from bot.services.follow_platform import Round, follow_once
from bot.services.follow_port import LeaseLost
from bot.services.platform_port import PlatformUnavailable
from bot.storage.ledger import Ledger
from bot.storage.ledger_history import SqlFollowedCases
from bot.storage.ledger_snapshots import LEASE, SqlSnapshots
from bot.storage.ledger_source import LedgerSource
from connectors.platforms.demo import SAMPLE_ENTERPRISES, write_sample, write_sample_file
from connectors.platforms.spgl import SpglPlatform
from connectors.platforms.spgl_changes import SpglSource
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import product
from tests.integration.test_platforms import imported

TODAY = date(2026, 11, 20)
FACTORY = "2509-210106-04-01-900001"
WORK, CASE = f"{FACTORY}-0001", "210106-900001-10"
STEPS, CASES, PROJECTS = "SPGL_XMSPSXBLXXXXB", "SPGL_XMSPSXBLXXB", "SPGL_XMJBXXB"
ALWAYS, NEVER = timedelta(0), timedelta(days=1)


class City:
    """The city's database, and its follower, whose clock goes on by a minute each round."""

    def __init__(self, platform: str, database: str) -> None:
        self.engine = sa.create_engine(platform)
        self.source = SpglSource(platform)
        self.kept = SqlSnapshots(database, self.source.origin, "first/1")
        self.seen = SqlFollowedCases(database, self.source.origin)
        self.database = database
        self.now = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)

    def look(self, every: timedelta = NEVER, reread: int = 0) -> Round:
        self.now += timedelta(minutes=1)
        done = follow_once(
            self.source, self.kept, lambda: self.now, survey_every=every, reread=reread
        )
        assert done is not None
        return done

    def news(self, every: timedelta = NEVER, reread: int = 0) -> list[CaseChange]:
        before = self.seen.newest_no()
        self.look(every, reread)
        return self.seen.changes_after(before, 1000)

    def kinds(self, every: timedelta = NEVER, reread: int = 0) -> list[str]:
        return [change.kind.value for change in self.news(every, reread)]

    def write(self, statement: str, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), values)

    def step(self, code: int, at: str, serial: str = "9", **values: object) -> None:
        """A row as the city would add it; serial numbers of V2 are text."""
        row = {"LSH": serial, "XZQHDM": "210106", "GCDM": WORK, "SPSXSLBM": CASE}
        moment = datetime.fromisoformat(at)
        row |= {"BLZT": code, "BLSJ": moment, "SJYXBS": 1, "SJSCZT": 0, **values}
        columns = sa.table(STEPS, *[sa.column(name) for name in row])
        with self.engine.begin() as connection:
            connection.execute(columns.insert().values(**row))

    def last_serial(self) -> str:
        found = f'SELECT MAX("LSH") FROM "{STEPS}" WHERE "SPSXSLBM" = \'{CASE}\''
        with self.engine.connect() as connection:
            return str(connection.scalar(sa.text(found)))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sample") / "sample.db"
    write_sample_file(file, TODAY)
    return file


@pytest.fixture
def city(database_url: str, sample: Path, tmp_path: Path) -> Iterator[City]:
    """On both kinds of the own database; what differs between platforms' is tried below."""
    file = tmp_path / "platform.db"
    shutil.copy(sample, file)
    yield from _city(f"sqlite:///{file}", database_url)


def _city(platform: str, database: str) -> Iterator[City]:
    made = City(platform, database)
    made.look()
    yield made
    made.kept.close()
    made.seen.close()
    made.engine.dispose()


def test_the_first_round_keeps_everything_as_the_platform_tells_it(city: City) -> None:
    platform = SpglPlatform(str(city.engine.url))

    assert city.seen.counts() == {"projects": 9, "cases": 49, "changes": 58}
    for enterprise in SAMPLE_ENTERPRISES:
        for project in platform.projects_of(enterprise.credit_code):
            kept = city.seen.project(project.code)
            assert kept is not None
            assert kept.project == project
            assert list(kept.cases) == platform.cases(project)
            assert enterprise.credit_code in kept.developers
    running = list(city.seen.running_cases())
    assert {found.case.case_no for found in running} == {
        case.case_no
        for enterprise in SAMPLE_ENTERPRISES
        for project in platform.projects_of(enterprise.credit_code)
        for case in platform.cases(project)
        if case.end is None
    }


def test_nothing_new_is_seen_at_a_glance_and_by_a_survey(city: City) -> None:
    assert city.look() == Round()
    assert city.look(ALWAYS) == Round(surveyed=True)
    assert city.look(ALWAYS, reread=9).changes == {}


def test_a_new_event_is_seen_at_the_next_glance(city: City) -> None:
    city.step(8, "2026-11-20 17:00", serial="99")

    (change,) = city.news()

    assert (change.kind, change.case_no, change.project_code) == (
        ChangeKind.STEPPED,
        CASE,
        FACTORY,
    )
    assert change.step is not None
    assert change.step.code == "8"
    assert change.at == city.now
    assert city.kinds() == []


def test_events_of_one_second_are_all_seen_even_in_two_rounds(city: City) -> None:
    city.step(3, "2026-11-20 17:00", serial="991")
    city.step(8, "2026-11-20 17:00", serial="992")
    assert [change.step.code for change in city.news() if change.step] == ["3", "8"]

    city.step(6, "2026-11-20 17:00", serial="993")
    assert [change.step.code for change in city.news() if change.step] == ["6"]


@pytest.mark.parametrize("serial", ["99", "00"], ids=["above all others", "below all others"])
def test_a_row_written_late_with_an_earlier_date_is_seen_at_once(city: City, serial: str) -> None:
    city.step(6, "2020-01-02 09:00", serial=serial, BLYJ="早就要求补正")

    (change,) = city.news()

    assert change.kind is ChangeKind.STEPPED
    assert change.note.startswith("补记：2020年1月2日09:00")


def test_a_row_that_becomes_invalid_and_is_sent_again_is_a_correction(city: City) -> None:
    old = city.last_serial()
    city.write(f'UPDATE "{STEPS}" SET "SJYXBS" = 0 WHERE "LSH" = :old', old=old)
    with city.engine.connect() as connection:
        query = sa.text(f'SELECT "BLZT", "BLSJ" FROM "{STEPS}" WHERE "LSH" = :old')
        code, at = connection.execute(query, {"old": old}).one()
    city.step(code, str(at)[:19], serial="99", BLCS="示例审批科", BLYJ="改正后的意见")

    (change,) = city.news()

    assert change.kind is ChangeKind.CORRECTED
    assert change.note.endswith("改正后的意见")


def test_a_row_that_only_becomes_invalid_is_found_by_the_survey(city: City) -> None:
    city.step(11, "2026-11-20 17:00", serial="99")
    assert city.kinds() == ["stepped"]
    city.write(f'UPDATE "{STEPS}" SET "SJSCZT" = 2 WHERE "LSH" = :serial', serial="99")

    assert city.kinds() == []
    assert city.kinds(ALWAYS) == ["corrected", "went_back"]


def test_a_value_replaced_in_place_is_found_by_reading_again(city: City) -> None:
    city.write(
        f'UPDATE "{STEPS}" SET "BLYJ" = :new WHERE "LSH" = :old',
        new="悄悄改过",
        old=city.last_serial(),
    )

    assert city.kinds(ALWAYS) == []
    (change,) = city.news(reread=9)
    assert change.kind is ChangeKind.CORRECTED
    assert change.note.endswith("悄悄改过")


def test_a_case_that_vanishes_is_told_once_kept_and_may_return(city: City) -> None:
    hide = f'UPDATE "{CASES}" SET "SJYXBS" = :valid WHERE "SPSXSLBM" = :case'
    city.write(hide, valid=0, case=CASE)

    (change,) = city.news(ALWAYS)

    assert (change.kind, change.case_no) == (ChangeKind.VANISHED, CASE)
    kept = city.seen.case(CASE)
    assert kept is not None
    assert kept.gone_at == city.now
    assert CASE not in {found.case.case_no for found in city.seen.running_cases()}
    assert city.kinds(ALWAYS, reread=9) == []

    city.write(hide, valid=1, case=CASE)
    assert city.kinds(ALWAYS) == ["returned"]
    returned = city.seen.case(CASE)
    assert returned is not None
    assert returned.gone_at is None


def test_a_project_that_vanishes_takes_its_cases_with_it_and_brings_them_back(city: City) -> None:
    hide = f'UPDATE "{PROJECTS}" SET "SJYXBS" = :valid WHERE "XMDM" = :code'
    city.write(hide, valid=0, code=FACTORY)

    assert city.kinds(ALWAYS) == ["project_vanished", *["vanished"] * 10]
    assert city.seen.project(FACTORY) is None
    assert city.kinds(ALWAYS, reread=9) == []

    city.write(hide, valid=1, code=FACTORY)
    assert city.kinds(ALWAYS) == ["project_returned", *["returned"] * 10]


def test_tables_that_are_being_filled_anew_are_no_vanished_projects(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_platform, "FEW", 2)
    hide = f'UPDATE "{PROJECTS}" SET "SJYXBS" = :valid'
    city.write(hide, valid=0)

    assert city.look(ALWAYS).doubted == 9
    city.write(hide, valid=1)
    assert city.kinds() == []

    city.write(hide, valid=0)
    assert city.kinds(ALWAYS) == []
    city.now += follow_platform.FEWER_FOR
    assert city.kinds().count("project_vanished") == 9


def test_cases_without_any_step_are_a_platform_being_loaded(city: City) -> None:
    city.write(f'CREATE TABLE kept AS SELECT * FROM "{STEPS}"')
    city.write(f'DELETE FROM "{STEPS}"')

    with pytest.raises(PlatformUnavailable, match="没有一条办理记录"):
        city.look()
    city.write(f'INSERT INTO "{STEPS}" SELECT * FROM kept')

    assert city.kinds(ALWAYS) == []


def test_a_new_limit_name_and_project_are_told(city: City) -> None:
    city.write(f'UPDATE "{CASES}" SET "SXBLSX" = 3 WHERE "SPSXSLBM" = :case', case=CASE)
    city.write(
        f'UPDATE "{PROJECTS}" SET "XMMC" = :name WHERE "GCDM" = :code', name="新名", code=FACTORY
    )

    notes = {change.kind.value: change.note for change in city.news(reread=9)}

    assert notes["corrected"].endswith("→ 3")
    assert "→ 新名" in notes["project_changed"]


def test_only_one_of_two_processes_follows_until_its_lease_ends(city: City) -> None:
    other = SqlSnapshots(city.database, city.source.origin, "second/2")
    city.now += timedelta(seconds=1)

    assert other.hold(city.now) is None
    assert other.hold(city.now + LEASE + timedelta(minutes=1)) is not None
    with pytest.raises(LeaseLost):
        city.kept.write([], city.now)
    assert city.kept.hold(city.now) is None
    other.release()
    assert city.kept.hold(city.now) is not None
    other.close()


class Broken:
    """A source or its keeper that dies at the n-th call of one method."""

    def __init__(self, whole: object, method: str, at: int, after: bool = False) -> None:
        self._whole, self._method, self._left, self._after = whole, method, at, after

    def __getattr__(self, name: str) -> object:
        found = getattr(self._whole, name)
        return self._dying(found) if name == self._method else found

    def _dying(self, method: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object) -> object:
            self._left -= 1
            if self._left < 0 and not self._after:
                raise PlatformUnavailable("平台断开。", "")
            done = method(*given)
            if self._left < 0:
                raise PlatformUnavailable("平台断开。", "")
            return done

        return call


@pytest.mark.parametrize("method", ["read", "survey", "write", "reach"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_dying_at_any_call_repeats_and_misses_nothing(
    city: City, monkeypatch: pytest.MonkeyPatch, method: str, after: bool
) -> None:
    monkeypatch.setattr(follow_platform, "AT_ONCE", 2)
    _plant(city)
    before = city.seen.newest_no()
    for at in range(6):
        source = Broken(city.source, method, at % 3, after)
        kept = Broken(city.kept, method, at % 3, after)
        city.now += timedelta(minutes=1)
        try:
            follow_once(source, kept, lambda: city.now, survey_every=ALWAYS, reread=0)  # type: ignore[arg-type]
        except PlatformUnavailable:
            continue
    city.look(ALWAYS)

    assert sorted(map(_told, city.seen.changes_after(before, 1000))) == PLANTED


def _plant(city: City) -> None:
    """Something in five projects."""
    for number in range(1, 6):
        change = f'UPDATE "{CASES}" SET "SJYXBS" = 0 WHERE "SPSXSLBM" LIKE \'%-90000{number}-01\''
        city.write(change)
    city.step(8, "2026-11-20 17:00", serial="99")


def _told(change: CaseChange) -> tuple[str, str]:
    return (change.kind.value, str(change.case_no).partition("-")[2])


PLANTED = [("stepped", "900001-10"), *(("vanished", f"90000{n}-01") for n in range(1, 6))]

KILLED = """
import os, signal, sys
from datetime import datetime, timezone
from bot.services import follow_platform
from bot.storage.ledger_snapshots import SqlSnapshots
from connectors.platforms.spgl_changes import SpglSource
platform, database, place, left = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
follow_platform.AT_ONCE = 2
work = getattr(SqlSnapshots, place)
def dying(*given):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return work(*given)
setattr(SqlSnapshots, place, dying)
source = SpglSource(platform)
kept = SqlSnapshots(database, source.origin, "first/1")
follow_platform.follow_once(source, kept, lambda: datetime.now(timezone.utc))
"""


def test_a_killed_process_is_taken_over_where_it_stood(database_url: str, sample: Path) -> None:
    platform = f"sqlite:///{sample}"
    seen = SqlFollowedCases(database_url, SpglSource(platform).origin)
    kept_before = []
    for place, left in (("_write_cases", 1), ("_change", 20), ("_write_projects", 2), ("reach", 0)):
        command = [sys.executable, "-c", KILLED, platform, database_url, place, str(left)]
        assert subprocess.run(command, capture_output=True, timeout=120).returncode == -9
        kept_before.append(seen.counts()["projects"])

    assert kept_before == sorted(kept_before)
    assert kept_before[0] < 9
    city = City(platform, database_url)
    city.now = datetime.now(SHANGHAI)
    city.look(ALWAYS)
    told = [(c.kind, c.project_code, c.case_no) for c in seen.changes_after(0, 1000)]
    assert len(told) == len(set(told)) == 58
    assert seen.counts() == {"projects": 9, "cases": 49, "changes": 58}


@pytest.mark.parametrize(
    "platform", ["sqlite-V3", "postgres-V2", "postgres-V3", "mariadb-V2", "mariadb-V3"]
)
def test_other_platforms_are_followed_alike(
    platform: str, request: pytest.FixtureRequest, migrated_sqlite: Path, tmp_path: Path
) -> None:
    kind, _, layout = platform.partition("-")
    own = tmp_path / "bangban.db"
    own.write_bytes(migrated_sqlite.read_bytes())
    url = f"sqlite:///{tmp_path / 'platform.db'}"
    if kind != "sqlite":
        url = request.getfixturevalue(f"new_{kind}_database")()
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        write_sample(connection, TODAY, layout)
    engine.dispose()
    for city in _city(url, f"sqlite:///{own}"):
        serial = "99" if layout == "V2" else "99999"
        assert city.look() == Round()
        city.step(8, "2026-11-20 17:00", serial=serial)
        assert city.kinds() == ["stepped"]
        table = sa.table(STEPS, sa.column("LSH"), sa.column("SJYXBS"))
        with city.engine.begin() as connection:
            found = (serial if layout == "V2" else int(serial)) == table.c.LSH
            connection.execute(table.update().where(found).values(SJYXBS=0))
        assert city.kinds() == []
        assert city.kinds(ALWAYS) == ["corrected"]
        assert city.look(ALWAYS, reread=9).changes == {}


def test_the_own_ledger_has_a_history_too(
    request: pytest.FixtureRequest, city: City, tmp_path: Path
) -> None:
    for platform in imported(SpglPlatform(str(city.engine.url)), request, tmp_path):
        url = f"sqlite:///{tmp_path / 'bangban.db'}"
        if not isinstance(platform, Ledger):
            pytest.fail("the own ledger was not opened")
        source = open_source("local", url)
        assert isinstance(source, LedgerSource)
        kept, seen = SqlSnapshots(url, source.origin), SqlFollowedCases(url, source.origin)
        clock = iter(city.now + timedelta(minutes=n) for n in range(1000)).__next__
        first = follow_once(source, kept, clock)
        again = follow_once(source, kept, clock)
        assert first is not None
        assert first.changes == {ChangeKind.PROJECT_APPEARED: 9, ChangeKind.APPEARED: 49}
        assert again is not None
        assert again.changes == {}
        printed = CliRunner().invoke(ledger, ["history", CASE, "--database", url])
        assert "新办件" in printed.output
        assert seen.counts()["cases"] == 49
        for opened in (source, kept, seen):
            opened.close()


def test_a_platform_without_a_list_is_followed_by_the_enterprises_known(city: City) -> None:
    platform = SpglPlatform(str(city.engine.url))
    known = {SAMPLE_ENTERPRISES[0].credit_code}
    source = EnterprisesSource(platform, "api", lambda: known)
    kept, seen = SqlSnapshots(city.database, "api"), SqlFollowedCases(city.database, "api")
    own = {project.code for project in platform.projects_of(SAMPLE_ENTERPRISES[0].credit_code)}

    def look() -> list[str]:
        before = seen.newest_no()
        city.now += timedelta(minutes=1)
        assert follow_once(source, kept, lambda: city.now, survey_every=ALWAYS) is not None
        return [change.kind.value for change in seen.changes_after(before, 1000)]

    assert look().count("project_appeared") == len(own)
    assert look() == []
    known.clear()  # their projects are still there, but nobody knows whose
    assert set(look()) == {"project_changed"}
    assert look() == []
    kept.close()
    seen.close()


def test_two_commands_follow_and_print_a_history(city: City) -> None:
    given = ["--platform", str(city.engine.url), "--database", city.database, "--once"]
    held = CliRunner().invoke(follow, given)
    assert (held.exit_code, "另一个进程正在跟踪" in held.output) == (0, False)  # its lease is over
    city.step(8, "2026-11-20 17:00", serial="99", BLYJ="进入审查")

    told = CliRunner().invoke(follow, given)
    printed = CliRunner().invoke(ledger, ["history", CASE, "--database", city.database])
    unknown = CliRunner().invoke(ledger, ["history", "nobody", "--database", city.database])

    assert told.output == "读取 1 个项目：办理进展 1。\n"
    lines = printed.output.splitlines()
    assert "新办件" in lines[0]
    assert "办理进展：2026年11月20日17:00 部门开始办理，办理意见：进入审查" in lines[-1]
    assert (unknown.exit_code, "没有“nobody”的记录" in unknown.output) == (1, True)


async def test_the_desk_is_told_what_vanished(city: City) -> None:
    city.write(f'UPDATE "{CASES}" SET "SJYXBS" = 0 WHERE "SPSXSLBM" = :case', case=CASE)
    city.look(ALWAYS)
    plug = import_module("connectors.desk.ledger_changes").plug
    settings = {"platform_url": str(city.engine.url)}
    async with product(city.database, ScriptedDialogue(), more=[plug], **settings) as running:
        async with running.browser().get("/api/desk/ledger/changes") as refused:
            assert refused.status == 401
        desk = await running.desk()
        everything = (await desk.get("ledger/changes")).body
        alarming = (await desk.get("ledger/changes?alarming=1")).body
        after = (await desk.get(f"ledger/changes?after={everything['last']}")).body

    (change,) = alarming["changes"]
    assert (change["kind"], change["case_no"], change["label"]) == ("vanished", CASE, "办件消失")
    assert (len(everything["changes"]), everything["last"]) == (59, change["no"])
    assert after == {"changes": [], "last": change["no"]}


def test_what_the_database_refuses_does_not_hold_up_the_rest(
    city: City, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _plant(city)
    keep = SqlSnapshots._change

    def refusing(kept: SqlSnapshots, change: Change, at: datetime) -> dict[str, object]:
        if change.case_no == CASE:
            raise ValueError("A string literal cannot contain NUL characters.")
        return keep(kept, change, at)

    with monkeypatch.context() as patch:
        patch.setattr(SqlSnapshots, "_change", refusing)
        others = city.kinds(ALWAYS)
    assert others == ["vanished"] * 4
    assert f"{FACTORY} is not kept" in caplog.text

    assert city.kinds(ALWAYS) == ["stepped", "vanished"]


def test_one_number_in_two_divisions_is_kept_once(city: City) -> None:
    with city.engine.begin() as connection:
        for table in (PROJECTS, CASES):
            names = [column["name"] for column in sa.inspect(connection).get_columns(table)]
            told = ", ".join(
                {"LSH": "'again' || \"LSH\"", "XZQHDM": "'210102'"}.get(name, f'"{name}"')
                for name in names
            )
            code = f"{FACTORY}-0001"
            copy = f'INSERT INTO "{table}" SELECT {told} FROM "{table}" WHERE "GCDM" = :code'
            connection.execute(sa.text(copy), {"code": code})

    assert set(city.kinds(ALWAYS)) <= {"project_changed", "corrected", "went_back"}
    assert city.look(ALWAYS).changes == {}
    assert city.look(ALWAYS, reread=9).changes == {}
