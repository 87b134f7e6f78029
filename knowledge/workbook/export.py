"""Matters → a workbook, one sheet for each topic."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from knowledge.differences import plain
from knowledge.schema import Matter
from knowledge.workbook.condition_text import said
from knowledge.workbook.layout import (
    ID,
    MARK,
    MATTER_SHEET,
    MATTERS,
    NAME,
    SHEETS,
    SORT,
    Column,
    Kind,
    Sheet,
)

ROOM = 500  # rows below the last one that still offer the choices
HEADING = PatternFill("solid", fgColor="DDE7F0")
WRAPPED = Alignment(wrap_text=True, vertical="top")


def export(matters: Sequence[Matter], file: Path) -> None:
    """Writes the workbook; an older file is replaced."""
    book = Workbook()
    _fill_matters(book.active, matters)
    for sheet in SHEETS:
        _fill(book.create_sheet(sheet.title), sheet, matters)
    book.save(file)


def mark_of(matter: Matter) -> str:
    """Changes when the matter does: an import sees that somebody else changed it meanwhile."""
    content = json.dumps(plain(matter), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def _fill_matters(page: Worksheet, matters: Sequence[Matter]) -> None:
    page.title = MATTER_SHEET
    _head(page, [*MATTERS, Column(MARK, "", width=20)], "C2")
    for matter in matters:
        content = _values(matter)
        _append(page, [*(_shown(one, content.get(one.key)) for one in MATTERS), mark_of(matter)])
    _offer(page, list(MATTERS))


def _fill(page: Worksheet, sheet: Sheet, matters: Sequence[Matter]) -> None:
    first = [Column(ID, "", width=30), Column(NAME, "", width=26)]
    if sheet.has_sorts:
        sorts = {label: label for label in sheet.fields}
        first.append(Column(SORT, "", Kind.CHOICE, sorts))
    columns = [*first, *sheet.columns]
    _head(page, columns, f"{get_column_letter(len(first) + 1)}2")
    for matter in matters:
        for label, item in _items(sheet, matter):
            sort = [label] if sheet.has_sorts else []
            cells = [_shown(column, _part(sheet, column, item)) for column in sheet.columns]
            _append(page, [matter.id, matter.name, *sort, *cells])
    _offer(page, columns)


def _items(sheet: Sheet, matter: Matter) -> Iterator[tuple[str, Any]]:
    for label, name in sheet.fields.items():
        value = getattr(matter, name)
        for item in [value] if sheet.single else value:
            yield label, item if sheet.plain else _values(item)


def _values(record: Any) -> dict[str, Any]:
    return {key: getattr(value, "value", value) for key, value in record}


def _part(sheet: Sheet, column: Column, item: Any) -> Any:
    return item if sheet.plain else item[column.key]


def _shown(column: Column, value: Any) -> str | int | date | None:
    """What stands in the cell; None leaves it empty."""
    if value is None or value == [] or value == {}:
        return None
    if column.kind is Kind.CONDITION:
        return said(value)
    if column.kind is Kind.CHOICES:
        return "、".join(column.choices[one] for one in value)
    if column.kind is Kind.CHOICE:
        key = str(value).lower() if isinstance(value, bool) else str(value)
        return column.choices[key]
    if isinstance(value, int | date):
        return value
    return str(value)


def _append(page: Worksheet, values: Sequence[str | int | date | None]) -> None:
    row = page.max_row + 1
    for number, value in enumerate(values, 1):
        if value is None:
            continue
        cell = page.cell(row, number)
        assert isinstance(cell, Cell)
        cell.value = value
        cell.alignment = WRAPPED
        if isinstance(value, str):
            cell.data_type = "s"  # a text that begins with = is no formula
        elif isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"


def _head(page: Worksheet, columns: Sequence[Column], below: str) -> None:
    """The heading row, which stays in sight."""
    for number, column in enumerate(columns, 1):
        cell = page.cell(1, number, column.title)
        cell.font = Font(bold=True)
        cell.fill = HEADING
        page.column_dimensions[get_column_letter(number)].width = column.width
    page.freeze_panes = below
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}1"


def _offer(page: Worksheet, columns: Sequence[Column]) -> None:
    """Lists to choose from, and formats, also in the rows that are still to be filled."""
    last = page.max_row + ROOM
    for number, column in enumerate(columns, 1):
        letter = get_column_letter(number)
        if column.kind is Kind.CHOICE:
            choices = ",".join(column.choices.values())
            rule = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
            rule.error = f"请从列表中选择：{choices}"
            rule.errorTitle = column.title
            page.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{last}")
