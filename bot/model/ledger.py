"""Projects as the stewards' own ledger (台账) keeps them, and what was seen on a platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.model.case import Case, CaseStatus, Project, ReceivedMaterial, Step


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


class ChangeKind(str, Enum):
    """What was seen to change. The values are stored and are stable words of the public JSON."""

    PROJECT_APPEARED = "project_appeared"
    PROJECT_CHANGED = "project_changed"
    PROJECT_VANISHED = "project_vanished"
    PROJECT_RETURNED = "project_returned"
    APPEARED = "appeared"
    STEPPED = "stepped"
    DOCUMENTED = "documented"
    CORRECTED = "corrected"
    WENT_BACK = "went_back"
    VANISHED = "vanished"
    RETURNED = "returned"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def alarming(self) -> bool:
        """Whether the platform took something back: a steward should find out why."""
        return self in _ALARMING


_LABELS = {
    ChangeKind.PROJECT_APPEARED: "新项目",
    ChangeKind.PROJECT_CHANGED: "项目信息变更",
    ChangeKind.PROJECT_VANISHED: "项目消失",
    ChangeKind.PROJECT_RETURNED: "项目重新出现",
    ChangeKind.APPEARED: "新办件",
    ChangeKind.STEPPED: "办理进展",
    ChangeKind.DOCUMENTED: "批复文件",
    ChangeKind.CORRECTED: "更正",
    ChangeKind.WENT_BACK: "办件倒退",
    ChangeKind.VANISHED: "办件消失",
    ChangeKind.RETURNED: "办件重新出现",
}
_ALARMING = frozenset({ChangeKind.PROJECT_VANISHED, ChangeKind.WENT_BACK, ChangeKind.VANISHED})


@dataclass(frozen=True)
class Change:
    """One difference between what was kept of a project and what the platform tells now.

    `step`: the new newest step, for STEPPED the step that is new; `before`: the status until now;
    `note`: in Chinese, what it was and what it is. Without `case_no` it is about the project.
    """

    kind: ChangeKind
    project_code: str
    work_code: str | None = None
    case_no: str | None = None
    step: Step | None = None
    before: CaseStatus | None = None
    note: str = ""


@dataclass(frozen=True)
class CaseChange:
    """A change in the history, never altered. `no` only grows; `at` (aware) is when it was seen,
    `seen_by` the process that saw it."""

    no: int
    at: datetime
    project_code: str
    work_code: str | None
    case_no: str | None
    kind: ChangeKind
    step: Step | None
    before: CaseStatus | None
    note: str
    seen_by: str = ""


@dataclass(frozen=True)
class FollowedProject:
    """A project with all its cases as the platform told it, and the credit codes of whoever
    develops it or one of its works."""

    project: Project
    developers: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True)
class FollowedCase:
    """A case as it was last seen to be; `read_at` (aware) is when the platform last confirmed it,
    `gone_at` when it was seen to have vanished, None while it is there."""

    case: Case
    project: Project
    developers: tuple[str, ...]
    read_at: datetime
    gone_at: datetime | None = None
