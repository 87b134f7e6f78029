"""Follow a platform: keep what it tells of every project, and every change (bot/decisions/0016).

The cursor is one mark for each project, kept in the same transaction as what was read under it.
Marks are taken before the reading, so that whatever is written in between changes the mark again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.model.ledger import ChangeKind, FollowedProject
from bot.services.compare_projects import changes_of_project, key_of, project_vanished, vanished
from bot.services.follow_port import (
    KeptProject,
    Marks,
    NotKept,
    Position,
    Seen,
    Snapshots,
    Source,
)

log = logging.getLogger(__name__)
AT_ONCE = 200  # projects in one reading and one transaction
SURVEY_EVERY = timedelta(minutes=5)  # what no glance shows is found by then
REREAD = 100  # projects read again in a round without news, those longest unread first
FEW = 20  # so many projects may vanish at once, however few there are
FEWER_FOR = timedelta(hours=1)  # a table that is being filled anew is whole again by then

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]  # (read, to read)


@dataclass(frozen=True)
class Round:
    """What one round did. `surveyed`: whether every project was looked at; `doubted`: how many
    projects are missing so suddenly that they are not taken as vanished yet."""

    read: int = 0
    changes: Counter[ChangeKind] = field(default_factory=Counter)
    surveyed: bool = False
    doubted: int = 0


@dataclass(frozen=True)
class _Found:
    """What a survey found: `changed` are to be read, `gone` are kept but told of no more."""

    marks: Marks = field(default_factory=dict)
    changed: Sequence[str] = ()
    gone: Sequence[str] = ()
    known: int = 0


def follow_once(
    source: Source,
    kept: Snapshots,
    now: Clock,
    progress: Progress | None = None,
    survey_every: timedelta = SURVEY_EVERY,
    reread: int = REREAD,
) -> Round | None:
    """One round; None while another process follows.

    PlatformUnavailable, StoreUnavailable, LeaseLost: what was written until then stays, and the
    next round goes on from there.
    """
    begun = now()
    position = kept.hold(begun)
    if position is None:
        return None
    glance = source.glance()
    touched = _touched(source, position, glance, begun, survey_every)
    found = _look(source, kept, touched)
    doubted = _doubted(found, position, begun)
    codes = [*found.changed, *(() if doubted else found.gone)]
    done = _read_all(source, kept, codes, found.marks, now, progress)
    if not codes and reread:
        old = kept.longest_unread(reread)
        again = _read_all(source, kept, old, source.survey(old), now, None) if old else Round()
        done = _add(done, again)
    kept.reach(_reached(position, glance, begun, touched is None, bool(doubted)))
    return replace(done, surveyed=touched is None, doubted=len(doubted))


def _touched(
    source: Source, position: Position, glance: str | None, at: datetime, every: timedelta
) -> Collection[str] | None:
    """The codes of the projects to look at, None for all."""
    surveyed = position.surveyed_at
    if surveyed is None or at - surveyed >= every:
        return None
    if glance is None or glance == position.glance:
        return ()
    return source.touched(position.glance, glance) if position.glance else None


def _look(source: Source, kept: Snapshots, codes: Collection[str] | None) -> _Found:
    if codes is not None and not codes:
        return _Found()
    marks, known = source.survey(codes), kept.marks()
    changed = [code for code, mark in marks.items() if mark is None or mark != known.get(code, "")]
    looked_at = known if codes is None else [code for code in codes if code in known]
    gone = [code for code in looked_at if code not in marks]
    return _Found(marks, sorted(changed), sorted(gone), len(known))


def _doubted(found: _Found, position: Position, at: datetime) -> Sequence[str]:
    """Projects that are missing so suddenly that the platform may be filling its tables anew."""
    if len(found.gone) <= max(FEW, found.known // 2):
        return ()
    since = position.fewer_since or at
    return () if at - since >= FEWER_FOR else found.gone


def _reached(
    before: Position, glance: str | None, at: datetime, surveyed: bool, doubtful: bool
) -> Position:
    if doubtful:  # the next round looks at everything, as though this one had not
        return replace(before, surveyed_at=None, fewer_since=before.fewer_since or at)
    return Position(glance, at) if surveyed else replace(before, glance=glance)


def _read_all(
    source: Source,
    kept: Snapshots,
    codes: Sequence[str],
    marks: Marks,
    now: Clock,
    progress: Progress | None,
) -> Round:
    done = Round()
    for chosen in _batches(codes):
        told = {each.project.code: each for each in source.read(chosen)}
        before = kept.kept(chosen)
        seen = [
            each
            for code in chosen
            if (each := _seen(code, before.get(code), told.get(code), marks)) is not None
        ]
        written = _write(kept, seen, now())
        counted = Counter(change.kind for each in written for change in each.changes)
        done = _add(done, Round(len(chosen), counted))
        if progress:
            progress(done.read, len(codes))
    return done


def _write(kept: Snapshots, seen: Sequence[Seen], at: datetime) -> Sequence[Seen]:
    """What could be kept: a project that the database refuses does not hold up the others."""
    try:
        kept.write(seen, at)
        return seen
    except NotKept as refused:
        if len(seen) == 1:
            log.warning("follow: %s is not kept: %s", seen[0].code, refused)
            return ()
    return [each for one in seen for each in _write(kept, [one], at)]


def _seen(
    code: str, before: KeptProject | None, now: FollowedProject | None, marks: Marks
) -> Seen | None:
    if now is not None:
        now = replace(now, cases=tuple({key_of(case): case for case in now.cases}.values()))
        told = before.told if before else None
        were_gone = before.gone_cases if before else frozenset()
        changes = changes_of_project(told, now, were_gone, bool(before and before.gone))
        return Seen(code, before, now, marks.get(code), tuple(changes))
    if before is None or before.gone or code in marks:
        return None  # surveyed, but gone by the time it was read: the next survey tells
    there = [case for case in before.told.cases if key_of(case) not in before.gone_cases]
    gone = (project_vanished(before.told.project), *map(vanished, there))
    return Seen(code, before, None, None, gone)


def _batches(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    return (codes[start : start + AT_ONCE] for start in range(0, len(codes), AT_ONCE))


def _add(one: Round, other: Round) -> Round:
    return Round(one.read + other.read, one.changes + other.changes)
