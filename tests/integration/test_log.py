"""The log on both databases: numbers without gaps, once from outside, all or nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.model.conversation import (
    Button,
    Conversation,
    Draft,
    Enterprise,
    EntryKind,
    Inbound,
    Owner,
    Steward,
)
from bot.services.announce import Hub
from bot.services.ports import Log, StoreUnavailable, UnknownConversation
from bot.services.receive_message import receive_message
from bot.storage.database import Database

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest_asyncio.fixture
async def other_process(database_url: str) -> AsyncIterator[Database]:
    """A second process on the same database."""
    database = Database(database_url)
    yield database
    database.dispose()


async def opened(database: Database, peer: str = "visitor") -> Conversation:
    return await database.transact(lambda log: log.open("web", peer, None))


def append(log: Log, conversation: str, draft: Draft, external_id: str | None = None) -> int:
    head = log.lock(conversation)
    entry = log.append(head, draft, external_id)
    log.save(head)
    return entry.no


async def numbers(database: Database, conversation: str) -> list[int]:
    found = await database.read(lambda log: log.entries(conversation, 0, 1000, notes=True))
    return [entry.no for entry in found]


async def test_numbers_have_no_gaps_under_concurrent_appends(
    database: Database, other_process: Database
) -> None:
    head = await opened(database)

    async def say(number: int) -> int:
        store = (database, other_process)[number % 2]
        draft = Draft(EntryKind.USER, f"第{number}条")
        return await store.transact(lambda log: append(log, head.id, draft))

    given = await asyncio.gather(*(say(number) for number in range(200)))

    assert sorted(given) == list(range(1, 201))
    assert await numbers(database, head.id) == list(range(1, 201))


async def test_an_append_that_fails_leaves_no_gap(database: Database) -> None:
    head = await opened(database)

    def interrupted(log: Log) -> None:
        append(log, head.id, Draft(EntryKind.USER, "没写完"))
        raise InterruptedError

    await database.transact(lambda log: append(log, head.id, Draft(EntryKind.USER, "一")))
    with pytest.raises(InterruptedError):
        await database.transact(interrupted)
    await database.transact(lambda log: append(log, head.id, Draft(EntryKind.USER, "二")))

    assert await numbers(database, head.id) == [1, 2]
    assert (await database.read(lambda log: log.find(head.id))).last_no == 2


async def test_a_redelivery_at_the_same_moment_is_one_entry(
    database: Database, other_process: Database
) -> None:
    inbound = Inbound("telegram", "5550001001", "update:77", "施工许可证多少天办完")
    stores = [database, other_process] * 10

    received = await asyncio.gather(
        *(receive_message(store, Hub(), inbound) for store in stores),
    )

    assert len({one.conversation for one in received}) == 1
    assert {one.no for one in received} == {1}
    assert [one.duplicate for one in received].count(False) == 1
    assert await numbers(database, received[0].conversation) == [1]


async def test_the_same_visitor_is_opened_once(database: Database, other_process: Database) -> None:
    stores = [database, other_process] * 8

    heads = await asyncio.gather(*(opened(store, "same") for store in stores))

    assert len({head.id for head in heads}) == 1


async def test_an_entry_comes_back_as_it_was_written(database: Database) -> None:
    head = await opened(database)
    draft = Draft(
        kind=EntryKind.BOT,
        text=f"建筑工程施工许可\n{FAMILY}𠮷野家",
        author="帮办助手",
        buttons=(Button("要什么材料", '/ask{"a": 1}'), Button("转人工", "/steward")),
        owner=Owner.WAITING,
        facts={"sources": ["建筑法#第八条"], "confidence": 0.91},
    )
    before = datetime.now(timezone.utc)

    await database.transact(lambda log: append(log, head.id, draft))

    entry = await database.read(lambda log: log.entry(head.id, 1))
    assert entry is not None
    assert (entry.text, entry.author, entry.buttons) == (draft.text, draft.author, draft.buttons)
    assert (entry.owner, entry.facts, entry.kind) == (draft.owner, draft.facts, draft.kind)
    assert timedelta(0) <= entry.at - before < timedelta(minutes=1)


async def test_a_head_comes_back_as_it_was_saved(database: Database) -> None:
    head = await opened(database)
    at = datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))

    def change(log: Log) -> Conversation:
        changed = log.lock(head.id)
        changed.owner, changed.epoch = Owner.WAITING, 3
        changed.enterprise = Enterprise("91210100MA0XXXXX0A", "沈阳某某机床有限公司")
        changed.steward = Steward(7, "王敏")
        changed.state = {"matter": "construction-permit", "列表": [1, None]}
        changed.waiting_since = changed.answer_by = at
        changed.escalated = True
        log.save(changed)
        return changed

    saved = await database.transact(change)
    assert await database.read(lambda log: log.find(head.id)) == saved


async def test_notes_are_only_read_by_who_asks_for_them(database: Database) -> None:
    head = await opened(database)
    for kind in (EntryKind.USER, EntryKind.NOTE, EntryKind.BOT):
        draft = Draft(kind, kind.value)
        await database.transact(lambda log, draft=draft: append(log, head.id, draft))

    shown = await database.read(lambda log: log.entries(head.id, 0, 10, notes=False))
    everything = await database.read(lambda log: log.entries(head.id, 0, 10, notes=True))

    assert [entry.no for entry in shown] == [1, 3]
    assert [entry.no for entry in everything] == [1, 2, 3]


async def test_reading_goes_on_after_a_number(database: Database) -> None:
    head = await opened(database)
    for number in range(1, 8):
        draft = Draft(EntryKind.USER, str(number))
        await database.transact(lambda log, draft=draft: append(log, head.id, draft))

    def page(log: Log, after: int) -> list[int]:
        return [entry.no for entry in log.entries(head.id, after, 3, notes=True)]

    read = await database.read(lambda log: [page(log, after) for after in (0, 3, 6, 7)])
    assert read == [[1, 2, 3], [4, 5, 6], [7], []]


async def test_what_is_not_committed_is_not_seen(
    database: Database, other_process: Database
) -> None:
    head = await opened(database)
    holds, may_go = threading.Event(), threading.Event()

    def slow(log: Log) -> None:
        append(log, head.id, Draft(EntryKind.USER, "还没提交"))
        holds.set()
        assert may_go.wait(20)

    writing = asyncio.create_task(database.transact(slow))
    await asyncio.to_thread(holds.wait, 20)
    unseen = await numbers(other_process, head.id)
    may_go.set()
    await writing

    assert unseen == []
    assert await numbers(other_process, head.id) == [1]


async def test_an_unknown_conversation_cannot_be_locked(database: Database) -> None:
    with pytest.raises(UnknownConversation):
        await database.transact(lambda log: log.lock("0" * 32))


async def test_what_nobody_dealt_with_is_found_after_a_start(database: Database) -> None:
    asked, answered = await opened(database, "asked"), await opened(database, "answered")

    def answer(log: Log) -> None:
        head = log.lock(answered.id)
        log.append(head, Draft(EntryKind.USER, "问"))
        log.append(head, Draft(EntryKind.BOT, "答"))
        head.handled_no = head.last_no
        log.save(head)

    await database.transact(lambda log: append(log, asked.id, Draft(EntryKind.USER, "问")))
    await database.transact(answer)

    assert await database.read(lambda log: list(log.unhandled(10))) == [asked.id]


async def test_only_a_button_that_the_bot_offered_is_known(database: Database) -> None:
    head = await opened(database)
    button = Button("要什么材料", "/ask_materials")
    offer = Draft(EntryKind.BOT, "您想问哪一方面？", buttons=(button,))
    await database.transact(lambda log: append(log, head.id, offer))

    def look(log: Log) -> tuple[Button | None, Button | None]:
        return log.offered(head.id, "/ask_materials"), log.offered(head.id, "/restart")

    assert await database.read(look) == (button, None)


async def test_a_database_that_is_away_is_said_so() -> None:
    away = Database("postgresql://nobody:nothing@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable):
        await away.read(lambda log: log.waiting())
    away.dispose()


async def test_a_file_that_cannot_be_opened_is_said_so() -> None:
    away = Database("sqlite:////nowhere/at/all.db")
    with pytest.raises(StoreUnavailable):
        await away.read(lambda log: log.waiting())
    away.dispose()


async def test_sqlite_flushes_every_commit(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/flushed.db")

    def pragma(connection: sa.engine.Connection) -> tuple[str, int]:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        return mode, synchronous

    assert await database.run(pragma) == ("wal", 2)
    database.dispose()


async def test_what_waits_is_written_together_and_one_that_fails_is_undone_alone(
    database: Database, other_process: Database
) -> None:
    """On SQLite in one commit, which no other process sees half of."""
    head = await opened(database)
    commits = counted(database, "commit")

    def say(number: int) -> Callable[[Log], int]:
        def work(log: Log) -> int:
            no = append(log, head.id, Draft(EntryKind.USER, f"第{number}条"))
            if number % 3 == 0:
                raise ValueError(number)
            return no

        return work

    async with held_up(database):
        saying = [asyncio.create_task(database.transact(say(number))) for number in range(9)]
        await asyncio.sleep(0)  # each has begun to wait
    said = await asyncio.gather(*saying, return_exceptions=True)

    failed = [number for number, outcome in enumerate(said) if isinstance(outcome, ValueError)]
    assert failed == [0, 3, 6]
    assert sorted(no for no in said if isinstance(no, int)) == [1, 2, 3, 4, 5, 6]
    assert await numbers(other_process, head.id) == [1, 2, 3, 4, 5, 6]
    if database.engine.dialect.name == "sqlite":
        assert len(commits) == 2  # what held it up, and these


async def test_when_the_database_fails_nothing_written_together_has_happened(
    database: Database,
) -> None:
    head = await opened(database)

    def away(log: Log) -> None:
        append(log, head.id, Draft(EntryKind.USER, "没写完"))
        raise sa.exc.OperationalError("INSERT", None, ConnectionError("away"))

    draft = Draft(EntryKind.USER, "同时")
    async with held_up(database):
        together = [
            database.transact(lambda log: append(log, head.id, draft)),
            database.transact(away),
        ]
        writing = [asyncio.create_task(one) for one in together]
        await asyncio.sleep(0)
    first, second = await asyncio.gather(*writing, return_exceptions=True)

    assert isinstance(second, StoreUnavailable)
    assert isinstance(first, StoreUnavailable) == (await numbers(database, head.id) == [])


async def test_a_commit_that_fails_is_acknowledged_to_nobody(database: Database) -> None:
    head = await opened(database)

    def refuse(connection: sa.engine.Connection) -> None:
        raise sa.exc.OperationalError("COMMIT", None, ConnectionError("disk full"))

    draft = Draft(EntryKind.USER, "没写完")
    async with held_up(database):
        writing = [
            asyncio.create_task(database.transact(lambda log: append(log, head.id, draft)))
            for _ in range(4)
        ]
        await asyncio.sleep(0)
        sa.event.listen(database.engine, "commit", refuse)
    outcomes = await asyncio.gather(*writing, return_exceptions=True)
    sa.event.remove(database.engine, "commit", refuse)

    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 4
    assert await numbers(database, head.id) == []


async def test_who_no_longer_waits_does_not_disturb_the_others(database: Database) -> None:
    head = await opened(database)
    async with held_up(database):
        writing = [
            asyncio.create_task(
                database.transact(
                    lambda log, n=n: append(log, head.id, Draft(EntryKind.USER, str(n)))
                )
            )
            for n in range(3)
        ]
        await asyncio.sleep(0)
        writing[1].cancel()
    outcomes = await asyncio.gather(*writing, return_exceptions=True)

    assert isinstance(outcomes[1], asyncio.CancelledError)
    assert await numbers(database, head.id) in ([1, 2], [1, 2, 3])
    assert len({outcome for outcome in outcomes if isinstance(outcome, int)}) == 2


@asynccontextmanager
async def held_up(database: Database) -> AsyncIterator[None]:
    """SQLite's writer is busy while the block runs; PostgreSQL has others."""
    began, may_go = threading.Event(), threading.Event()

    def slow(log: Log) -> None:
        began.set()
        assert may_go.wait(20)

    holding = asyncio.create_task(database.transact(slow))
    await asyncio.to_thread(began.wait, 20)
    try:
        yield
    finally:
        may_go.set()
        await asyncio.wait([holding])


def counted(database: Database, event: str) -> list[object]:
    """Grows by one with each such event of the engine."""
    seen: list[object] = []
    sa.event.listen(database.engine, event, seen.append)
    return seen
