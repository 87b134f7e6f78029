"""A filled workbook → the ledger's projects: all of them or, when anything is wrong, none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from bot.documents.ledger_sheets import (
    CASE_NO,
    CASES,
    DOCUMENTS,
    FOREVER,
    MATERIALS,
    NEEDED,
    PROJECT_CODE,
    PROJECTS,
    SHEETS,
    STEPS,
    WORKS,
    Column,
    Kind,
    Sheet,
)
from bot.model.case import (
    SHANGHAI,
    ApprovalDocument,
    Case,
    CaseStatus,
    Project,
    ReceivedMaterial,
    SpecialProcedure,
    Step,
    Work,
    normalise_project_code,
)
from bot.model.credit_code import is_credit_code, normalise_credit_code
from bot.model.ledger import LedgerProject
from knowledge.workbook.faults import CellFault, WorkbookRefused

# The name of a status, or its code → (code, status, name).
Statuses = Mapping[str, tuple[str, CaseStatus, str]]
_EMPTY = "没有填，这一格必须填"
_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?)?"
)


@dataclass
class _Row:
    number: int
    values: dict[str, Any] = field(default_factory=dict)

    def get(self, key: str) -> Any:
        return self.values.get(key)


def read_ledger(file: Path, statuses: Statuses) -> list[LedgerProject]:
    """WorkbookRefused with every fault, by sheet, row and column."""
    try:
        book = load_workbook(file, data_only=True, read_only=False)
    except (InvalidFileException, BadZipFile, KeyError, OSError) as error:
        raise WorkbookRefused(
            [CellFault(file.name, 0, "", "不是 Excel 工作簿（.xlsx）")]
        ) from error
    reader = _Reader(statuses)
    rows: dict[str, list[_Row]] = {}
    for sheet in SHEETS:
        if sheet.title in book.sheetnames:
            rows[sheet.title] = list(reader.rows(book[sheet.title], sheet))
        elif sheet in NEEDED:
            reader.complain(sheet, 0, "", "缺少这张工作表，请用 bangban ledger template 的模板填写")
    projects = reader.projects(rows)
    if reader.faults:
        raise WorkbookRefused(sorted(set(reader.faults)))
    return projects


class _Reader:
    """Gathers what is wrong instead of stopping at the first fault."""

    def __init__(self, statuses: Statuses) -> None:
        self.faults: list[CellFault] = []
        self._statuses = statuses

    def complain(self, sheet: Sheet, row: int, column: str, what: str) -> None:
        self.faults.append(CellFault(sheet.title, row, column, what))

    def rows(self, page: Worksheet, sheet: Sheet) -> Iterator[_Row]:
        """Each row that is not empty, with what its cells say by the columns' keys."""
        lines = page.iter_rows(values_only=True)
        headings = [str(cell).strip() if cell is not None else "" for cell in next(lines, ())]
        missing = [c.title for c in sheet.columns if c.required and c.title not in headings]
        known = {column.title for column in sheet.columns}
        for title in missing:
            self.complain(sheet, 1, title, "缺少这一列")
        for title in headings:
            if title and title not in known:
                self.complain(sheet, 1, title, "多了这一列，台账里没有地方存")
        if missing:
            return
        for number, line in enumerate(lines, 2):
            cells = dict(zip(headings, line, strict=False))
            if any(cell is not None and str(cell).strip() for cell in cells.values()):
                yield self._row(sheet, number, cells)

    def projects(self, rows: Mapping[str, list[_Row]]) -> list[LedgerProject]:
        projects = self._keyed(PROJECTS, rows, PROJECT_CODE)
        if not projects and not self.faults:
            self.complain(PROJECTS, 0, "", "一个项目也没有填")
        for row in projects.values():
            code = row.get("developer_code")
            if code and not is_credit_code(code):
                self.complain(
                    PROJECTS, row.number, "统一社会信用代码", f"{code} 校验不通过，请核对"
                )
        cases = self._keyed(CASES, rows, CASE_NO)
        works = self._under(WORKS, rows, PROJECT_CODE, projects, PROJECTS)
        self._keyed(WORKS, rows, Column("工程代码", "code"))
        filed = self._under(CASES, rows, PROJECT_CODE, projects, PROJECTS)
        self._check_works(filed, works)
        parts = {
            sheet.title: self._under(sheet, rows, CASE_NO, cases, CASES)
            for sheet in (STEPS, DOCUMENTS, MATERIALS)
        }
        if self.faults:
            return []
        return [
            _project(code, row, works[code], filed[code], parts) for code, row in projects.items()
        ]

    def _row(self, sheet: Sheet, number: int, cells: Mapping[str, Any]) -> _Row:
        row = _Row(number)
        for column in sheet.columns:
            cell = cells.get(column.title)
            if cell is None or not str(cell).strip():
                if column.required:
                    self.complain(sheet, number, column.title, _EMPTY)
                continue
            try:
                row.values[column.key] = self._value(column, cell)
            except ValueError as error:
                self.complain(sheet, number, column.title, str(error))
        return row

    def _value(self, column: Column, cell: Any) -> Any:
        if column.kind is Kind.STATUS:
            return self._status(cell)
        value = _READERS[column.kind](cell)
        if column.key in ("project_code", "work_code") or (column.title == "工程代码"):
            return normalise_project_code(value)
        if column.key == "developer_code":
            return normalise_credit_code(value)
        if column.key == "valid_to":
            return FOREVER if value == FOREVER else _day(cell)
        return value

    def _status(self, cell: Any) -> tuple[str, CaseStatus, str]:
        said = _text(cell)
        if said not in self._statuses:
            names = dict.fromkeys(name for _, _, name in self._statuses.values())
            raise ValueError(f"没有“{said}”这种状态；只能是：{'、'.join(names)}")
        return self._statuses[said]

    def _keyed(
        self, sheet: Sheet, rows: Mapping[str, list[_Row]], column: Column
    ) -> dict[str, _Row]:
        """The rows by what must be different in each."""
        found: dict[str, _Row] = {}
        for row in rows.get(sheet.title, ()):
            key = row.get(column.key)
            if key is None:
                continue
            if key in found:
                what = f"{key} 与第 {found[key].number} 行重复"
                self.complain(sheet, row.number, column.title, what)
            found.setdefault(key, row)
        return found

    def _under(
        self,
        sheet: Sheet,
        rows: Mapping[str, list[_Row]],
        column: Column,
        parents: Mapping[str, _Row],
        parent_sheet: Sheet,
    ) -> dict[str, list[_Row]]:
        """The rows by the row of another sheet that they belong to."""
        found: dict[str, list[_Row]] = defaultdict(list)
        for row in rows.get(sheet.title, ()):
            key = row.get(column.key)
            if key is not None and key not in parents:
                what = f"“{parent_sheet.title}”表里没有 {key}"
                self.complain(sheet, row.number, column.title, what)
            elif key is not None:
                found[key].append(row)
        return found

    def _check_works(
        self, filed: Mapping[str, list[_Row]], works: Mapping[str, list[_Row]]
    ) -> None:
        for project, rows in filed.items():
            known = {project, *(work.get("code") for work in works.get(project, ()))}
            for row in rows:
                work = row.get("work_code")
                if work is not None and work not in known:
                    what = f"“{WORKS.title}”表里没有这个项目的工程 {work}"
                    self.complain(CASES, row.number, "工程代码", what)


def _project(
    code: str,
    row: _Row,
    works: Sequence[_Row],
    filed: Sequence[_Row],
    parts: Mapping[str, Mapping[str, list[_Row]]],
) -> LedgerProject:
    named = [Work(work.get("code"), work.get("name"), work.get("region")) for work in works]
    if all(work.code != code for work in named):
        named.insert(0, Work(code, row.get("name"), None))
    project = Project(code, row.get("name"), tuple(named), row.get("kind"), row.get("place"))
    materials = tuple(
        ReceivedMaterial(each.get("name"), case.get("case_no"))
        for case in filed
        for each in parts[MATERIALS.title].get(case.get("case_no"), ())
    )
    return LedgerProject(
        project=project,
        developer_code=row.get("developer_code"),
        developer_name=row.get("developer_name"),
        cases=tuple(_case(code, each, parts) for each in filed),
        materials=materials,
        stage=row.get("stage"),
        steward=row.get("steward"),
        next_step=row.get("next_step"),
    )


def _case(code: str, row: _Row, parts: Mapping[str, Mapping[str, list[_Row]]]) -> Case:
    case_no = row.get("case_no")
    events = parts[STEPS.title].get(case_no, ())
    # An event that is written twice is one.
    steps = dict.fromkeys(_step(each) for each in events)
    return Case(
        case_no=case_no,
        project_code=code,
        work_code=row.get("work_code") or code,
        region=None,
        matter_code=None,
        matter_name=row.get("matter_name"),
        department=row.get("department"),
        limit_days=row.get("limit_days"),
        steps=tuple(sorted(steps, key=lambda step: step.order)),
        group_no=row.get("group_no"),
        special_procedures=tuple(
            SpecialProcedure(each.get("procedure"), each.get("at"))
            for each in events
            if each.get("procedure")
        ),
        documents=tuple(_document(each) for each in parts[DOCUMENTS.title].get(case_no, ())),
    )


def _step(row: _Row) -> Step:
    code, status, label = row.get("status")
    return Step(row.get("at"), status, label, code, row.get("office"), row.get("opinion"))


def _document(row: _Row) -> ApprovalDocument:
    until = row.get("valid_to")
    unlimited = until == FOREVER
    return ApprovalDocument(
        row.get("number"),
        row.get("title"),
        row.get("issued_on"),
        None if unlimited else until,
        unlimited,
    )


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _number(cell: Any) -> int:
    text = _text(cell)
    if not re.fullmatch(r"\d{1,4}", text):
        raise ValueError(f"要写整数，“{text}”不是")
    return int(text)


def _moment(cell: Any) -> datetime:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=SHANGHAI)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day, tzinfo=SHANGHAI)
    found = _MOMENT.fullmatch(str(cell).strip())
    try:
        if found:
            parts = [int(part or 0) for part in found.groups()]
            return datetime(*parts).replace(tzinfo=SHANGHAI)  # type: ignore[arg-type]
    except ValueError:
        pass  # such as the 31st of a month that has 30 days: said below
    raise ValueError(f"要写日期和时间，例如 2026-11-20 09:30；“{cell}”不是")


def _day(cell: Any) -> date:
    try:
        return _moment(cell).date()
    except ValueError:
        raise ValueError(f"要写日期，例如 2026-11-20；“{cell}”不是") from None


_READERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DAY: _day,
    Kind.MOMENT: _moment,
}
