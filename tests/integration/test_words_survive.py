"""Killed between any two statements and started again, by one process or by several: each word is
kept once and said once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.model.case import SHANGHAI, Case, CaseStatus, Project, Step
from bot.model.conversation import EntryKind
from bot.model.ledger import CaseChange, ChangeKind, FollowedCase, FollowedProject
from bot.services.announce import Hub
from bot.services.ports import Log
from bot.services.quiet_hours import NEVER
from bot.services.word_rounds import one_round
from bot.storage.database import Database
from bot.storage.words import SqlWords
from tests.fakes.words import OTHER, WHO

BEGIN = datetime(2026, 11, 9, 9, 0, tzinfo=SHANGHAI)
NOW = datetime(2026, 11, 13, 16, 0, tzinfo=SHANGHAI)  # three working days before the limit
MOST = 400  # statements; far more than a round has


class Killed(BaseException):
    """The process is gone: nothing catches this."""


@dataclass
class History:
    """What the follower has kept, in memory. Two cases were accepted, one of them has a step more
    than the other; both have a limit that is near."""

    changes: list[CaseChange] = field(default_factory=list)
    cases: dict[str, FollowedCase] = field(default_factory=dict)

    def happens(self, case_no: str, *steps: Step) -> None:
        project = Project("P-1", "机床厂房", ())
        case = Case(case_no, "P-1", "P-1", None, "M", f"事项{case_no}", "住建局", 7, steps)
        self.cases[case_no] = FollowedCase(case, project, (WHO.id,), NOW)
        for step in steps:
            no, kind = len(self.changes) + 1, ChangeKind.STEPPED
            self.changes.append(
                CaseChange(no, NOW, "P-1", "P-1", case_no, kind, step, None, step.label)
            )

    def newest_no(self) -> int:
        return len(self.changes)

    def changes_after(self, no: int, limit: int) -> Sequence[CaseChange]:
        return self.changes[no : no + limit]

    def case(self, case_no: str, project_code: str | None = None) -> FollowedCase | None:
        return self.cases.get(case_no)

    def project(self, code: str) -> FollowedProject | None:
        raise AssertionError("every case is found by its number")

    def running_cases(self) -> Iterator[FollowedCase]:
        return iter(list(self.cases.values()))


def step(status: CaseStatus, hours: int) -> Step:
    return Step(BEGIN + timedelta(hours=hours), status, status.value, "0")


def something_happens(history: History) -> None:
    begun = step(CaseStatus.SPECIAL_PROCEDURE, 3), step(CaseStatus.SPECIAL_PROCEDURE_ENDED, 5)
    history.happens("A", step(CaseStatus.ACCEPTED, 1))
    history.happens("B", step(CaseStatus.ACCEPTED, 2), *begun)


EXPECTED = {
    ("事项A", "受理，"): 1,
    ("事项A", "还剩3个工作日"): 1,
    ("事项B", "受理，"): 1,
    ("事项B", "进入特别程序"): 1,
    ("事项B", "特别程序结束"): 1,
    ("事项B", "还剩3个工作日"): 1,
}


async def opened(url: str) -> list[str]:
    """Two conversations of the enterprise, one of them in an app, and one of another."""

    def work(log: Log) -> list[str]:
        mine = [log.open("web", "小李", WHO).id, log.open("telegram", "4711", WHO).id]
        return [*mine, log.open("web", "小赵", OTHER).id]

    database = Database(url)
    try:
        return await database.transact(work)
    finally:
        database.dispose()


async def run_once(url: str, history: History, now: datetime, killed_at: int | None = None) -> bool:
    """A process that starts, runs one round and ends; whether it was killed before that."""
    database = Database(url, frozenset({"telegram"}))
    count = 0

    def statement(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == killed_at:
            raise Killed

    sa.event.listen(database.engine, "before_cursor_execute", statement)
    sa.event.listen(database.engine, "commit", statement)
    try:
        await one_round(SqlWords(database), history, Hub(), NEVER, now)
    except Killed:
        return True
    finally:
        database.dispose()
    return False


async def told(url: str, conversation: str) -> dict[tuple[str, str], int]:
    """How often each thing was said to a conversation."""
    database = Database(url)
    entries = await database.read(lambda log: list(log.entries(conversation, 0, 1000, True)))
    database.dispose()
    lines = [
        line
        for entry in entries
        if entry.kind is EntryKind.BOT
        for line in entry.text.splitlines()
        if line.startswith("· ")
    ]
    return {
        what: sum(what[0] in line and what[1] in line for line in lines) for what in EXPECTED
    } | {("all", ""): len(lines)}


async def then_everything_was_told_once(url: str, conversations: Sequence[str]) -> None:
    *mine, other = conversations
    for conversation in mine:
        assert await told(url, conversation) == {**EXPECTED, ("all", ""): len(EXPECTED)}
    assert (await told(url, other))["all", ""] == 0


async def test_killed_at_each_statement_in_turn_and_started_again(database_url: str) -> None:
    """One long life: every start gets one statement further than the one before it."""
    history, conversations = History(), await opened(database_url)
    await run_once(database_url, history, BEGIN)
    something_happens(history)
    kills = 0
    for killed_at in range(1, MOST):
        if not await run_once(database_url, history, NOW, killed_at):
            break
        kills += 1
    else:
        pytest.fail("the round never came to its end")
    assert kills > 10
    await run_once(database_url, history, NOW)
    await then_everything_was_told_once(database_url, conversations)


async def test_killed_once_anywhere_and_started_again(database_url: str) -> None:
    """For every statement of a whole round: killed there, then started again, all anew."""
    history = History()
    conversations = await opened(database_url)
    await run_once(database_url, history, BEGIN)
    something_happens(history)
    killed_at, killed = 0, True
    while killed:
        killed_at += 1
        killed = await run_once(database_url, history, NOW, killed_at)
        await run_once(database_url, history, NOW)
        await then_everything_was_told_once(database_url, conversations)
        await forget(database_url)
    assert killed_at > 30


async def forget(url: str) -> None:
    """As though nothing had been noticed since the beginning."""
    database = Database(url)

    def work(connection: sa.engine.Connection) -> None:
        for table in ("word_tellings", "words", "outbox", "entries"):
            connection.execute(sa.text(f"DELETE FROM {table}"))
        connection.execute(sa.text("UPDATE conversations SET last_no = 0, handled_no = 0"))
        connection.execute(sa.text("UPDATE word_marks SET no = 0 WHERE name <> 'began'"))

    await database.run(work)
    database.dispose()


async def test_several_processes_look_and_speak_at_once(database_url: str) -> None:
    history, conversations = History(), await opened(database_url)
    await asyncio.gather(*(run_once(database_url, history, BEGIN) for _ in range(3)))
    something_happens(history)
    for _ in range(3):
        with suppress(Killed):
            await asyncio.gather(*(run_once(database_url, history, NOW) for _ in range(4)))
    await then_everything_was_told_once(database_url, conversations)


async def test_what_was_before_the_first_look_is_no_news(database_url: str) -> None:
    history, conversations = History(), await opened(database_url)
    something_happens(history)
    await run_once(database_url, history, NOW - timedelta(days=1))
    await run_once(database_url, history, NOW - timedelta(days=1))
    assert (await told(database_url, conversations[0]))["all", ""] == 0
