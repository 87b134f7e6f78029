"""The ledger as a workbook: all cases, the lists of the clean-up, totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from bot.services.clean_up import PROBLEM_NAMES, LedgerLine, Problem
from bot.services.ledger_totals import Total, Totals

_HEADING = PatternFill("solid", "E8EEF7")
_BOLD, _WRAPPED = Font(bold=True), Alignment(wrap_text=True, vertical="top")
_DAY = "yyyy-mm-dd"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class _Column:
    title: str
    value: Callable[[LedgerLine], Any]
    width: int = 14


COLUMNS = (
    _Column("项目代码", lambda line: line.project_code, 28),
    _Column("项目名称", lambda line: line.project_name, 36),
    _Column("建设单位", lambda line: line.developer, 26),
    _Column("项目类型", lambda line: line.kind),
    _Column("建设地点", lambda line: line.place, 26),
    _Column("审批阶段", lambda line: line.stage, 18),
    _Column("审批事项", lambda line: line.matter, 36),
    _Column("办件号", lambda line: line.case_no, 26),
    _Column("审批部门", lambda line: line.department, 20),
    _Column("办理状态", lambda line: line.status, 18),
    _Column("接件日期", lambda line: line.received_on),
    _Column("受理日期", lambda line: line.accepted_on),
    _Column("办结日期", lambda line: line.ended_on),
    _Column("时限（工作日）", lambda line: line.limit_days),
    _Column("已用（工作日）", lambda line: line.used_days),
    _Column("剩余（工作日）", lambda line: line.remaining_days),
    _Column("应办结日期", lambda line: line.due_on),
    _Column("是否超期", lambda line: "是" if line.overdue else "否", 10),
    _Column("最近办理日期", lambda line: line.last_on),
    _Column("无进展天数", lambda line: line.silent_days),
    _Column("最近办理意见", lambda line: line.opinion, 40),
    _Column("核查结果", lambda line: line.problem_text, 50),
    _Column("项目管家", lambda line: line.steward),
    _Column("下一步", lambda line: line.next_step, 30),
)
_TOTALS: tuple[tuple[str, Callable[[Total], Any]], ...] = (
    ("办件", lambda total: total.cases),
    ("在办", lambda total: total.running),
    ("办结", lambda total: total.ended),
    ("其中通过", lambda total: total.passed),
    ("在办超期", lambda total: total.overdue),
    ("超期办结", lambda total: total.ended_late),
    *(
        (PROBLEM_NAMES[kind], lambda total, kind=kind: total.problems[kind])  # type: ignore[misc]
        for kind in Problem
        if kind is not Problem.OVERDUE
    ),
    ("通过平均用时（工作日）", lambda total: total.mean_days),
)


def write_export(file: BinaryIO, lines: Sequence[LedgerLine], totals: Totals, read_at: str) -> None:
    """Writes the workbook row by row: memory does not grow with the cells. OSError.

    `read_at` says in words when and from where the lines were read.
    """
    book = Workbook(write_only=True)
    _lines(book, "台账", lines)
    for kind in Problem:
        _lines(book, PROBLEM_NAMES[kind], [line for line in lines if kind in line.problems])
    _totals(book, totals, read_at)
    book.save(file)


def _lines(book: Workbook, title: str, lines: Sequence[LedgerLine]) -> None:
    page = book.create_sheet(title)
    page.freeze_panes = "C2"
    for number, column in enumerate(COLUMNS, start=1):
        page.column_dimensions[get_column_letter(number)].width = column.width
    page.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{len(lines) + 1}"
    page.append(_headings(page, [column.title for column in COLUMNS]))
    for line in lines:
        page.append([_cell(page, column.value(line)) for column in COLUMNS])


def _totals(book: Workbook, totals: Totals, read_at: str) -> None:
    page = book.create_sheet("合计")
    page.column_dimensions["A"].width = 30
    for number in range(2, len(_TOTALS) + 2):
        page.column_dimensions[get_column_letter(number)].width = 14
    page.append([read_at])
    for title, rows in (("审批部门", totals.by_department), ("审批阶段", totals.by_stage)):
        page.append([])
        page.append(_headings(page, [title, *(name for name, _ in _TOTALS)]))
        for total in (*rows, totals.whole):
            page.append([_cell(page, total.name), *(value(total) for _, value in _TOTALS)])


def _headings(page: Any, titles: Iterable[str]) -> list[WriteOnlyCell]:
    cells = []
    for title in titles:
        cell = WriteOnlyCell(page, title)
        cell.font, cell.fill, cell.alignment = _BOLD, _HEADING, _WRAPPED
        cells.append(cell)
    return cells


def _cell(page: Any, value: Any) -> Any:
    """Dates as dates; a text that Excel would compute stays a text, without what it cannot hold."""
    if isinstance(value, date):
        cell = WriteOnlyCell(page, value)
        cell.number_format = _DAY
        return cell
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    if not text.startswith(_FORMULA):
        return text
    cell = WriteOnlyCell(page, text)
    cell.data_type = "s"
    return cell
