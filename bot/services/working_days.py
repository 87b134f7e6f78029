"""The working-day clock of a case: one function for the bot, the desk, notices and exports.

Rules
* Working days follow the State Council's calendar, swapped weekends (调休) included. A year that
  `chinesecalendar` does not know is said, never assumed.
* The day of acceptance does not count (《民法典》第201条); nothing counts before acceptance.
* The clock stands still between 补正 begin/end and 特别程序 begin/end. The day on which it stops
  still counts, the day on which it resumes does not: as with acceptance, the day of an event
  belongs to what was before it. Overlapping pauses count once.
* A repeated begin or end changes nothing. A pause that began before acceptance is cut at
  acceptance. Has it no end on record, a 补正 was ended by acceptance itself (nothing incomplete
  is accepted), while a 特别程序 goes on.
* A pause whose end is missing ends with the case.
* A case filed anew after it had been sent back, withdrawn or refused has a new clock: what came
  before belongs to the application that ended then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

import chinese_calendar

from bot.model.case import NEVER_OVERDUE, Case, CaseStatus, Clock, Step

_PAUSES = (
    (CaseStatus.SUPPLEMENT_REQUESTED, CaseStatus.SUPPLEMENT_ENDED),
    (CaseStatus.SPECIAL_PROCEDURE, CaseStatus.SPECIAL_PROCEDURE_ENDED),
)

_AFTER_ACCEPTANCE = frozenset(
    {
        CaseStatus.IN_REVIEW,
        CaseStatus.SPECIAL_PROCEDURE,
        CaseStatus.SPECIAL_PROCEDURE_ENDED,
        CaseStatus.PASSED,
        CaseStatus.PASSED_DEFERRED,
        CaseStatus.REFUSED,
    }
)

Pause = tuple[date, "date | None"]


class CalendarUnknown(Exception):
    """The State Council's working days of `year` are not in the calendar."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the working days of {year} are not known")
        self.year = year


@lru_cache(maxsize=20_000)  # a whole ledger asks for the same days a million times
def is_working_day(day: date) -> bool:
    """Whether `day` is worked in China. CalendarUnknown for a year outside the calendar."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        raise CalendarUnknown(day.year) from error


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; 0 if `end` is not later."""
    return sum(is_working_day(day) for day in _days(start, end))


def add_working_days(start: date, count: int) -> date:
    """The day on which `count` working days after `start` have passed."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def read_clock(case: Case, now: datetime) -> Clock:
    """The clock of `case` at `now` (aware); steps later than `now` do not exist.

    Before acceptance there is no clock: used, remaining and due date are None.
    While a pause is open the due date is what it would be if the clock resumed now.
    """
    case = case.as_of(now)
    accepted_at, end = case.accepted_at, case.end
    if accepted_at is None:
        return Clock(limit_days=case.limit_days, notes=_without_acceptance(case))
    stop_at = end.at if end else now
    pauses = _pauses(case.course, accepted_at)
    # An end recorded before its own acceptance leaves no day to count.
    accepted, stop = accepted_at.date(), max(stop_at, accepted_at).date()
    paused = end is None and any(resumed is None for _, resumed in pauses)
    used, over, notes = _use(accepted, stop, pauses, case.limit_days)
    due_on, due_notes = _due_on(accepted, stop, pauses, case.limit_days, paused)
    return Clock(
        limit_days=case.limit_days,
        used_days=used,
        remaining_days=None if used is None or case.limit_days is None else case.limit_days - used,
        due_on=due_on,
        overdue=over and not _owes_nothing(case),
        paused=paused,
        notes=(*notes, *due_notes),
    )


def _without_acceptance(case: Case) -> tuple[str, ...]:
    """A note where steps that only follow acceptance are there without it."""
    if any(step.status in _AFTER_ACCEPTANCE for step in case.steps):
        return ("审批系统里没有这个办件的受理记录，无法计算用时。",)
    return ()


def _owes_nothing(case: Case) -> bool:
    last = case.status if case.status.ended else (case.end.status if case.end else None)
    return last in NEVER_OVERDUE


def _use(
    accepted: date, stop: date, pauses: Sequence[Pause], limit: int | None
) -> tuple[int | None, bool, tuple[str, ...]]:
    """Working days used, whether they are more than `limit`, and what could not be said."""
    used = 0
    try:
        for day in _days(accepted, stop):
            used += not _stands_still(day, pauses) and is_working_day(day)
    except CalendarUnknown as unknown:
        over = limit is not None and used > limit
        return None, over, (f"工作日历里没有{unknown.year}年的放假安排，已用工作日无法计算。",)
    return used, limit is not None and used > limit, ()


def _due_on(
    accepted: date, stop: date, pauses: Sequence[Pause], limit: int | None, paused: bool
) -> tuple[date | None, tuple[str, ...]]:
    if limit is None:
        return None, ("审批系统没有给出这个办件的办理时限。",)
    day, left = accepted, limit
    try:
        while left > 0:
            day += timedelta(days=1)
            if day > stop or not _stands_still(day, pauses):
                left -= is_working_day(day)
    except (CalendarUnknown, OverflowError):
        year = day.year
        return None, (f"工作日历里没有{year}年的放假安排，到期日暂时无法推算。",)
    if paused and day > stop:
        return day, ("计时暂停中，到期日按现在恢复计时推算，恢复得晚则顺延。",)
    return day, ()


def _pauses(steps: Sequence[Step], accepted_at: datetime) -> list[Pause]:
    """(day the clock stopped, day it resumed or None), each kind paired on its own."""
    found: list[Pause] = []
    for begin, finish in _PAUSES:
        opened: datetime | None = None
        accepted_ends = begin is CaseStatus.SUPPLEMENT_REQUESTED
        for step in steps:
            if step.status is begin:
                if opened is None or (accepted_ends and opened < accepted_at):
                    opened = step.at
            elif step.status is finish and opened is not None:
                if step.at >= accepted_at:
                    found.append((max(opened, accepted_at).date(), step.at.date()))
                opened = None
        if opened is not None and not (accepted_ends and opened < accepted_at):
            found.append((max(opened, accepted_at).date(), None))
    return found


def _stands_still(day: date, pauses: Sequence[Pause]) -> bool:
    return any(stopped < day and (resumed is None or day <= resumed) for stopped, resumed in pauses)


def _days(start: date, end: date) -> Iterator[date]:
    for offset in range(1, (end - start).days + 1):
        yield start + timedelta(days=offset)
