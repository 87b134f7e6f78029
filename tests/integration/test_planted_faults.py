"""`bangban platform` and `bangban cases` on faulty databases: plain words on every database."""

import json
from datetime import date

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from bot.commands.cases import cases
from bot.commands.platform import platform
from connectors.platforms.demo import write_sample

FACTORY = "2509-210106-04-01-900001"
PERMIT = "210106-900001-10"
AS_OF = ("--as-of", "2026-11-20T18:00")
STEPS = "SPGL_XMSPSXBLXXXXB"


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def city(request, tmp_path):
    """A sample with a way to spoil it."""
    if request.param == "sqlite":
        return City(f"sqlite:///{tmp_path / 'platform.db'}")
    return City(request.getfixturevalue(f"new_{request.param}_database")())


class City:
    def __init__(self, url):
        self.url = url
        with self.connected() as connection:
            write_sample(connection, date(2026, 11, 20))

    def connected(self):
        return sa.create_engine(self.url, future=True, poolclass=sa.pool.NullPool).begin()

    def spoil(self, *statements):
        """Statements with names in [brackets], quoted as the database wants it."""
        with self.connected() as connection:
            mark = connection.dialect.identifier_preparer.initial_quote
            for statement in statements:
                quoted = statement.replace("[", mark).replace("]", mark)
                connection.execute(sa.text(quoted))

    def step(self, code, at, serial, valid=1, state=3):
        self.spoil(
            f"INSERT INTO [{STEPS}] ([LSH],[XZQHDM],[GCDM],[SPSXSLBM],[BLZT],[BLSJ],[SJYXBS],"
            f"[SJSCZT]) VALUES ('{serial}','210106','{FACTORY}-0001','{PERMIT}',{code},'{at}',"
            f"{valid},{state})"
        )

    def platform(self):
        done = CliRunner().invoke(platform, [self.url, "--json"])
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    def cases(self, *options):
        return CliRunner().invoke(
            cases, ["--platform", self.url, "--project", FACTORY, "--json", *options]
        )

    def permit(self, *options):
        done = self.cases(*(options or AS_OF))
        assert done.exit_code == 0, done.stderr
        found = json.loads(done.stdout)["cases"]
        assert len({case["case_no"] for case in found}) == len(found) == 10
        return next(case for case in found if case["case_no"] == PERMIT)


def refused(done):
    """What a command says that cannot do its work."""
    assert done.exit_code == 1
    assert done.stdout == ""
    assert isinstance(done.exception, SystemExit)  # and no stack trace
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_required_table_is_missing(city):
    city.spoil(f"DROP TABLE [{STEPS}]")
    assert city.platform()["missing_tables"] == [STEPS]
    said = refused(city.cases())
    assert f"缺少必需的内容：表 {STEPS}（项目审批事项办理详细信息表）" in said
    assert "bangban platform" in said


def test_a_required_column_is_missing(city):
    city.spoil(f"ALTER TABLE [{STEPS}] DROP COLUMN [BLSJ]")
    assert city.platform()["missing_columns"] == {STEPS: ["BLSJ"]}
    assert f"表 {STEPS} 的列 BLSJ" in refused(city.cases())


def test_what_can_be_done_without_is_missing(city):
    city.spoil(
        "DROP TABLE [SPGL_XMSPSXZQYJXXB]",
        "DROP TABLE [SPGL_XMSPSXPFWJXXB]",
        "DROP TABLE [SPGL_DFXMSPLCJDSXXXB]",
        f"ALTER TABLE [{STEPS}] DROP COLUMN [BLYJ]",
        "ALTER TABLE [SPGL_XMSPSXBLXXB] DROP COLUMN [SXBLSX]",
    )
    found = city.platform()
    assert len(found["notes"]) == 3
    assert found["missing_columns"] == {STEPS: ["BLYJ"], "SPGL_XMSPSXBLXXB": ["SXBLSX"]}
    permit = city.permit()
    assert permit["status"] == "supplement_requested"
    assert (permit["matter_name"], permit["limit_days"], permit["overdue"]) == (None, None, False)
    assert any("没有给出这个办件的办理时限" in note for note in permit["notes"])


def test_invalid_rows_do_not_exist(city):
    before, counted = city.permit(), city.platform()["events"]
    city.step(11, "2026-11-20 10:00:00", "x1", valid=0)
    city.step(13, "2026-11-20 10:00:00", "x2", state=2)
    city.step(15, "2026-11-20 10:00:00", "x3", state=-1)
    assert city.permit() == before
    assert city.platform()["events"] == counted
    city.spoil("UPDATE [SPGL_XMJBXXB] SET [SJYXBS] = 0")
    assert "没有有效的项目" in refused(city.cases())


def test_ties_repetitions_and_any_order(city):
    for serial, code in enumerate((8, 3, 10, 9, 8, 3)):
        city.step(code, "2026-11-20 10:00:00", f"t{serial}")
    permit = city.permit()
    assert [step["status_code"] for step in permit["steps"]][4:] == [3, 8, 9, 10]
    assert permit["status_code"] == 10
    assert permit["accepted_at"] == "2026-11-13T09:16:00+08:00"


def test_future_dates_are_not_told_as_if_they_had_happened(city):
    city.step(11, "2099-01-01 00:00:00", "f1")
    found = city.platform()
    assert found["future_events"] >= 1
    assert found["newest_event_at"] < "2099"
    assert city.permit()["status"] == "supplement_requested"
    live = city.permit("--as-of", "2099-06-01T00:00")
    assert live["status"] == "passed"


def test_an_unknown_code_is_shown_as_its_number(city):
    city.step(77, "2026-11-20 10:00:00", "u1")
    permit = city.permit()
    assert (permit["status"], permit["status_label"]) == ("unknown", "状态码 77")


def test_an_empty_database_is_said_plainly(city):
    with city.connected() as connection:
        mark = connection.dialect.identifier_preparer.quote_identifier
        for name in sa.inspect(connection).get_table_names():
            connection.execute(sa.text(f"DROP TABLE {mark(name)}"))
    for done in (city.cases(), CliRunner().invoke(platform, [city.url])):
        assert "没有国家数据共享交换标准的表" in refused(done)
