"""A workbook → what it says about each matter, and where it says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from knowledge.workbook.condition_text import NoCondition
from knowledge.workbook.condition_text import read as read_condition
from knowledge.workbook.faults import CellFault, WorkbookRefused
from knowledge.workbook.layout import (
    ID,
    MARK,
    MATTER_SHEET,
    MATTERS,
    SHEETS,
    SORT,
    YES_NO,
    Column,
    Kind,
    Sheet,
)

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
Place = tuple[str, str, int | None]  # matter, field, place in it


@dataclass
class Said:
    """`content`: by id, what the workbook says, as YAML would. `marks`: by id, what the export
    left there. `rows`: where a part of it stands, (sheet, row)."""

    content: dict[str, dict[str, Any]] = field(default_factory=dict)
    marks: dict[str, str | None] = field(default_factory=dict)
    rows: dict[Place, tuple[str, int]] = field(default_factory=dict)


def read_workbook(file: Path) -> Said:
    """Raises WorkbookRefused with every cell that cannot be read."""
    try:
        book = load_workbook(file, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError) as error:
        raise WorkbookRefused(
            [CellFault(file.name, 0, "", "不是 Excel 工作簿（.xlsx）")]
        ) from error
    reader = _Reader()
    for title in (MATTER_SHEET, *(sheet.title for sheet in SHEETS)):
        if title not in book.sheetnames:
            reader.complain(title, 0, "", "缺少这张工作表，请从导出的文件开始改")
    if MATTER_SHEET in book.sheetnames:
        reader.matters(book[MATTER_SHEET])
    for sheet in SHEETS:
        if sheet.title in book.sheetnames:
            reader.items(book[sheet.title], sheet)
    if reader.faults:
        raise WorkbookRefused(sorted(reader.faults))
    return reader.said


class _Reader:
    """Gathers what is wrong instead of stopping at the first fault."""

    def __init__(self) -> None:
        self.said = Said()
        self.faults: list[CellFault] = []

    def complain(self, sheet: str, row: int, column: str, what: str) -> None:
        self.faults.append(CellFault(sheet, row, column, what))

    def matters(self, page: Worksheet) -> None:
        for row, cells in self._rows(page, [one.title for one in MATTERS]):
            values = self._values(page.title, row, cells, MATTERS)
            id = values.get("id")
            if not id:
                self.complain(page.title, row, ID, "没有填，这一格必须填")
            elif id in self.said.content:
                self.complain(page.title, row, ID, f"编号 {id} 出现了两次")
            else:
                mark = cells.get(MARK)
                self.said.content[id] = values
                self.said.marks[id] = str(mark) if mark else None
                self.said.rows[id, "", None] = (page.title, row)

    def items(self, page: Worksheet, sheet: Sheet) -> None:
        for row, cells in self._rows(page, sheet.headings):
            id = str(cells.get(ID) or "")
            if id not in self.said.content:
                what = f"“{MATTER_SHEET}”表里没有编号 {id}" if id else "没有填，这一格必须填"
                self.complain(page.title, row, ID, what)
                continue
            label = str(cells.get(SORT) or "") if sheet.has_sorts else ""
            if label not in sheet.fields:
                self.complain(page.title, row, SORT, _only(sheet.fields))
                continue
            name = sheet.fields[label]
            values = self._values(page.title, row, cells, sheet.columns)
            self._put(sheet, id, name, values, (page.title, row))

    def _put(
        self, sheet: Sheet, id: str, name: str, values: dict[str, Any], at: tuple[str, int]
    ) -> None:
        content = self.said.content[id]
        if sheet.single:
            if name in content:
                self.complain(*at, SORT, f"{id} 的这一种已经写过一行")
            content[name] = values
            self.said.rows[id, name, None] = at
        elif not sheet.plain or values:
            item = values.get("") if sheet.plain else values
            content.setdefault(name, []).append(item)
            self.said.rows[id, name, len(content[name]) - 1] = at

    def _rows(self, page: Worksheet, wanted: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each row that is not empty, with its number, by heading."""
        lines = page.iter_rows(values_only=True)
        headings = [str(cell).strip() if cell is not None else "" for cell in next(lines, ())]
        missing = [title for title in wanted if title not in headings]
        for title in missing:
            self.complain(page.title, 1, title, "缺少这一列")
        for title in headings:
            if title and title not in (*wanted, MARK):
                self.complain(page.title, 1, title, "多了这一列，这里没有地方存")
        if missing:
            return
        for number, line in enumerate(lines, 2):
            cells = {title: cell for title, cell in zip(headings, line, strict=False) if title}
            if any(cell not in (None, "") for cell in cells.values()):
                yield number, cells

    def _values(
        self, sheet: str, row: int, cells: dict[str, Any], columns: Sequence[Column]
    ) -> dict[str, Any]:
        """By key, what the cells say; an empty cell says nothing."""
        values = {}
        for column in columns:
            cell = cells.get(column.title)
            if cell is None or str(cell).strip() == "":
                continue
            try:
                values[column.key] = READERS[column.kind](column, cell)
            except ValueError as error:
                self.complain(sheet, row, column.title, str(error))
        return values


def _text(column: Column, cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _number(column: Column, cell: Any) -> int:
    text = _text(column, cell).strip()
    if not re.fullmatch(r"\d{1,9}", text):
        raise ValueError(f"要写整数，“{text}”不是")
    return int(text)


def _date(column: Column, cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = _DATE.fullmatch(str(cell).strip())
    try:
        if found:
            return date(*map(int, found.groups()))
    except ValueError:
        pass  # such as the 31st of a month that has 30 days: said below
    raise ValueError(f"要写日期，例如 2026-11-01；“{cell}”不是")


def _choice(column: Column, cell: Any) -> Any:
    said = "是" if cell is True else "否" if cell is False else str(cell).strip()
    for key, name in column.choices.items():
        if said in (name, key):
            return key == "true" if column.choices is YES_NO else key
    raise ValueError(f"{_only(column.choices.values())}；“{said}”不是")


def _choices(column: Column, cell: Any) -> list[Any]:
    return [_choice(column, one) for one in re.split(r"[、，,；;\s]+", str(cell).strip()) if one]


def _condition(column: Column, cell: Any) -> dict[str, Any]:
    try:
        return read_condition(str(cell))
    except NoCondition as error:
        what = "不是条件；条件写成“项目情况: 值”，几个条件用逗号隔开，例如 land: granted"
        raise ValueError(what) from error


def _only(names: Any) -> str:
    return f"只能是：{'、'.join(name for name in names if name)}"


READERS: dict[Kind, Callable[[Column, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.CONDITION: _condition,
}
