"""What a steward should know when a working day begins: counts and names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.model.case import CaseStatus, Clock
from bot.model.conversation import Conversation
from bot.model.times import CHINA
from bot.services.dates_in_words import day, moment
from bot.services.find_words import NEAR_DAYS, Subject
from bot.services.followed_cases import FollowedCases
from bot.services.notice_words import subject_of
from bot.services.ports import Store
from bot.services.review_receipts import Outdated, Receipts, list_outdated
from bot.services.working_days import read_clock
from knowledge.loader import Catalogue

NAMED = 30  # lines of one section; the count is of all


@dataclass(frozen=True)
class Line:
    """One thing to look at. `conversation` is where to open it, if it is in one."""

    name: str
    detail: str
    conversation: str | None = None


@dataclass(frozen=True)
class Section:
    """`count` is of all, `lines` names the first of them."""

    id: str
    title: str
    count: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Digest:
    """`read_at` is when the platform was last read; None where there is none. Aware datetimes."""

    day: date
    at: datetime
    read_at: datetime | None
    sections: tuple[Section, ...]


async def gather(
    store: Store,
    receipts: Receipts,
    catalogue: Catalogue,
    history: FollowedCases | None,
    now: datetime,
) -> Digest:
    """The digest as things stand at `now` (aware). StoreUnavailable."""
    waiting = await store.read(lambda log: list(log.waiting()))
    today = now.astimezone(CHINA).date()
    outdated = await list_outdated(receipts, catalogue, today)
    cases = await asyncio.to_thread(_read_clocks, history, now) if history else []
    read_at = max((subject.read_at for subject, _ in cases), default=None)
    return digest(now, waiting, cases, outdated, read_at)


def _read_clocks(history: FollowedCases, now: datetime) -> list[tuple[Subject, Clock]]:
    return [(subject_of(each), read_clock(each.case, now)) for each in history.running_cases()]


def digest(
    now: datetime,
    waiting: Sequence[Conversation],
    cases: Iterable[tuple[Subject, Clock]],
    outdated: Sequence[Outdated],
    read_at: datetime | None,
) -> Digest:
    """`cases` are all that have not ended, each with its clock at `now` (aware)."""
    sorted_out = _sorted_out(cases)
    sections = (
        _section("queue", "排队等人工", [_in_queue(head, now) for head in waiting]),
        _section("overdue", "已超过办理时限", sorted_out["overdue"]),
        _section("near", f"{NEAR_DAYS}个工作日内到期", sorted_out["near"]),
        _section("with_enterprise", "等企业补正", sorted_out["with_enterprise"]),
        _section("corrections", "待更正的答复", [_to_correct(one) for one in outdated]),
    )
    return Digest(now.astimezone(CHINA).date(), now, read_at, sections)


def _section(id: str, title: str, lines: Sequence[Line]) -> Section:
    return Section(id, title, len(lines), tuple(lines[:NAMED]))


def _sorted_out(cases: Iterable[tuple[Subject, Clock]]) -> dict[str, list[Line]]:
    """The lines of each section, the most urgent first."""
    found: dict[str, list[tuple[str, Line]]] = {"overdue": [], "near": [], "with_enterprise": []}
    for subject, clock in cases:
        placed = _place(subject, clock)
        if placed is not None:
            section, urgency, detail = placed
            found[section].append((urgency, Line(_name(subject), detail)))
    return {
        section: [line for _, line in sorted(lines, key=lambda pair: (pair[0], pair[1].name))]
        for section, lines in found.items()
    }


def _place(subject: Subject, clock: Clock) -> tuple[str, str, str] | None:
    """(section, what to sort by, what to say)."""
    due = clock.due_on.isoformat() if clock.due_on else ""
    by = f"，应在{day(clock.due_on)}前办结" if clock.due_on else ""
    left = clock.remaining_days
    asked = subject.case.latest(CaseStatus.SUPPLEMENT_REQUESTED, CaseStatus.SUPPLEMENT_ENDED)
    if asked is not None and asked.status is CaseStatus.SUPPLEMENT_REQUESTED:
        return "with_enterprise", asked.at.isoformat(), f"自{moment(asked.at)}起"
    if clock.overdue:
        over = f"超过{-left}个工作日" if left is not None else "已超过时限"
        return "overdue", due, f"{over}{by}"
    if left is not None and not clock.paused and left <= NEAR_DAYS:
        return "near", due, (f"还剩{left}个工作日" if left else "最后一个工作日") + by
    return None


def _name(subject: Subject) -> str:
    case = subject.case
    project = subject.project_name or case.project_code
    named = (case.matter_name or case.case_no, project, case.department)
    return " · ".join(part for part in named if part)


def _in_queue(head: Conversation, now: datetime) -> Line:
    since = f"自{moment(head.waiting_since)}起等待" if head.waiting_since else "等待中"
    late = "，已超过承诺时间" if head.escalated or (head.answer_by and head.answer_by < now) else ""
    return Line(head.enterprise.name if head.enterprise else "访客", since + late, head.id)


def _to_correct(one: Outdated) -> Line:
    who = one.conversation.enterprise
    name = f"{who.name if who else '访客'} · {one.name}"
    return Line(name, f"{moment(one.at)}的答复", one.conversation.id)
