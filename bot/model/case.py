"""Projects, cases and their steps, as the city's approval system tells them.

Every datetime here is aware and in `SHANGHAI`. Nothing here reads a clock or a database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class CaseStatus(Enum):
    """What one step says about its case. The values are stable words of the public JSON."""

    NO_RECORD = "no_record"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    SUPPLEMENT_ENDED = "supplement_ended"
    IN_REVIEW = "in_review"
    SPECIAL_PROCEDURE = "special_procedure"
    SPECIAL_PROCEDURE_ENDED = "special_procedure_ended"
    WITHDRAWAL_PENDING = "withdrawal_pending"
    UNKNOWN = "unknown"
    NOT_ACCEPTED = "not_accepted"
    ACCEPTANCE_REFUSED = "acceptance_refused"
    PASSED = "passed"
    PASSED_DEFERRED = "passed_deferred"
    REFUSED = "refused"
    RECALLED = "recalled"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"

    @property
    def order(self) -> int:
        """Place in the usual course of a case; decides between steps of the same second."""
        return _ORDER[self]

    @property
    def ended(self) -> bool:
        return self in ENDED

    @property
    def passed(self) -> bool:
        return self in (CaseStatus.PASSED, CaseStatus.PASSED_DEFERRED)


_ORDER = {status: place for place, status in enumerate(CaseStatus)}

ENDED = frozenset(
    {
        CaseStatus.NOT_ACCEPTED,
        CaseStatus.ACCEPTANCE_REFUSED,
        CaseStatus.PASSED,
        CaseStatus.PASSED_DEFERRED,
        CaseStatus.REFUSED,
        CaseStatus.RECALLED,
        CaseStatus.WITHDRAWN,
        CaseStatus.REVOKED,
    }
)

# The provincial statistics never count these ends as overdue: no approval was owed any more.
NEVER_OVERDUE = ENDED - {CaseStatus.PASSED, CaseStatus.PASSED_DEFERRED}

# A case that ended without a result and is received or accepted again runs again, from the start.
REOPENS = frozenset({CaseStatus.RECEIVED, CaseStatus.ACCEPTED})


@dataclass(frozen=True)
class Step:
    """One status event of a case (one row of the platform's step table)."""

    at: datetime
    status: CaseStatus
    label: str
    code: str
    office: str | None = None
    opinion: str | None = None
    serial: str = field(default="", compare=False)

    @property
    def order(self) -> tuple[datetime, int, int, str]:
        """By time; in the same second by the usual course (3 before 8, 10 before 11), then by the
        platform's serial number, whose own order is only a hint: it is opaque."""
        return (self.at, self.status.order, len(self.serial), self.serial)


@dataclass(frozen=True)
class SpecialProcedure:
    """Expert review, hearing, public notice …: the clock stands still while it runs.

    `limit_days` is how long it may take, in working days or, where `calendar_days`, in days.
    """

    name: str
    started_at: datetime | None
    limit_days: int | None = None
    calendar_days: bool = False


@dataclass(frozen=True)
class Solicitation:
    """Another body was asked for its opinion (征求意见). `answered_at` None: not answered yet."""

    body: str | None
    answered_at: datetime | None
    opinion: str | None = None


@dataclass(frozen=True)
class ApprovalDocument:
    """The result of a case. `valid_to` None: no expiry is known; `unlimited`: it never expires."""

    number: str | None
    title: str | None
    issued_on: date | None
    valid_to: date | None = None
    unlimited: bool = False


@dataclass(frozen=True)
class ReceivedMaterial:
    """A file that the platform has for a case, or for the group of cases filed together."""

    name: str
    case_no: str | None


@dataclass(frozen=True)
class Case:
    """One matter of one project on its way through a department; `steps` are in order."""

    case_no: str
    project_code: str
    work_code: str
    region: str | None
    matter_code: str | None
    matter_name: str | None
    department: str | None
    limit_days: int | None
    steps: tuple[Step, ...] = ()
    group_no: str | None = None
    special_procedures: tuple[SpecialProcedure, ...] = ()
    documents: tuple[ApprovalDocument, ...] = ()
    solicitations: tuple[Solicitation, ...] = ()
    notes: tuple[str, ...] = ()

    def as_of(self, moment: datetime) -> Case:
        """The case as it stood at `moment`: what came later does not exist."""
        return replace(
            self,
            steps=tuple(step for step in self.steps if step.at <= moment),
            special_procedures=tuple(
                procedure
                for procedure in self.special_procedures
                if procedure.started_at is None or procedure.started_at <= moment
            ),
            documents=tuple(
                document
                for document in self.documents
                if document.issued_on is None or document.issued_on <= moment.date()
            ),
            solicitations=tuple(
                asked
                if asked.answered_at is None or asked.answered_at <= moment
                # When it was asked is not recorded, so that it stays, without its answer.
                else replace(asked, answered_at=None, opinion=None)
                for asked in self.solicitations
            ),
        )

    @property
    def age(self) -> tuple[bool, str, str]:
        """Sorts the case whose first step is oldest first; those without any come last."""
        first = self.steps[0].at.astimezone(SHANGHAI).isoformat() if self.steps else ""
        return (not self.steps, first, self.case_no)

    @property
    def current(self) -> Step | None:
        return self.steps[-1] if self.steps else None

    @property
    def status(self) -> CaseStatus:
        return self.steps[-1].status if self.steps else CaseStatus.NO_RECORD

    @property
    def status_label(self) -> str:
        return self.steps[-1].label if self.steps else "暂无办理记录"

    @property
    def course(self) -> tuple[Step, ...]:
        """The steps that count: all, or those since the case was filed anew (接件 or 受理 after it
        had been sent back, withdrawn or refused). A result once given is not undone by a later
        接件 or 受理: such a case gets a new number, so that the record is out of order."""
        begin, ended_at = 0, None
        for place, step in enumerate(self.steps):
            if step.status.passed:
                break
            if step.status in REOPENS and ended_at is not None and step.at > ended_at:
                begin, ended_at = place, None
            elif step.status.ended and ended_at is None:
                ended_at = step.at
        return self.steps[begin:]

    @property
    def received_at(self) -> datetime | None:
        return self._first(CaseStatus.RECEIVED) or self._first(CaseStatus.ACCEPTED)

    @property
    def accepted_at(self) -> datetime | None:
        return self._first(CaseStatus.ACCEPTED)

    @property
    def end(self) -> Step | None:
        """The step that ended the case, the first one of its course."""
        return next((step for step in self.course if step.status.ended), None)

    @property
    def ended_at(self) -> datetime | None:
        return self.end.at if self.end else None

    def latest(self, *statuses: CaseStatus) -> Step | None:
        """The newest step with one of these statuses."""
        return next((step for step in reversed(self.steps) if step.status in statuses), None)

    def _first(self, status: CaseStatus) -> datetime | None:
        return next((step.at for step in self.course if step.status is status), None)


@dataclass(frozen=True)
class Clock:
    """Working days of one case. None means: cannot be said; `notes` say why, in Chinese."""

    limit_days: int | None = None
    used_days: int | None = None
    remaining_days: int | None = None
    due_on: date | None = None
    overdue: bool = False
    paused: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """A project and its works (工程), each with a code and a region of its own.

    `facts` are what the platform has registered of it, in the words of knowledge/facts.yml.
    """

    code: str
    name: str
    works: tuple[Work, ...]
    kind: str | None = None
    place: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.name}（{self.code}）" if self.name else self.code


@dataclass(frozen=True)
class Work:
    code: str
    name: str
    region: str | None


@dataclass(frozen=True)
class TableDescription:
    """One table of the exchange standard, as found on a platform."""

    name: str
    title: str
    required: bool
    found_as: str | None
    columns: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    missing_required: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlatformDescription:
    """What a platform is and holds. Counts are of valid rows, None where the table is missing."""

    kind: str
    address: str
    tables: tuple[TableDescription, ...]
    projects: int | None
    works: int | None
    cases: int | None
    events: int | None
    newest_event_at: datetime | None
    future_events: int
    notes: tuple[str, ...] = field(default=())


def normalise_project_code(text: str) -> str:
    """A project code as it is written on the platform.

    Takes full-width characters, any spaces and control characters, any dash and the '#' that some
    systems store in place of a dash; letters become upper case.
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isprintable())
    plain = "".join(plain.split())
    for dash in "#‐‑‒–—−﹣":
        plain = plain.replace(dash, "-")
    return plain.upper()
