"""The ledger from Excel: the template, and every fault by sheet, row and column."""

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from bot.commands.ledger import ledger
from bot.platforms import open_platform
from connectors.platforms.demo import SAMPLE_ENTERPRISES

OWNER = SAMPLE_ENTERPRISES[0]
CODE = "2509-210106-04-01-900001"
GOOD = {
    "项目": [
        [
            CODE,
            "厂房",
            OWNER.name,
            OWNER.credit_code,
            "工业",
            "铁西",
            "施工许可",
            "王管家",
            "等批复",
        ]
    ],
    "工程": [[CODE, f"{CODE}-0001", "一期", "210106"]],
    "办件": [
        ["B1", CODE, None, "企业投资项目备案", "发改局", 1],
        ["B2", CODE, f"{CODE}-0001", "施工许可", "住建局", "7", "G"],
    ],
    "办理记录": [
        ["B1", "2026-11-02 09:00", "已受理", "一科", "齐全"],
        ["B1", "2026年11月3日 10:00", "11"],
        ["B2", "2026/11/4", "已受理"],
        ["B2", "2026-11-05 09:30:00", "特别程序（开始）", None, None, "专家评审"],
    ],
    "批复文件": [["B1", "备案证明", "〔2026〕1号", "2026-11-03", "长期"]],
    "已收材料": [["B2", "施工合同"]],
}


@pytest.fixture
def filled(tmp_path):
    """A workbook filled with GOOD and changed by rows laid over it."""

    def fill(**changed):
        file = tmp_path / "ledger.xlsx"
        file.unlink(missing_ok=True)
        done = CliRunner().invoke(ledger, ["template", str(file)])
        assert done.exit_code == 0, done.output
        book = load_workbook(file)
        for sheet, rows in {**GOOD, **changed}.items():
            for row in rows:
                book[sheet].append(row)
        book.save(file)
        return file

    return fill


def take_in(file, url):
    return CliRunner().invoke(ledger, ["import", str(file), "--database", url])


def test_what_was_filled_in_is_told(filled, database_url):
    done = take_in(filled(), database_url)
    assert done.exit_code == 0, done.output
    platform = open_platform("local", ledger=database_url)
    (project,) = platform.projects_of(OWNER.credit_code)
    assert [work.code for work in project.works] == [CODE, f"{CODE}-0001"]
    filing, permit = platform.cases(project)
    assert (filing.status.value, filing.documents[0].unlimited) == ("passed", True)
    assert (permit.limit_days, permit.group_no, permit.work_code) == (7, "G", f"{CODE}-0001")
    assert permit.special_procedures[0].name == "专家评审"
    assert platform.received_materials(project)[0].name == "施工合同"


def test_an_import_again_changes_only_what_is_otherwise(filled, database_url):
    take_in(filled(), database_url)
    assert "没有变化 1" in take_in(filled(), database_url).output
    assert "更新 1" in take_in(filled(办理记录=GOOD["办理记录"][:2]), database_url).output
    platform = open_platform("local", ledger=database_url)
    assert [len(case.steps) for case in platform.cases(platform.project(CODE))] == [2, 0]


FAULTS = [
    ({"项目": []}, "“项目”表：一个项目也没有填"),
    (
        {"项目": [*GOOD["项目"], *GOOD["项目"]]},
        f"“项目”表第 3 行“项目代码”列：{CODE} 与第 2 行重复",
    ),
    ({"项目": [[CODE, "厂房", OWNER.name, "91210106MABBDEM144"]]}, "“统一社会信用代码”列"),
    ({"项目": [[CODE, None, OWNER.name, OWNER.credit_code]]}, "第 2 行“项目名称”列：没有填"),
    ({"办件": [["B1", "2509-000000-00-00-000000", None, "备案"]]}, "“项目”表里没有 2509-000000"),
    (
        {"办件": [["B1", CODE, f"{CODE}-0009", "备案"]]},
        "“工程代码”列：“工程”表里没有这个项目的工程",
    ),
    (
        {"办件": [["B1", CODE, None, "备案", None, "七天"]]},
        "“时限（工作日）”列：要写整数，“七天”不是",
    ),
    (
        {"办理记录": [["B9", "2026-11-02", "已受理"]]},
        "“办理记录”表第 2 行“办件号”列：“办件”表里没有 B9",
    ),
    ({"办理记录": [["B1", "下周一", "已受理"]]}, "“时间”列：要写日期和时间，例如 2026-11-20 09:30"),
    ({"办理记录": [["B1", "2026-02-30", "已受理"]]}, "“时间”列：要写日期和时间"),
    (
        {"办理记录": [["B1", "2026-11-02", "办好了"]]},
        "“状态”列：没有“办好了”这种状态；只能是：已接件",
    ),
    ({"批复文件": [["B1", "证", "1号", "2026-11-03", "永远"]]}, "“有效期至”列：要写日期"),
]


@pytest.mark.parametrize(("changed", "said"), FAULTS)
def test_a_fault_is_told_by_its_cell_and_nothing_is_written(filled, database_url, changed, said):
    done = take_in(filled(**changed), database_url)
    assert done.exit_code == 1
    assert said in done.stderr
    assert "没有导入：有 " in done.stderr
    assert open_platform("local", ledger=database_url).project(CODE) is None


def test_all_faults_are_told_at_once(filled, database_url):
    bad = {"办件": [["B1", CODE, None, "备案", None, "x"]], "办理记录": [["B1", "?", "?"]]}
    done = take_in(filled(**bad, 批复文件=[], 已收材料=[]), database_url)
    assert "有 3 处错误" in done.stderr


def test_another_project_s_case_number_is_refused(filled, database_url):
    take_in(filled(), database_url)
    other = [["2509-210106-04-01-900009", "别的", OWNER.name, OWNER.credit_code]]
    cases = [["B1", "2509-210106-04-01-900009", None, "备案"]]
    empty = {"工程": [], "办理记录": [], "批复文件": [], "已收材料": []}
    done = take_in(filled(项目=other, 办件=cases, **empty), database_url)
    assert done.exit_code == 1
    assert "同样的办件号" in done.stderr
    assert open_platform("local", ledger=database_url).project("2509-210106-04-01-900009") is None


def test_sheets_and_columns_that_are_missing_or_too_many(filled, database_url):
    file = filled()
    book = load_workbook(file)
    del book["办理记录"]
    book["办件"]["D1"] = "事项"
    book.save(file)
    said = take_in(file, database_url).stderr
    assert "“办理记录”表：缺少这张工作表" in said
    assert "“办件”表第 1 行“事项名称”列：缺少这一列" in said
    assert "“办件”表第 1 行“事项”列：多了这一列" in said


def test_what_is_no_workbook(tmp_path, database_url):
    file = tmp_path / "ledger.xlsx"
    file.write_text("项目", encoding="utf-8")
    assert "不是 Excel 工作簿" in take_in(file, database_url).stderr


def test_the_template_does_not_overwrite(tmp_path):
    file = tmp_path / "mine.xlsx"
    file.write_text("mine")
    done = CliRunner().invoke(ledger, ["template", str(file)])
    assert done.exit_code == 1
    assert file.read_text() == "mine"
