"""The exchange connector on real databases: V2 and V3, SQLite and PostgreSQL, whole and broken."""

import sqlite3
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.model.case import SHANGHAI, CaseStatus
from bot.model.credit_code import is_credit_code
from bot.services.platform_port import (
    PlatformMisdescribed,
    PlatformUnavailable,
    PlatformUnreadable,
)
from bot.services.read_cases import UnknownProject, read_cases, read_project
from connectors.platforms.city import City, read_city
from connectors.platforms.demo import (
    SAMPLE_ENTERPRISES,
    NotASample,
    write_sample,
    write_sample_file,
)
from connectors.platforms.spgl import SpglPlatform
from connectors.platforms.spgl_database import ReadOnlyDatabase
from connectors.platforms.spgl_tables import Naming

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)
MACHINES, HOMES, ENERGY, CITY = SAMPLE_ENTERPRISES
FACTORY = "2509-210106-04-01-900001"
PERMIT = "210106-900001-10"


def unnamed(name):
    return None


def named(**naming):
    return City(Naming(**naming))


@pytest.fixture(scope="module", params=["V2", "V3"])
def layout(request):
    return request.param


@pytest.fixture(scope="module", params=["sqlite", "postgres", "mariadb"])
def platform(request, layout, tmp_path_factory):
    """The sample, unspoiled; tests only read it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('platform') / 'platform.db'}"
    else:
        url = request.getfixturevalue(f"new_{request.param}_database")()
    run(url, lambda connection: write_sample(connection, TODAY, layout))
    return SpglPlatform(url)


@pytest.fixture
def sample(tmp_path):
    """A V2 sample in SQLite: its address and a way to spoil it."""
    path = tmp_path / "sample.db"
    write_sample_file(path, TODAY)
    return Spoiled(path)


class Spoiled:
    def __init__(self, path):
        self.path = path
        self.url = f"sqlite:///{path}"

    def run(self, *statements):
        with sqlite3.connect(self.path) as connection:
            for statement in statements:
                connection.execute(statement)
        return self

    def add_step(self, code, at, serial, case_no=PERMIT, valid=1, state=3, **columns):
        row = {
            "LSH": serial,
            "XZQHDM": "210106",
            "GCDM": f"{FACTORY}-0001",
            "SPSXSLBM": case_no,
            "BLZT": code,
            "BLSJ": at,
            "SJYXBS": valid,
            "SJSCZT": state,
            **columns,
        }
        with sqlite3.connect(self.path) as connection:
            marks = ",".join("?" * len(row))
            connection.execute(
                f"INSERT INTO SPGL_XMSPSXBLXXXXB ({','.join(row)}) VALUES ({marks})",
                tuple(row.values()),
            )
        return self

    def case(self, case_no=PERMIT, now=NOW):
        return self.cases(now)[case_no]

    def cases(self, now=NOW, project=FACTORY):
        found = read_cases(SpglPlatform(self.url), project, now, unnamed)
        return {progress.case.case_no: progress for progress in found.cases}


def run(url, work):
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        work(connection)
    engine.dispose()


def test_the_version_is_told_by_what_is_there(platform, layout):
    found = platform.describe(NOW)
    assert found.kind == layout
    assert all(table.found_as and not table.missing_columns for table in found.tables)
    assert (found.projects, found.works, found.cases) == (9, 12, 49)
    assert found.events == 194
    assert found.newest_event_at < NOW
    assert found.notes == ()


def test_a_case_is_read_whole(platform):
    cases = {c.case.case_no: c for c in read_cases(platform, FACTORY, NOW, unnamed).cases}
    assert len(cases) == 10
    permit = cases[PERMIT].case
    assert permit.matter_name == "建筑工程施工许可证核发"
    assert permit.department == "沈阳市城乡建设局"
    assert permit.work_code == f"{FACTORY}-0001"
    assert [step.code for step in permit.steps] == ["1", "3", "8", "6"]
    assert permit.status is CaseStatus.SUPPLEMENT_REQUESTED
    assert "工伤保险" in permit.current.opinion
    assert cases[PERMIT].clock.paused
    environment = cases["210106-900001-03"].case
    assert environment.special_procedures[0].name == "专家评审"
    assert environment.documents[0].number == "沈环铁审〔示例〕12号"
    assert environment.documents[0].unlimited


def test_the_two_layouts_tell_the_same(tmp_path):
    told = []
    for layout in ("V2", "V3"):
        path = tmp_path / f"{layout}.db"
        write_sample_file(path, TODAY, layout)
        platform = SpglPlatform(f"sqlite:///{path}")
        projects = platform.projects_of(HOMES.credit_code)
        told.append(
            [
                (
                    project,
                    *read_project(platform, project, NOW, unnamed).cases[:1],
                    *(case.status for case in platform.cases(project)),
                    *platform.received_materials(project),
                )
                for project in projects
            ]
        )
    assert told[0] == told[1]


def test_the_sample_has_every_state(platform):
    statuses, overdue, paused = set(), 0, 0
    for enterprise in SAMPLE_ENTERPRISES:
        assert is_credit_code(enterprise.credit_code)
        for project in platform.projects_of(enterprise.credit_code):
            for progress in read_project(platform, project, NOW, unnamed).cases:
                statuses.add(progress.case.status)
                overdue += progress.clock.overdue
                paused += progress.clock.paused
    assert statuses >= set(CaseStatus) - {
        CaseStatus.NO_RECORD,
        CaseStatus.UNKNOWN,
        CaseStatus.SUPPLEMENT_ENDED,
        CaseStatus.SPECIAL_PROCEDURE_ENDED,
    }
    assert overdue >= 3
    assert paused >= 3


def test_an_enterprise_finds_its_own_projects_only(platform):
    found = [{p.code for p in platform.projects_of(e.credit_code)} for e in SAMPLE_ENTERPRISES]
    assert FACTORY in found[0]
    assert sum(len(codes) for codes in found) == len(set.union(*found)) == 9
    for nobody in ("", " ", "91210106MABBDEM144", "%", "' OR '1'='1"):
        assert platform.projects_of(nobody) == []


def test_a_contractor_is_not_the_developer(sample):
    sample.run(
        f"UPDATE SPGL_XMDWXXB SET DWLX = 2 WHERE DWTYSHXYDM = '{ENERGY.credit_code}'",
    )
    assert SpglPlatform(sample.url).projects_of(ENERGY.credit_code) == []


def test_the_developer_of_one_work_sees_that_work_only(sample):
    sample.run(
        f"UPDATE SPGL_XMDWXXB SET DWTYSHXYDM = '{CITY.credit_code}' "
        "WHERE GCDM = '2510-210213-04-01-900002-0002'"
    )
    projects = SpglPlatform(sample.url).projects_of(CITY.credit_code)
    works = {p.code: [work.code for work in p.works] for p in projects}
    assert works["2510-210213-04-01-900002"] == ["2510-210213-04-01-900002-0002"]


@pytest.mark.parametrize(
    "written",
    [
        FACTORY,
        "２５０９－210106—04-01－900001",
        " 2509-210106-04-01- 900001 ",
        FACTORY.replace("-", "#"),
    ],
)
def test_a_project_code_is_understood_as_people_write_it(platform, written):
    assert len(read_cases(platform, written, NOW, unnamed).cases) == 10


def test_a_work_code_opens_that_work_only(platform):
    found = read_cases(platform, f"{FACTORY}-0001", NOW, unnamed)
    assert found.project.code == FACTORY
    assert {progress.case.work_code for progress in found.cases} == {f"{FACTORY}-0001"}
    assert len(found.cases) == 5


def test_codes_that_the_city_keeps_with_a_hash_are_found(sample):
    for table in ("XMJBXXB", "XMSPSXBLXXB", "XMSPSXBLXXXXB"):
        sample.run(f"UPDATE SPGL_{table} SET GCDM = replace(GCDM, '-0001', '#0001')")
    sample.run("UPDATE SPGL_XMJBXXB SET XMDM = ' ' || replace(XMDM, '-', '#')")
    assert sample.case().case.work_code == f"{FACTORY}-0001"


def test_an_unknown_project(platform):
    with pytest.raises(UnknownProject):
        read_cases(platform, "2509-210106-04-01-999999", NOW, unnamed)


def test_as_of_hides_what_came_later(platform):
    cases = {
        c.case.case_no: c
        for c in read_cases(platform, FACTORY, NOW - timedelta(days=3), unnamed).cases
    }
    assert cases[PERMIT].case.status is CaseStatus.IN_REVIEW
    assert not cases[PERMIT].clock.paused


def test_invalid_rows_do_not_exist(sample):
    before = sample.case()
    sample.add_step(11, "2026-11-20 10:00:00", "x1", valid=0)
    sample.add_step(13, "2026-11-20 10:00:00", "x2", state=2)
    sample.add_step(15, "2026-11-20 10:00:00", "x3", state=-1)
    assert sample.case() == before
    sample.run("UPDATE SPGL_XMJBXXB SET SJYXBS = 0")
    with pytest.raises(UnknownProject):
        sample.case()


def test_a_corrected_case_counts_once_and_as_corrected(sample):
    with sqlite3.connect(sample.path) as connection:
        connection.executescript(
            f"""CREATE TEMP TABLE t AS SELECT * FROM SPGL_XMSPSXBLXXB WHERE SPSXSLBM='{PERMIT}';
            UPDATE t SET LSH = LSH || '9', SXBLSX = 9;
            INSERT INTO SPGL_XMSPSXBLXXB SELECT * FROM t;"""
        )
    assert sample.case().clock.limit_days == 9
    assert len(sample.cases()) == 10


def test_a_repeated_event_is_one_step(sample):
    steps = sample.case().case.steps
    for serial in ("r1", "r2"):
        sample.add_step(
            6,
            steps[-1].at.strftime("%Y-%m-%d %H:%M:%S"),
            serial,
            BLCS=steps[-1].office,
            BLYJ=steps[-1].opinion,
        )
    assert [step.code for step in sample.case().case.steps] == ["1", "3", "8", "6"]


@pytest.mark.parametrize("codes", [(3, 8), (8, 3)])
def test_a_tie_goes_to_the_later_stage(sample, codes):
    for place, code in enumerate(codes):
        sample.add_step(code, "2026-11-20 10:00:00", f"t{place}")
    assert sample.case().case.status is CaseStatus.IN_REVIEW


def test_a_city_names_what_the_standard_does_not(sample, tmp_path):
    sample.add_step(77, "2026-11-20 10:00:00", "u1").run(
        "ALTER TABLE SPGL_XMJBXXB RENAME TO V_PROJECTS",
        "UPDATE V_PROJECTS SET SPLCLX = 66",
    )
    file = tmp_path / "city.yml"
    file.write_text(
        """
tables: { names: { SPGL_XMJBXXB: v_projects } }
BLZT: { 77: { status: in_review, label: 专班会商 }, 1: { status: received, label: 窗口收件 } }
SPLCLX: { 66: 城市更新项目 }
""",
        encoding="utf-8",
    )
    found = read_cases(SpglPlatform(sample.url, read_city(file)), FACTORY, NOW, unnamed)
    permit = next(p.case for p in found.cases if p.case.case_no == PERMIT)
    assert found.project.kind == "城市更新项目"
    assert (permit.status, permit.status_label) == (CaseStatus.IN_REVIEW, "专班会商")
    assert permit.steps[0].label == "窗口收件"
    assert permit.steps[1].label == "已受理"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("BLZT: { 1: { status: finished, label: 完 } }", "city.yml:1：BLZT.1.status"),
        ("BLZT:\n  1: { label: 完 }", "city.yml:2：BLZT.1.status 缺少这一项"),
        ("tables: { case: big }", "city.yml:1：tables.case 只能是"),
        ("colours: {}", "colours 没有这一项"),
        ("BLZT: {}\n  1: [", "city.yml:2：不是正确的 YAML"),
        ("", "没有内容"),
    ],
)
def test_a_wrong_city_file_is_said_with_its_line(tmp_path, content, said):
    file = tmp_path / "city.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(PlatformMisdescribed) as error:
        read_city(file)
    assert said in error.value.what


@pytest.mark.parametrize("server", ["postgres", "mariadb"])
def test_names_that_differ_in_case_alone(request, server):
    url = request.getfixturevalue(f"new_{server}_database")()

    def write(connection):
        write_sample(connection, TODAY, "V2")
        quote = connection.dialect.identifier_preparer.quote_identifier
        for name in sa.inspect(connection).get_table_names():
            old, new = quote(name), quote(name.lower())
            connection.execute(sa.text(f"CREATE TABLE {new} AS SELECT * FROM {old}"))
        changed = f"UPDATE {quote('spgl_xmjbxxb')} SET {quote('JSDD')} = 'mirror'"
        connection.execute(sa.text(changed))

    run(url, write)
    places = {
        case: SpglPlatform(url, named(case=case)).project(FACTORY).place
        for case in ("upper", "lower", None)
    }
    assert places["lower"] == "mirror"
    assert places["upper"] == places[None] == "沈阳市铁西区示例街1号"


def test_opinions_procedures_and_validity_are_read(sample):
    sample.run(
        "UPDATE SPGL_XMSPSXPFWJXXB SET PFWJYXQX = '2027-06-30'",
        "UPDATE SPGL_XMSPSXBLTBCXXXB SET TBCXSXLX = 2",
    )
    case = sample.case("210106-900001-03").case
    assert [(asked.body, asked.opinion) for asked in case.solicitations] == [
        ("沈阳市水务局", "原则同意。"),
        ("沈阳市林业和草原局", None),
    ]
    assert case.solicitations[0].answered_at.hour == 15
    assert (case.special_procedures[0].limit_days, case.special_procedures[0].calendar_days) == (
        10,
        True,
    )
    assert (case.documents[0].valid_to, case.documents[0].unlimited) == (date(2027, 6, 30), False)
    before = case.as_of(case.steps[0].at)
    assert [asked.answered_at for asked in before.solicitations] == [None, None]


def test_rows_come_in_any_order_and_times_in_any_form(sample):
    sample.add_step("11.0", "2026/11/20 10:00:00.123", "a1")
    sample.add_step(" 10 ", "2026-11-20T09:00:00+08:00", "a2")
    sample.add_step(9, "2026-11-20T00:30:00Z", "a3")
    codes = [step.code for step in sample.case().case.steps]
    assert codes == ["1", "3", "8", "6", "9", "10", "11"]
    assert sample.case().case.ended_at == datetime(2026, 11, 20, 10, 0, 0, 123000, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-20 10:00:00",
        "2026-11-20 10:00",
        "2026-11-20T10:00:00.000+0800",
        "2026-11-20 10:00:00+08",
        "2026-11-20T02:00:00Z",
        "2026/11/20 10:00:00",
        "2026.11.20 10:00",
        "20261120 10:00:00",
        "20261120100000",
        "202611201000",
        "2026年11月20日 10时00分00秒",
        "2026年11月20日10:00",
        "２０２６-11-20 10：00",
        1795140000,
        1795140000000,
        1795140000.0,
    ],
)
def test_a_time_is_read_however_it_is_written(sample, written):
    sample.add_step(11, written, "w1")
    assert sample.case().case.ended_at == datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "written", ["1970-01-01 00:00:00", "1900-01-01", "0000-00-00 00:00:00", "2026-13-01", 46000, ""]
)
def test_a_time_that_says_nothing_is_left_out(sample, written):
    case = sample.add_step(3, written, "w1").case()
    assert case.case.accepted_at == datetime(2026, 11, 13, 9, 16, tzinfo=SHANGHAI)
    assert "有1条办理记录缺少时间或状态" in case.notes[0]


def test_codes_that_the_city_pads_or_writes_small_are_found(sample):
    padded = "substr(lower({}) || '%s', 1, 60)" % (" " * 60)
    for table, columns in {
        "XMJBXXB": ("XMDM", "GCDM"),
        "XMSPSXBLXXB": ("GCDM", "SPSXSLBM", "SPSXBM"),
        "XMSPSXBLXXXXB": ("GCDM", "SPSXSLBM"),
        "XMSPSXPFWJXXB": ("GCDM", "SPSXSLBM"),
        "DFXMSPLCJDSXXXB": ("SPSXBM",),
    }.items():
        sets = ", ".join(f"{column} = {padded.format(column)}" for column in columns)
        sample.run(f"UPDATE SPGL_{table} SET {sets}")
    found = sample.cases()
    assert len(found) == 10
    assert found[PERMIT].case.status is CaseStatus.SUPPLEMENT_REQUESTED
    assert found[PERMIT].case.matter_name
    assert any(progress.case.documents for progress in found.values())


def test_text_that_is_not_utf_8_is_read(sample):
    department = "公安局".encode("gb18030").hex()
    sample.run(f"UPDATE SPGL_XMSPSXBLXXB SET SPBMMC = CAST(x'{department}' AS TEXT)")
    assert sample.case().case.department == "公安局"
    sample.run("UPDATE SPGL_XMSPSXBLXXB SET SPBMMC = CAST(x'ff' AS TEXT)")
    assert sample.case().case.department == "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite://", "没有写数据库文件"),
        ("sqlite:///nowhere.db", "没有审批系统的数据库文件"),
        ("sqlite:////", "没有审批系统的数据库文件"),
        ("postgresql://host:port/name", "地址看不懂"),
    ],
)
def test_an_address_that_leads_nowhere_is_said(tmp_path, monkeypatch, url, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PlatformUnavailable, match=said):
        SpglPlatform(url).project(FACTORY)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_code_is_shown_as_its_number(sample):
    sample.add_step(77, "2026-11-20 10:00:00", "u1")
    case = sample.case().case
    assert (case.status, case.status_label) == (CaseStatus.UNKNOWN, "状态码 77")
    assert case.ended_at is None


def test_future_and_unusable_events_are_left_out_and_said(sample):
    sample.add_step(11, "2099-01-01 00:00:00", "f1")
    sample.add_step(11, None, "f2")
    sample.add_step(None, "2026-11-20 10:00:00", "f3")
    sample.add_step(11, "昨天", "f4")
    progress = sample.case()
    assert progress.case.status is CaseStatus.SUPPLEMENT_REQUESTED
    assert progress.later_steps == 1
    assert "有3条办理记录缺少时间或状态" in progress.notes[0]
    found = SpglPlatform(sample.url).describe(NOW)
    assert found.future_events == 1
    assert found.newest_event_at < NOW


def test_events_without_acceptance(sample):
    sample.run(f"DELETE FROM SPGL_XMSPSXBLXXXXB WHERE SPSXSLBM='{PERMIT}' AND BLZT=3")
    progress = sample.case()
    assert progress.case.accepted_at is None
    assert progress.clock.used_days is None
    assert any("没有这个办件的受理记录" in note for note in progress.notes)


def test_the_same_numbers_in_another_division_are_another_case(sample):
    sample.add_step(15, "2026-11-20 10:00:00", "d1", XZQHDM="210213")
    assert sample.case().case.status is CaseStatus.SUPPLEMENT_REQUESTED


def test_versions_are_numbers(sample):
    sample.run("UPDATE SPGL_DFXMSPLCJDSXXXB SET SPSXBBH = '1.00', SPLCBBH = 'V1'")
    assert sample.case().case.matter_name == "建筑工程施工许可证核发"


def test_the_name_is_that_of_the_version_of_the_case(sample):
    with sqlite3.connect(sample.path) as connection:
        connection.executescript(
            """CREATE TEMP TABLE t AS SELECT * FROM SPGL_DFXMSPLCJDSXXXB;
            UPDATE t SET LSH = LSH || '9', SPSXBBH = 2.0, SPSXMC = '新版' || SPSXMC;
            INSERT INTO SPGL_DFXMSPLCJDSXXXB SELECT * FROM t;"""
        )
    assert sample.case().case.matter_name == "建筑工程施工许可证核发"


@pytest.mark.parametrize(
    ("statement", "lack"),
    [
        ("DROP TABLE SPGL_XMSPSXBLXXXXB", "SPGL_XMSPSXBLXXXXB"),
        ("ALTER TABLE SPGL_XMSPSXBLXXXXB RENAME COLUMN BLSJ TO X", "BLSJ"),
        ("ALTER TABLE SPGL_XMSPSXBLXXB RENAME COLUMN SPSXSLBM TO X", "SPSXSLBM"),
    ],
)
def test_what_cannot_be_done_without_is_named(sample, statement, lack):
    sample.run(statement)
    with pytest.raises(PlatformUnreadable) as error:
        sample.cases()
    assert lack in error.value.what
    found = SpglPlatform(sample.url).describe(NOW)
    missing = [t.name for t in found.tables if t.found_as is None]
    assert lack in missing + [c for t in found.tables for c in t.missing_required]


def test_a_table_repaired_or_changed_while_running_is_noticed(sample):
    platform = SpglPlatform(sample.url)
    project = platform.project(FACTORY)
    sample.run("ALTER TABLE SPGL_XMSPSXBLXXXXB RENAME COLUMN BLYJ TO X")
    with pytest.raises(PlatformUnavailable):
        platform.cases(project)
    assert len(platform.cases(project)) == 10
    sample.run("ALTER TABLE SPGL_XMSPSXBLXXXXB RENAME COLUMN X TO BLYJ")
    assert platform.describe(NOW).tables[2].missing_columns == ()


def test_what_can_be_done_without_is_done_without(sample):
    for table in ("XMSPSXBLTBCXXXB", "XMSPSXPFWJXXB", "DFXMSPLCJDSXXXB", "XMQTFJXXB"):
        sample.run(f"DROP TABLE SPGL_{table}")
    sample.run(
        "ALTER TABLE SPGL_XMSPSXBLXXB RENAME COLUMN SXBLSX TO X",
        "ALTER TABLE SPGL_XMSPSXBLXXXXB RENAME COLUMN SJSCZT TO X",
    )
    progress = sample.case()
    assert progress.case.matter_name is None
    assert progress.clock.limit_days is None
    assert progress.case.status is CaseStatus.SUPPLEMENT_REQUESTED
    platform = SpglPlatform(sample.url)
    assert platform.received_materials(platform.project(FACTORY)) == []
    assert len(platform.describe(NOW).notes) == 4


@pytest.mark.parametrize("name", ["SPGL_{}_V3", "spgl_{}v3", "210100_spgl_{}", "Spgl_{}"])
def test_tables_are_found_under_vendors_names(sample, name):
    with sqlite3.connect(sample.path) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            base = table.removeprefix("SPGL_").lower()
            connection.execute(f'ALTER TABLE {table} RENAME TO "x_{base}"')
            connection.execute(f'ALTER TABLE "x_{base}" RENAME TO "{name.format(base)}"')
    assert sample.case().case.status is CaseStatus.SUPPLEMENT_REQUESTED


def test_another_schema_is_found(postgres_url):
    def write(connection):
        connection.execute(sa.text("CREATE SCHEMA exchange"))
        connection.execute(sa.text("SET search_path TO exchange"))
        write_sample(connection, TODAY, "V3")

    run(postgres_url, write)
    for platform in (
        SpglPlatform(postgres_url),
        SpglPlatform(postgres_url, named(schema="exchange")),
    ):
        assert platform.describe(NOW).tables[0].found_as == "exchange.SPGL_XMJBXXB"
        assert len(read_cases(platform, FACTORY, NOW, unnamed).cases) == 10
    with pytest.raises(PlatformUnreadable):
        SpglPlatform(postgres_url, named(schema="public")).describe(NOW)


@pytest.fixture
def clerk(postgres_url):
    """A V2 sample in PostgreSQL and the address of an account that may read nothing of it yet."""
    run(postgres_url, lambda connection: write_sample(connection, TODAY))
    url = sa.engine.make_url(postgres_url)
    name = f"clerk_{url.database}"
    run(postgres_url, lambda connection: connection.execute(sa.text(f"CREATE ROLE {name} LOGIN")))

    def let_read(*tables):
        for table in tables:
            grant = sa.text(f'GRANT SELECT ON "SPGL_{table}" TO {name}')
            run(postgres_url, lambda connection, grant=grant: connection.execute(grant))

    yield SpglPlatform(url.set(username=name).render_as_string(hide_password=False)), let_read
    run(postgres_url, lambda connection: connection.execute(sa.text(f"DROP OWNED BY {name}")))
    run(postgres_url, lambda connection: connection.execute(sa.text(f"DROP ROLE {name}")))


def test_a_table_that_may_not_be_read_is_as_if_missing(clerk):
    platform, let_read = clerk
    with pytest.raises(PlatformUnreadable, match="没有国家数据共享交换标准的表"):
        platform.project(FACTORY)
    let_read("XMJBXXB", "XMSPSXBLXXB")
    with pytest.raises(PlatformUnreadable) as error:
        platform.project(FACTORY)
    assert "表 SPGL_XMSPSXBLXXXXB" in error.value.what
    assert "没有读它的权限" in error.value.what_to_do
    let_read("XMSPSXBLXXXXB")
    found = read_cases(platform, FACTORY, NOW, unnamed)
    assert len(found.cases) == 10
    assert not any(progress.case.documents for progress in found.cases)
    assert platform.describe(NOW).cases == 49


def test_views_serve_as_tables(sample):
    for table in ("XMJBXXB", "XMSPSXBLXXB", "XMSPSXBLXXXXB"):
        sample.run(
            f"ALTER TABLE SPGL_{table} RENAME TO kept_{table}",
            f"CREATE VIEW SPGL_{table} AS SELECT * FROM kept_{table}",
        )
    assert sample.case().case.status is CaseStatus.SUPPLEMENT_REQUESTED


def test_between_two_schemas_the_city_must_choose(postgres_url):
    def write(connection):
        for schema in ("live", "mirror"):
            connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
            connection.execute(sa.text(f"SET search_path TO {schema}"))
            write_sample(connection, TODAY)

    run(postgres_url, write)
    with pytest.raises(PlatformUnreadable) as error:
        SpglPlatform(postgres_url).describe(NOW)
    assert "live、mirror" in error.value.what
    assert "--schema" in error.value.what_to_do
    assert SpglPlatform(postgres_url, named(schema="mirror")).project(FACTORY)


def test_columns_may_have_any_type(postgres_url):
    def write(connection):
        write_sample(connection, TODAY)
        for table, column, kind in (
            ("XMJBXXB", "SJYXBS", 'boolean USING "SJYXBS" = 1'),
            ("XMSPSXBLXXB", "SJSCZT", "char(4)"),
            ("XMSPSXBLXXB", "SXBLSX", "numeric(10,2)"),
            ("XMSPSXBLXXB", "SPSXSLBM", "char(40)"),
            ("XMSPSXBLXXXXB", "SJYXBS", "numeric(3,1)"),
            ("XMSPSXBLXXXXB", "BLZT", "text"),
            ("XMSPSXBLXXXXB", "BLSJ", "timestamptz USING \"BLSJ\" AT TIME ZONE 'Asia/Shanghai'"),
            ("DFXMSPLCJDSXXXB", "SPSXBBH", "text"),
        ):
            connection.execute(
                sa.text(f'ALTER TABLE "SPGL_{table}" ALTER COLUMN "{column}" TYPE {kind}')
            )

    run(postgres_url, write)
    cases = read_cases(SpglPlatform(postgres_url), FACTORY, NOW, unnamed).cases
    permit = next(progress for progress in cases if progress.case.case_no == PERMIT)
    assert [step.code for step in permit.case.steps] == ["1", "3", "8", "6"]
    assert permit.case.steps[0].at.hour == 9
    assert permit.clock.limit_days == 7
    assert permit.case.matter_name == "建筑工程施工许可证核发"


def test_the_session_cannot_write(platform):
    with pytest.raises(PlatformUnavailable), platform._database.connect() as connection:
        connection.execute(sa.text("CREATE TABLE mine (a int)"))


ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n",
    "postgresql": "SELECT pg_sleep(30)",
    "mysql": "SELECT sleep(30)",
}


@pytest.mark.parametrize(
    ("server", "unlimited", "sleep"),
    [
        ("postgres", "SET statement_timeout = 0", "SELECT pg_sleep(600)"),
        ("mariadb", "SET max_statement_time = 0", "SELECT sleep(600)"),
    ],
)
def test_a_server_that_does_not_answer_is_left(request, server, unlimited, sleep):
    database = ReadOnlyDatabase(
        request.getfixturevalue(f"new_{server}_database")(), statement_timeout=1
    )
    with pytest.raises(PlatformUnavailable), database.connect() as connection:
        [connection.execute(sa.text(statement)) for statement in (unlimited, sleep)]
    with database.connect() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1


def test_a_slow_statement_is_cut_off(platform):
    url = platform._database.url
    limited = SpglPlatform(url.render_as_string(hide_password=False), statement_timeout=1)
    with pytest.raises(PlatformUnavailable) as error, limited._database.connect() as connection:
        connection.execute(sa.text(ENDLESS[url.get_backend_name()])).all()
    assert "1秒内没有答完" in error.value.what
    assert limited.project(FACTORY).code == FACTORY


def test_one_project_costs_a_handful_of_queries(platform):
    project = platform.project(FACTORY)
    statements = []
    sa.event.listen(
        platform._database.engine,
        "before_cursor_execute",
        lambda c, cur, sql, *rest: statements.append(sql),
    )
    platform.cases(project)
    assert len([sql for sql in statements if "SPGL_" in sql]) == 6


def test_the_sample_replaces_only_itself(tmp_path):
    path = tmp_path / "sample.db"
    write_sample_file(path, TODAY)
    write_sample_file(path, TODAY, "V3")
    assert SpglPlatform(f"sqlite:///{path}").describe(NOW).kind == "V3"
    path.write_text("mine")
    with pytest.raises(NotASample):
        write_sample_file(path, TODAY)
    assert path.read_text() == "mine"


def test_the_sample_is_the_same_for_the_same_day(tmp_path):
    dumps = []
    for name in ("a.db", "b.db"):
        write_sample_file(tmp_path / name, TODAY)
        with sqlite3.connect(tmp_path / name) as connection:
            dumps.append(sorted(connection.iterdump()))
    assert dumps[0] == dumps[1]
