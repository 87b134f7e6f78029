"""Projects, cases and steps as compact JSON, and back. Tens of thousands are written in one import,
so that nothing general is used for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from bot.model.case import (
    SHANGHAI,
    ApprovalDocument,
    Case,
    CaseStatus,
    Project,
    Solicitation,
    SpecialProcedure,
    Step,
    Work,
)


def to_text(told: Project | Case | Step) -> str:
    return json.dumps(told, default=_plain, ensure_ascii=False, separators=(",", ":"))


def project_of(text: str) -> Project:
    read = json.loads(text)
    works = tuple(Work(**work) for work in read.pop("works"))
    return Project(**read, works=works)


def case_of(text: str) -> Case:
    read = json.loads(text)
    return Case(
        **{
            **read,
            "steps": tuple(map(_step, read["steps"])),
            "special_procedures": tuple(map(_procedure, read["special_procedures"])),
            "documents": tuple(map(_document, read["documents"])),
            "solicitations": tuple(map(_solicitation, read["solicitations"])),
            "notes": tuple(read["notes"]),
        }
    )


def step_of(text: str) -> Step:
    return _step(json.loads(text))


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value):
        return vars(value)
    raise TypeError(f"{type(value).__name__} is not kept")


def _step(read: dict[str, Any]) -> Step:
    return Step(**{**read, "at": _moment(read["at"]), "status": CaseStatus(read["status"])})


def _procedure(read: dict[str, Any]) -> SpecialProcedure:
    return SpecialProcedure(**{**read, "started_at": _moment(read["started_at"])})


def _document(read: dict[str, Any]) -> ApprovalDocument:
    days = {name: _day(read[name]) for name in ("issued_on", "valid_to")}
    return ApprovalDocument(**{**read, **days})


def _solicitation(read: dict[str, Any]) -> Solicitation:
    return Solicitation(**{**read, "answered_at": _moment(read["answered_at"])})


def _moment(text: str | None) -> Any:
    return datetime.fromisoformat(text).astimezone(SHANGHAI) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
