"""What is sent to the database, read as text: nothing personal, nothing but SELECT, no dialect.

Oracle, 达梦 and 人大金仓 cannot be run here. The very statements that ran on SQLite are written out
for them: for Oracle, and for PostgreSQL and Oracle again, whose SQL the two others speak.
"""

import re
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite

from bot.model.case import SHANGHAI
from connectors.platforms.demo import SAMPLE_ENTERPRISES, write_sample
from connectors.platforms.sample_tables import sample_tables
from connectors.platforms.spgl import SpglPlatform
from connectors.platforms.spgl_database import ReadOnlyDatabase, _stop
from connectors.platforms.spgl_layout import TABLES

NOW = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)
FACTORY = "2509-210106-04-01-900001"
# 办理人, 联系人, 法定代表人, 项目负责人, their identity documents and telephones.
PERSONAL = [
    "BLR",
    "LXR",
    "LXRSJH",
    "FDDBR",
    "FRZJLX",
    "FRZJHM",
    "FZRXM",
    "FZRZJLX",
    "FZRZJHM",
    "FZRLXDH",
]
DIALECTS = (oracle, postgresql, mysql, mssql, sqlite)
NEUTRAL = {
    "cast",
    "count",
    "lower",
    "max",
    "replace",
    "trim",
    "upper",
    "in",
    "and",
    "or",
    "from",
    "where",
}
TYPES = {"varchar", "varchar2", "char", "nvarchar"}


@pytest.fixture(scope="module", params=["V2", "V3"])
def version(request):
    return request.param


def everything_asked(url):
    """The statements that all questions to a platform cause: as expressions and as text."""
    platform = SpglPlatform(url)
    engine = platform._database.engine
    expressions, texts = [], []
    sa.event.listen(engine, "before_execute", lambda c, clause, *rest: expressions.append(clause))
    sa.event.listen(engine, "before_cursor_execute", lambda c, cur, sql, *rest: texts.append(sql))
    platform.describe(NOW)
    project = platform.project(FACTORY)
    platform.project("2509-210106-04-01-999999")
    platform.projects_of(SAMPLE_ENTERPRISES[0].credit_code)
    platform.cases(project)
    platform.received_materials(project)
    return expressions, texts


def written(url, version):
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        write_sample(connection, date(2026, 11, 20), version)
    engine.dispose()
    return url


@pytest.fixture(scope="module")
def expressions(version, tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp(version) / 'platform.db'}"
    found, _ = everything_asked(written(url, version))
    selects = [clause for clause in found if isinstance(clause, sa.sql.Select)]
    assert len(selects) > 15
    return selects


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda module: module.__name__.split(".")[-1])
def test_every_statement_can_be_written_for_every_database(expressions, dialect):
    for clause in expressions:
        text = str(clause.compile(dialect=dialect.dialect()))
        assert text.lstrip().upper().startswith("SELECT")
        called = {name.lower() for name in re.findall(r"(\w+)\s*\(", text)}
        assert called <= NEUTRAL | TYPES, text


def test_no_list_is_longer_than_oracle_takes(version, tmp_path):
    platform = SpglPlatform(written(f"sqlite:///{tmp_path / 'platform.db'}", version))
    lengths = []

    def count(connection, cursor, sql, parameters, *rest):
        lengths.append(len(parameters))

    sa.event.listen(platform._database.engine, "before_cursor_execute", count)
    with platform._reading() as (connection, layout):
        layout.rows(connection, "XMJBXXB", "GCDM", (str(number) for number in range(2500)))
    assert max(lengths) <= 600


@pytest.mark.parametrize("server", ["sqlite", "postgres", "mariadb"])
def test_nothing_personal_is_ever_selected(request, server, version, tmp_path):
    if server == "sqlite":
        url = f"sqlite:///{tmp_path / 'platform.db'}"
    else:
        url = request.getfixturevalue(f"new_{server}_database")()
    _, texts = everything_asked(written(url, version))
    # Reflection asks the database's own catalogue; only what reads city tables counts.
    read = [sql for sql in texts if re.search(r"\bFROM\s+[\"`]?SPGL_", sql)]
    assert len(read) > 12
    for sql in read:
        assert not re.search(rf"\b({'|'.join(PERSONAL)})\b", sql), sql
        assert "*" not in sql.replace("count(*)", "")


def test_nothing_personal_is_listed_though_the_tables_have_it(version):
    tables = sample_tables(version, sa.MetaData()).values()
    had = {column.name for table in tables for column in table.columns}
    assert had & set(PERSONAL)
    listed = {name for spec in TABLES[version] for name in spec.columns}
    assert not listed & set(PERSONAL)


class Dawdling:
    """A driver's connection that a database without time limits of its own would give."""

    def __init__(self, way):
        self.stopped = []
        setattr(self, way, lambda: self.stopped.append(way))


@pytest.mark.parametrize("way", ["interrupt", "cancel", "close"])
def test_a_reading_is_stopped_by_the_driver_s_own_word_for_it(way):
    connection = Dawdling(way)
    _stop(connection)
    assert connection.stopped == [way]


@pytest.mark.parametrize("name", ["oracle", "dm"])
def test_oracle_and_its_kin_are_told_to_read_only(name, tmp_path):
    database = ReadOnlyDatabase(f"sqlite:///{tmp_path / 'x.db'}")
    told = []

    class Told:
        def execute(self, statement):
            told.append(str(statement))

    database.engine.dialect.name = name
    database._read_only(Told())
    assert told == ["SET TRANSACTION READ ONLY"]
