"""The catalogue goes out to a workbook and comes back; what is wrong is named by cell."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.commands.excel import excel
from knowledge.loader import KNOWLEDGE, load_catalogue
from knowledge.schema import FACT_FIELDS, Material, Matter, Record
from knowledge.workbook.condition_text import read, said
from knowledge.workbook.export import export
from knowledge.workbook.faults import WorkbookRefused
from knowledge.workbook.layout import MATTERS, SHEETS
from knowledge.workbook.read import read_workbook
from knowledge.workbook.take_in import take_in
from tests.fakes.small_catalogue import change, write_catalogue

PERMIT, FILING = "sample-permit", "sample-filing"
Edit = Callable[[Workbook], None]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_catalogue(tmp_path / "knowledge")
    monkeypatch.setenv("BANGBAN_KNOWLEDGE", str(folder))
    return folder


@pytest.fixture
def file(folder: Path, tmp_path: Path) -> Path:
    file = tmp_path / "catalogue.xlsx"
    export(list(load_catalogue(folder).matters.values()), file)
    return file


def put(sheet: str, cell: str, value: Any) -> Edit:
    return lambda book: book[sheet].__setitem__(cell, value)


def edit(file: Path, *edits: Edit) -> None:
    book = load_workbook(file)
    for change_book in edits:
        change_book(book)
    book.save(file)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(excel, arguments)


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.rglob("*.yml")}


def test_every_matter_comes_back_as_it_went_out(tmp_path: Path) -> None:
    matters = load_catalogue().matters
    assert len(matters) >= 105
    file = tmp_path / "all.xlsx"
    export(list(matters.values()), file)
    content = read_workbook(file).content
    assert list(content) == list(matters)
    assert [id for id in matters if Matter.parse_obj(content[id]) != matters[id]] == []


def test_what_was_not_changed_is_not_written(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    before, file = texts(folder), tmp_path / "all.xlsx"
    export(list(load_catalogue(folder).matters.values()), file)
    assert take_in(file, folder) == []
    assert texts(folder) == before


def test_every_key_of_a_matter_has_a_column() -> None:
    """Or an export would lose it without a word."""
    fields = {name for sheet in SHEETS for name in sheet.fields.values()}
    assert fields | {column.key for column in MATTERS} == set(Matter.__fields__)
    for sheet in SHEETS:
        if sheet.plain:
            continue
        for name in sheet.fields.values():
            record = Matter.__fields__[name].type_
            assert issubclass(record, Record)
            assert {column.key for column in sheet.columns} == set(record.__fields__), name


def words() -> st.SearchStrategy[str]:
    letters = st.characters(
        min_codepoint=32, max_codepoint=0x9FFF, blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp")
    )
    return st.text(letters, min_size=2, max_size=30)


@st.composite
def conditions(draw: st.DrawFn, deep: int = 2) -> dict[str, Any]:
    values = st.one_of(
        st.sampled_from(["yes", "no", "granted", ">=500", ">=500, <5000"]),
        st.lists(st.sampled_from(["report", "form", "granted"]), min_size=1, max_size=3),
    )
    when: dict[str, Any] = draw(
        st.dictionaries(st.sampled_from(["land", "cost", "agent"]), values, min_size=1, max_size=3)
    )
    if deep and draw(st.booleans()):
        parts = st.lists(conditions(deep=deep - 1), min_size=1, max_size=3)
        when[draw(st.sampled_from(["any", "all"]))] = draw(parts)
    if deep and draw(st.booleans()):
        when["not"] = draw(conditions(deep=deep - 1))
    return when


@given(conditions())
def test_a_condition_in_a_cell_reads_back(when: dict[str, Any]) -> None:
    assert Material.parse_obj({**MATERIAL, "when": read(said(when))}).when == when


MATERIAL = {"name": "申请表", "source": "示例法#第一条", "state": "verified"}


@pytest.fixture(scope="module")
def permit() -> Matter:
    return load_catalogue().matters["construction-permit"]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=words(), name=words(), issuer=words(), alias=words())
def test_any_words_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    permit: Matter,
    text: str,
    name: str,
    issuer: str,
    alias: str,
) -> None:
    matter = permit
    first = matter.materials[0].copy(update={"name": name, "issuer": issuer})
    summary = matter.summary.copy(update={"text": text})
    given_ = matter.copy(update={"materials": [first], "summary": summary, "aliases": [alias]})
    file = tmp_path_factory.mktemp("book") / "one.xlsx"
    export([given_], file)
    assert Matter.parse_obj(read_workbook(file).content[matter.id]) == given_


def test_a_changed_limit_is_the_only_line_that_changes(folder: Path, file: Path) -> None:
    path = folder / "catalogue" / f"{PERMIT}.yml"
    path.write_text("# 这个文件由王敏维护\n" + path.read_text("utf-8"), "utf-8")
    change(folder, f"catalogue/{PERMIT}.yml", "fees:\n", "# 收费见2026年通知\nfees:\n")
    before = path.read_text("utf-8").splitlines()
    edit(file, put("时限", "E2", 5), put("时限", "D2", "自受理之日起五日内"))

    assert call("import", str(file)).exit_code == 0

    after = path.read_text("utf-8").splitlines()
    assert [line for line in after if line not in before] == [
        "  - {text: 自受理之日起五日内, days: 5, unit: calendar_day, "
        "source: 示例法#第二条, state: verified}"
    ]
    assert len(after) == len(before)
    assert load_catalogue(folder).matters[PERMIT].statutory_limits[0].days == 5


def test_rows_may_be_added_moved_and_removed(folder: Path, file: Path) -> None:
    def rework(book: Workbook) -> None:
        page = book["要件"]
        page.delete_rows(3)
        page.append([PERMIT, None, "施工合同", None, None, "原件、复印件", 3])
        for column, value in ((13, "示例指南"), (14, "未核实")):
            page.cell(page.max_row, column, value)

    edit(file, rework)
    assert call("import", str(file)).exit_code == 0
    materials = load_catalogue(folder).matters[PERMIT].materials
    assert [one.name for one in materials] == ["申请表", "委托书", "现场照片", "施工合同"]
    assert (materials[-1].copies, materials[-1].forms) == (3, ["original", "copy"])


def test_a_new_matter_becomes_a_file(folder: Path, file: Path) -> None:
    id = "sample-notice"

    def add(book: Workbook) -> None:
        book["事项"].append([id, "示例告知", "施工许可", "2026年11月2日"])
        for label, text in (("事项类型", "备案"), ("事项概况", "开工后的告知。")):
            book["概况"].append([id, None, label, text, "示例指南", "未核实"])
        book["部门"].append([id, None, "住房城乡建设部门", "示例指南", "未核实"])
        book["衔接"].append([id, None, "先办", PERMIT])

    edit(file, add)
    done = call("import", str(file))
    assert done.output.startswith("已写回 1 个事项：sample-notice。"), done.output
    matter = load_catalogue(folder).matters[id]
    assert (matter.name, matter.stage, matter.after) == ("示例告知", "3", [PERMIT])


FAULTS: dict[str, tuple[Edit, str]] = {
    "no such choice": (
        put("要件", "N2", "确定"),
        "“要件”表第 2 行“核实状态”列：只能是：已核实、外地示例、未核实；“确定”不是",
    ),
    "no number": (put("要件", "G2", "两份"), "“要件”表第 2 行“份数”列：要写整数，“两份”不是"),
    "number too small": (put("要件", "G2", 0), "“要件”表第 2 行“份数”列：不能小于 1"),
    "no date": (
        put("事项", "D3", "11月31日"),
        "“事项”表第 3 行“资料核对日期”列：要写日期，例如 2026-11-01；“11月31日”不是",
    ),
    "a day that is not": (
        put("收费", "G2", "2026-02-30"),
        "“收费”表第 2 行“生效日期”列：要写日期，例如 2026-11-01；“2026-02-30”不是",
    ),
    "no condition": (
        put("要件", "D3", "land granted"),
        "“要件”表第 3 行“需要的条件”列：不是条件；条件写成“项目情况: 值”，几个条件用逗号隔开，"
        "例如 land: granted",
    ),
    "unknown fact": (
        put("要件", "D3", "lnad: granted"),
        "“要件”表第 3 行“需要的条件”列：没有叫 lnad 的项目情况；可用的见 knowledge/facts.yml",
    ),
    "source missing": (
        put("流程", "A2", PERMIT),
        "“流程”表第 2 行“内容”列：没有填，这一格必须填",
    ),
    "unknown source": (
        put("收费", "D2", "某网页#一"),
        "“收费”表第 2 行“来源”列：来源登记里没有“某网页”，先在 knowledge/sources 登记",
    ),
    "article that was not read": (
        put("收费", "D2", "示例法#第九条"),
        "“收费”表第 2 行“来源”列：《示例法》里没有登记读过“第九条”；"
        "写读过的条文，或者把核实状态改为“未核实”",
    ),
    "example without a place": (
        put("时限", "I3", None),
        "“时限”表第 3 行“适用地区”列：核实状态是“外地示例”时，必须写明是哪里的（适用地区）",
    ),
    "days without unit": (
        put("时限", "F2", None),
        "“时限”表第 2 行“天数”列：天数和天数单位要么都写，要么都不写",
    ),
    "unknown neighbour": (
        put("衔接", "D2", "nothing"),
        "“衔接”表第 2 行“另一个事项的编号”列：没有编号是 nothing 的事项",
    ),
    "row of an unknown matter": (
        put("要件", "A2", "nothing"),
        "“要件”表第 2 行“事项编号”列：“事项”表里没有编号 nothing",
    ),
    "id twice": (
        put("事项", "A2", PERMIT),
        f"“事项”表第 3 行“事项编号”列：编号 {PERMIT} 出现了两次",
    ),
    "unknown sort": (
        put("时限", "C2", "大概"),
        "“时限”表第 2 行“种类”列：只能是：法定、承诺",
    ),
    "column missing": (put("收费", "D1", None), "“收费”表第 1 行“来源”列：缺少这一列"),
    "column too many": (
        put("收费", "Z1", "备注"),
        "“收费”表第 1 行“备注”列：多了这一列，这里没有地方存",
    ),
    "sheet missing": (
        lambda book: book.remove(book["处罚"]),
        "“处罚”表：缺少这张工作表，请从导出的文件开始改",
    ),
    "no department": (
        lambda book: book["部门"].delete_rows(3),
        "“部门”表：没有填，这一格必须填",
    ),
    "ended and nothing follows": (
        lambda book: book["收费"].delete_rows(3),
        "“收费”表第 2 行“失效日期”列：已于 2025-12-31 失效，又没有接替的内容",
    ),
    "mark changed": (
        put("事项", "E2", "abc"),
        "“事项”表第 2 行“导出标记（不要改）”列：这个事项在导出之后又改过（或者标记被改动），"
        "请重新导出再改",
    ),
}


@pytest.mark.parametrize(("spoil", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_named_by_cell_and_nothing_is_written(
    folder: Path, file: Path, spoil: Edit, message: str
) -> None:
    before = texts(folder)
    edit(file, put("别名", "C2", "另一个别名"), spoil)  # one change that would be fine
    done = call("import", str(file))
    assert done.exit_code == 1
    assert message in done.stderr.splitlines()
    assert "没有导入：有" in done.stderr
    assert texts(folder) == before


def test_a_workbook_of_last_week_does_not_undo_what_was_changed_since(
    folder: Path, file: Path
) -> None:
    change(folder, f"catalogue/{FILING}.yml", "name: 示例备案", "name: 改过的备案")
    with pytest.raises(WorkbookRefused, match="在导出之后又改过"):
        take_in(file, folder)


def test_what_is_no_workbook_is_said_to_be_none(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_text("not a workbook")
    done = call("import", str(file))
    assert (done.exit_code, "不是 Excel 工作簿" in done.stderr) == (1, True)


def test_the_workbook_offers_choices_and_keeps_its_heading_in_sight(file: Path) -> None:
    page = load_workbook(file)["要件"]
    offered = {rule.formula1 for rule in page.data_validations.dataValidation}
    assert '"已核实,外地示例,未核实"' in offered
    assert page.freeze_panes == "C2"


def test_only_the_matters_named_are_exported(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.xlsx"
    assert call("export", str(file), FILING).output == f"已导出 1 个事项到 {file}。\n"
    assert list(read_workbook(file).content) == [FILING]
    done = call("export", str(file), "nothing")
    assert (done.exit_code, "没有事项 nothing" in done.stderr) == (2, True)


def test_all_fact_fields_are_on_sheets() -> None:
    assert set(FACT_FIELDS) <= {name for sheet in SHEETS for name in sheet.fields.values()}
