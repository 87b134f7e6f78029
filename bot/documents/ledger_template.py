"""An empty workbook for the ledger, with lists to choose from and hints at each heading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bot.documents.ledger_sheets import SHEETS, Column, Kind, Sheet

ROWS = 2000  # prepared on each sheet
_FORMATS = {Kind.DAY: "yyyy-mm-dd", Kind.MOMENT: "yyyy-mm-dd hh:mm", Kind.TEXT: "@"}
_HEADING, _NEEDED = PatternFill("solid", "E8EEF7"), PatternFill("solid", "FCE4D6")
_EXPLAINED = (
    "怎样填写",
    "1. 橙色标题的列必须填写，蓝色的可以空着；鼠标停在标题上有说明。不要改工作表和列的名字。",
    "2. 先填“项目”，再填“办件”，然后把每个办件的经过逐条填到“办理记录”。",
    "3. 每个办件至少要有“已受理”一条，才能计算已用和剩余的工作日。",
    "4. 填好后运行：bangban ledger import 文件名.xlsx。有任何错误都不会写入，会逐格指出。",
    "5. 再次导入时，表里的项目整个按表里的内容更新，表里没有的项目不动。",
)


def write_template(file: Path, statuses: Sequence[str]) -> None:
    """`statuses` are the names of the steps that may be chosen. OSError."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "填写说明"
    for row, line in enumerate(_EXPLAINED, 1):
        first.cell(row, 1, line)
    first["A1"].font = Font(bold=True)
    first.column_dimensions["A"].width = 100
    for sheet in SHEETS:
        _fill(book.create_sheet(sheet.title), sheet, statuses)
    book.save(file)


def _fill(page: Worksheet, sheet: Sheet, statuses: Sequence[str]) -> None:
    for number, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(number)
        cell = page.cell(1, number, column.title)
        cell.font = Font(bold=True)
        cell.fill = _NEEDED if column.required else _HEADING
        if column.hint:
            cell.comment = Comment(column.hint, "帮办")
        page.column_dimensions[letter].width = column.width
        _prepare(page, letter, column, statuses)
    page.freeze_panes = "A2"


def _prepare(page: Worksheet, letter: str, column: Column, statuses: Sequence[str]) -> None:
    cells = f"{letter}2:{letter}{ROWS}"
    if column.kind is Kind.STATUS:
        rule = DataValidation(type="list", formula1=f'"{",".join(statuses)}"', allow_blank=True)
        rule.error, rule.errorTitle = "请从列表中选择。", column.title
        page.add_data_validation(rule)
        rule.add(cells)
    if column.kind in _FORMATS:
        # The column's own format: codes stay text however long, without a cell being made.
        page.column_dimensions[letter].number_format = _FORMATS[column.kind]
