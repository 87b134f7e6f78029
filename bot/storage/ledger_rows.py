"""Rows of the ledger's tables → projects and cases, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

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
)
from bot.model.ledger import LedgerProject
from bot.storage.ledger_tables import (
    ledger_cases,
    ledger_documents,
    ledger_materials,
    ledger_projects,
    ledger_steps,
    ledger_works,
)

AT_ONCE = 500  # codes in one query

Row = dict[str, Any]


def read_projects(connection: Connection, condition: Any) -> list[Project]:
    """The projects under a condition on ledger_projects, by code."""
    query = sa.select(ledger_projects).where(condition).order_by(ledger_projects.c.code)
    rows = connection.execute(query).all()
    works = _children(connection, ledger_works, "project_code", (row.code for row in rows))
    return [_project(row, works[row.code]) for row in rows]


def read_cases(connection: Connection, project: Project) -> list[Case]:
    """The cases of the project's works with all that they have, in no order."""
    query = sa.select(ledger_cases).where(
        ledger_cases.c.project_code == project.code,
        ledger_cases.c.work_code.in_([work.code for work in project.works]),
    )
    rows = connection.execute(query).all()
    numbers = [row.case_no for row in rows]
    steps = _children(connection, ledger_steps, "case_no", numbers)
    documents = _children(connection, ledger_documents, "case_no", numbers)
    return [_case(row, steps[row.case_no], documents[row.case_no]) for row in rows]


def read_materials(connection: Connection, code: str) -> list[ReceivedMaterial]:
    query = sa.select(ledger_materials).where(ledger_materials.c.project_code == code)
    rows = connection.execute(query.order_by(ledger_materials.c.id)).all()
    return [ReceivedMaterial(row.name, row.case_no) for row in rows]


def delete_project(connection: Connection, code: str) -> None:
    numbers = sa.select(ledger_cases.c.case_no).where(ledger_cases.c.project_code == code)
    for table in (ledger_steps, ledger_documents):
        connection.execute(sa.delete(table).where(table.c.case_no.in_(numbers)))
    for table in (ledger_materials, ledger_cases, ledger_works):
        connection.execute(sa.delete(table).where(table.c.project_code == code))
    connection.execute(sa.delete(ledger_projects).where(ledger_projects.c.code == code))


def write_project(connection: Connection, kept: LedgerProject) -> None:
    """Writes a project that is not there."""
    project = kept.project
    row = {
        "code": project.code,
        "name": project.name,
        "developer_code": kept.developer_code,
        "developer_name": kept.developer_name,
        "kind": project.kind,
        "place": project.place,
        "facts": dict(project.facts),
        "stage": kept.stage,
        "steward": kept.steward,
        "next_step": kept.next_step,
        "updated_at": datetime.now(timezone.utc),
    }
    _insert(connection, ledger_projects, [row])
    _insert(connection, ledger_works, [_work_row(project, work) for work in project.works])
    _insert(connection, ledger_cases, [_case_row(case) for case in kept.cases])
    _insert(connection, ledger_steps, [row for case in kept.cases for row in _step_rows(case)])
    _insert(
        connection, ledger_documents, [row for case in kept.cases for row in _document_rows(case)]
    )
    materials = [
        {"project_code": project.code, "case_no": material.case_no, "name": material.name}
        for material in kept.materials
    ]
    _insert(connection, ledger_materials, materials)


def _insert(connection: Connection, table: sa.Table, rows: list[Row]) -> None:
    if rows:
        connection.execute(table.insert(), rows)


def _children(
    connection: Connection, table: sa.Table, column: str, keys: Iterable[str]
) -> dict[str, list[Any]]:
    wanted, found = list(keys), defaultdict(list)
    for start in range(0, len(wanted), AT_ONCE):
        chosen = table.c[column].in_(wanted[start : start + AT_ONCE])
        order = list(table.primary_key.columns)
        for row in connection.execute(sa.select(table).where(chosen).order_by(*order)):
            found[getattr(row, column)].append(row)
    return found


def _project(row: Any, works: list[Any]) -> Project:
    return Project(
        code=row.code,
        name=row.name,
        works=tuple(Work(work.code, work.name, work.region) for work in works),
        kind=row.kind,
        place=row.place,
        facts=row.facts,
    )


def _case(row: Any, steps: list[Any], documents: list[Any]) -> Case:
    read = tuple(sorted(map(_step, steps), key=lambda step: step.order))
    return Case(
        case_no=row.case_no,
        project_code=row.project_code,
        work_code=row.work_code,
        region=row.region,
        matter_code=row.matter_code,
        matter_name=row.matter_name,
        department=row.department,
        limit_days=row.limit_days,
        steps=read,
        group_no=row.group_no,
        special_procedures=tuple(
            SpecialProcedure(step.procedure, step.at.astimezone(SHANGHAI))
            for step in steps
            if step.procedure
        ),
        documents=tuple(
            ApprovalDocument(each.number, each.title, each.issued_on, each.valid_to, each.unlimited)
            for each in documents
        ),
    )


def _step(row: Any) -> Step:
    at = row.at.astimezone(SHANGHAI)
    status = CaseStatus(row.status)
    return Step(at, status, row.label, row.code, row.office, row.opinion, str(row.id))


def _work_row(project: Project, work: Work) -> Row:
    return {
        "code": work.code,
        "project_code": project.code,
        "name": work.name,
        "region": work.region,
    }


def _case_row(case: Case) -> Row:
    names = "case_no project_code work_code region matter_code matter_name department limit_days"
    return {name: getattr(case, name) for name in [*names.split(), "group_no"]}


def _step_rows(case: Case) -> Iterable[Row]:
    begun = {procedure.started_at: procedure.name for procedure in case.special_procedures}
    for step in case.steps:
        begins = step.status is CaseStatus.SPECIAL_PROCEDURE
        yield {
            "case_no": case.case_no,
            "at": step.at,
            "status": step.status.value,
            "label": step.label,
            "code": step.code,
            "office": step.office,
            "opinion": step.opinion,
            "procedure": begun.get(step.at) if begins else None,
        }


def _document_rows(case: Case) -> Iterable[Row]:
    for document in case.documents:
        yield {
            "case_no": case.case_no,
            "number": document.number,
            "title": document.title,
            "issued_on": document.issued_on,
            "valid_to": document.valid_to,
            "unlimited": document.unlimited,
        }
