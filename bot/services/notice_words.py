"""Finding the words that changes and clocks bring, and keeping each once.

Marks tell how far was looked: the number of the last change, the last day on which every clock was
read, and when it all began. A mark moves in the transaction that keeps the words found before it,
and only from where it was seen; the key of a word does the rest. So a process may end anywhere, and
several may look at once: a word is kept once, and none is passed over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Protocol

from bot.model.case import SHANGHAI
from bot.model.ledger import CaseChange, ChangeKind, FollowedCase
from bot.model.word import LIMITS, Word, WordKind
from bot.services.find_words import (
    Subject,
    word_of_clock,
    word_of_document,
    word_of_step,
    word_to_steward,
)
from bot.services.followed_cases import FollowedCases
from bot.services.working_days import read_clock

AT_ONCE = 500  # changes or cases in one transaction
# The clock of a case that the platform has not confirmed for longer is not spoken of: it may have
# ended since. What was read is told with its time.
UNCONFIRMED = timedelta(days=2)
BEGAN, CHANGES, CLOCK = "began", "changes", "clock"
_TOLD_BY_STEP = frozenset({ChangeKind.APPEARED, ChangeKind.STEPPED})
_PROJECTS = frozenset(
    {
        ChangeKind.PROJECT_APPEARED,
        ChangeKind.PROJECT_CHANGED,
        ChangeKind.PROJECT_VANISHED,
        ChangeKind.PROJECT_RETURNED,
    }
)
_TO_STEWARD = {
    ChangeKind.VANISHED: WordKind.VANISHED,
    ChangeKind.WENT_BACK: WordKind.WENT_BACK,
}


@dataclass(frozen=True)
class Mark:
    """A mark that moves from `before` (None: it was not there) to `after`."""

    name: str
    before: int | None
    after: int


@dataclass(frozen=True)
class Settled:
    """Words of these kinds about a case that need not be said or seen any more."""

    case: str
    kinds: frozenset[WordKind]


@dataclass(frozen=True)
class Found:
    words: tuple[Word, ...] = ()
    settled: tuple[Settled, ...] = ()


class Overtaken(Exception):
    """Another process has moved the mark meanwhile; nothing was kept."""


class Words(Protocol):
    """Where words are kept. Raises StoreUnavailable."""

    async def mark(self, name: str) -> int | None: ...

    async def keep(self, found: Found, marks: Sequence[Mark]) -> int:
        """Keeps the words that are not there yet and sends them on their way to the conversations
        of their enterprises, settles what has become untrue before, and moves the marks, all or
        nothing; how many words are new. Raises Overtaken."""


async def notice_changes(words: Words, history: FollowedCases, now: datetime) -> int:
    """Keeps the words of what changed since the last look; how many are new. The first look only
    sets the marks: what was there before it is no news."""
    kept = 0
    with suppress(Overtaken):  # the other process goes on from there
        while True:
            began, before = await words.mark(BEGAN), await words.mark(CHANGES)
            if began is None or before is None:
                newest = await asyncio.to_thread(history.newest_no)
                first = Mark(BEGAN, None, int(now.timestamp())), Mark(CHANGES, None, newest)
                await words.keep(Found(), first)
                return kept
            since = datetime.fromtimestamp(began, timezone.utc)
            changes = await asyncio.to_thread(history.changes_after, before, AT_ONCE)
            if not changes:
                return kept
            found = await asyncio.to_thread(words_of_changes, history, changes, since, now)
            kept += await words.keep(found, [Mark(CHANGES, before, changes[-1].no)])
    return kept


async def notice_limits(words: Words, history: FollowedCases, now: datetime) -> int:
    """Reads every running clock, once a day (China); how many words are new."""
    today, before = now.astimezone(SHANGHAI).toordinal(), await words.mark(CLOCK)
    if before is not None and before >= today:
        return 0
    kept, running = 0, history.running_cases()
    last = False
    while not last:
        found, last = await asyncio.to_thread(_next_words, running, now)
        kept += await words.keep(found, ())
    with suppress(Overtaken):
        await words.keep(Found(), [Mark(CLOCK, before, today)])
    return kept


def _next_words(running: Iterator[FollowedCase], now: datetime) -> tuple[Found, bool]:
    """Of the next cases, and whether they were the last."""
    cases = list(islice(running, AT_ONCE))
    found = [word for case in cases if (word := _limit(case, now)) is not None]
    return Found(tuple(sorted(found, key=lambda word: word.key))), len(cases) < AT_ONCE


def words_of_changes(
    history: FollowedCases, changes: Sequence[CaseChange], since: datetime, now: datetime
) -> Found:
    """What these changes bring; `since` (aware): what happened earlier is no news. Blocks."""
    words: dict[str, Word] = {}
    settled: list[Settled] = []
    for change in changes:
        followed = _followed(history, change) if _tells(change, since) else None
        if followed is None:
            continue
        subject = subject_of(followed)
        words.update((word.key, word) for word in _words(change, followed, subject, since, now))
        if followed.case.end is not None:
            settled.append(Settled(subject.key, LIMITS))
        if change.kind is ChangeKind.RETURNED:
            settled.append(Settled(subject.key, frozenset({WordKind.VANISHED})))
    return Found(tuple(sorted(words.values(), key=lambda word: word.key)), tuple(settled))


def subject_of(followed: FollowedCase) -> Subject:
    return Subject(followed.case, followed.project.name, followed.developers, followed.read_at)


def _tells(change: CaseChange, since: datetime) -> bool:
    """Whether the case is worth looking up: the first reading of a city brings thousands of old
    ones."""
    if change.kind in _PROJECTS or change.case_no is None:
        return False
    if change.kind in _TOLD_BY_STEP:
        return change.step is not None and change.step.at >= since
    return True


def _followed(history: FollowedCases, change: CaseChange) -> FollowedCase | None:
    """The case of a change; its number may be that of another work's case too."""
    assert change.case_no is not None
    found = history.case(change.case_no, change.project_code)
    if found is None or found.case.work_code == change.work_code:
        return found
    project = history.project(change.project_code)
    for case in project.cases if project else ():
        if (case.work_code, case.case_no) == (change.work_code, change.case_no):
            return FollowedCase(case, found.project, found.developers, found.read_at)
    return None


def _words(
    change: CaseChange, followed: FollowedCase, subject: Subject, since: datetime, now: datetime
) -> Iterator[Word]:
    if change.kind in _TO_STEWARD:
        kind = _TO_STEWARD[change.kind]
        yield word_to_steward(subject, kind, str(change.no), change.at, change.note)
        return
    if change.kind in _TOLD_BY_STEP and change.step is not None:
        told = word_of_step(subject, change.step)
        if told is not None:
            yield told
    if change.kind is not ChangeKind.CORRECTED:  # of one that appears, documents come alone
        for document in followed.case.documents:
            issued = word_of_document(subject, document)
            if issued is not None and issued.at.date() >= since.astimezone(SHANGHAI).date():
                yield issued
    near = _limit(followed, now)
    if near is not None:
        yield near


def _limit(followed: FollowedCase, now: datetime) -> Word | None:
    if followed.gone_at is not None or now - followed.read_at > UNCONFIRMED:
        return None
    return word_of_clock(subject_of(followed), read_clock(followed.case, now), now)
