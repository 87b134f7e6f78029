"""Projects, cases and materials from the items of a described API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.model.case import (
    ApprovalDocument,
    Case,
    Project,
    ReceivedMaterial,
    Solicitation,
    SpecialProcedure,
    Work,
    normalise_project_code,
)
from bot.model.credit_code import normalise_credit_code
from connectors.platforms import values
from connectors.platforms.codes import Codes
from connectors.platforms.http_description import (
    CaseFields,
    Documents,
    MaterialFields,
    Path,
    Procedures,
    ProjectFields,
    Solicitations,
    Steps,
)
from connectors.platforms.steps import Event, steps_of

_CALENDAR_DAYS = "2"


def project_of(item: Any, fields: ProjectFields, codes: Codes) -> Project | None:
    """None for an item without a code."""
    code = code_of(item, fields)
    if not code:
        return None
    name = _text(fields.name, item) or ""
    works = tuple(_works(item, fields))
    return Project(
        code=code,
        name=name,
        works=works or (Work(code, name, None),),
        kind=_text(fields.kind, item) or codes.kind(values.code(_raw(fields.kind_code, item))),
        place=_text(fields.place, item),
        facts=dict(_facts(item, fields, codes)),
    )


def code_of(item: Any, fields: ProjectFields) -> str:
    """The project code, "" where the item has none."""
    return _code(fields.code, item)


def developer_of(item: Any, fields: ProjectFields) -> str:
    return normalise_credit_code(_text(fields.developer, item) or "")


def case_of(
    item: Any, events: Iterable[Any], project: Project, fields: CaseFields, codes: Codes
) -> Case | None:
    """The case of `item` with these events; None for an item without a number."""
    case_no = _text(fields.case_no, item)
    if case_no is None:
        return None
    steps, notes = steps_of(_events(events, fields.steps), codes)
    return Case(
        case_no=case_no,
        project_code=project.code,
        work_code=_code(fields.work_code, item) or project.code,
        region=_text(fields.region, item),
        matter_code=_text(fields.matter_code, item),
        matter_name=_text(fields.matter_name, item),
        department=_text(fields.department, item),
        limit_days=values.days(_raw(fields.limit_days, item)),
        steps=steps,
        group_no=_text(fields.group_no, item),
        special_procedures=_distinct(_procedures(item, fields.procedures, codes)),
        documents=_distinct(_documents(item, fields.documents)),
        solicitations=_distinct(_solicitations(item, fields.solicitations)),
        notes=notes,
    )


def material_of(item: Any, fields: MaterialFields) -> ReceivedMaterial | None:
    name = _text(fields.name, item)
    return ReceivedMaterial(name, _text(fields.case_no, item)) if name else None


def _works(item: Any, fields: ProjectFields) -> Iterable[Work]:
    if fields.works is None:
        return
    found = {}
    for each in fields.works.items.all(item):
        code = _code(fields.works.code, each)
        if code:
            name = _text(fields.works.name, each) or ""
            found[code] = Work(code, name, _text(fields.works.region, each))
    yield from (found[code] for code in sorted(found))


def _facts(item: Any, fields: ProjectFields, codes: Codes) -> Iterable[tuple[str, str]]:
    for column, path in fields.facts.items():
        told = codes.facts.get(column)
        if told is None:
            continue
        raw = path.one(item)
        value = told.value_of(values.code(raw) or "") if told.values else values.quantity(raw)
        if value is not None:
            yield told.fact, value


def _events(events: Iterable[Any], fields: Steps) -> Iterable[Event]:
    for each in events:
        yield Event(
            fields.at.one(each),
            fields.code.one(each),
            _raw(fields.office, each),
            _raw(fields.opinion, each),
            _raw(fields.serial, each),
        )


def _procedures(item: Any, fields: Procedures | None, codes: Codes) -> Iterable[SpecialProcedure]:
    if fields is None:
        return
    for each in fields.items.all(item):
        name, code = _text(fields.name, each), values.code(_raw(fields.code, each))
        yield SpecialProcedure(
            codes.procedure(name, code),
            values.moment(_raw(fields.started_at, each)),
            values.days(_raw(fields.limit_days, each)) or None,
            values.code(_raw(fields.limit_kind, each)) == _CALENDAR_DAYS,
        )


def _documents(item: Any, fields: Documents | None) -> Iterable[ApprovalDocument]:
    if fields is None:
        return
    for each in fields.items.all(item):
        yield document(
            _text(fields.number, each),
            _text(fields.title, each),
            _raw(fields.issued_on, each),
            _raw(fields.valid_to, each),
        )


def document(number: str | None, title: str | None, issued: Any, valid_to: Any) -> ApprovalDocument:
    """9999-01-01 is how the exchange standard writes that a document never expires."""
    until = values.calendar_day(valid_to)
    unlimited = until is not None and until >= values.NEVER_EXPIRES
    return ApprovalDocument(
        number, title, values.calendar_day(issued), None if unlimited else until, unlimited
    )


def _solicitations(item: Any, fields: Solicitations | None) -> Iterable[Solicitation]:
    if fields is None:
        return
    for each in fields.items.all(item):
        answered = values.moment(_raw(fields.answered_at, each))
        yield Solicitation(_text(fields.body, each), answered, _text(fields.opinion, each))


def _distinct(found: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(found))


def _raw(path: Path | None, item: Any) -> Any:
    return path.one(item) if path is not None else None


def _text(path: Path | None, item: Any) -> str | None:
    return values.text(_raw(path, item))


def _code(path: Path | None, item: Any) -> str:
    return normalise_project_code(_text(path, item) or "")
