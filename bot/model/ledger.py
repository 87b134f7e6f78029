"""A project as the stewards' own ledger (台账) keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.case import Case, Project, ReceivedMaterial


@dataclass(frozen=True)
class LedgerProject:
    """A project with all its cases. `stage`, `steward` and `next_step` are the stewards' words."""

    project: Project
    developer_code: str
    developer_name: str
    cases: tuple[Case, ...] = ()
    materials: tuple[ReceivedMaterial, ...] = ()
    stage: str | None = None
    steward: str | None = None
    next_step: str | None = None


@dataclass(frozen=True)
class Imported:
    """How many projects an import brought, changed and found as they were."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
