"""While the database is away nothing is acknowledged, and nothing is half stored."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.services.greet import GREETING
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import Answer, Product, answer_of, product


@pytest_asyncio.fixture
async def running(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Product]:
    monkeypatch.setattr("bot.storage.database.BUSY_SECONDS", 0.1)
    monkeypatch.setattr("bot.services.schedule_turns.RETRY_SECONDS", 0.02)
    async with product(database_url, ScriptedDialogue()) as running:
        yield running


@contextmanager
def away(url: str) -> Iterator[None]:
    """The database refuses to work: PostgreSQL takes no connection, SQLite no writer."""
    with held(url) if url.startswith("sqlite") else refusing(url):
        yield


@contextmanager
def held(url: str) -> Iterator[None]:
    """Another process writes and does not come to an end."""
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


@contextmanager
def refusing(url: str) -> Iterator[None]:
    """The server drops every connection to the database and lets nobody in."""
    target = sa.engine.make_url(url)
    admin = sa.create_engine(target.set(database="postgres"), isolation_level="AUTOCOMMIT")

    def allow(allowed: bool) -> None:
        with admin.connect() as connection:
            order = f"ALTER DATABASE {target.database} ALLOW_CONNECTIONS {allowed}"
            connection.execute(sa.text(order))

    allow(False)
    with admin.connect() as connection:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        connection.execute(sa.text(ended), {"name": target.database})
    try:
        yield
    finally:
        allow(True)
        admin.dispose()


def is_refused(answer: Answer) -> bool:
    return answer.status == 503 and answer.is_problem and "Retry-After" in answer.headers


async def test_a_message_is_refused_and_may_be_sent_again(
    running: Product, database_url: str
) -> None:
    visitor = await running.visitor()
    with away(database_url):
        answer = await visitor.post("messages", "the-same-key", json={"text": "要多少天"})
    assert is_refused(answer)
    assert await running.lines(visitor.conversation) == [("bot", GREETING)]

    again = await visitor.post("messages", "the-same-key", json={"text": "要多少天"})
    assert (again.status, again.body) == (202, {"no": 2, "duplicate": False})
    await running.settled(visitor.conversation)
    assert await visitor.lines(after=1) == [("user", "要多少天"), ("bot", "答：要多少天")]


async def test_every_other_write_is_refused_too(running: Product, database_url: str) -> None:
    visitor, desk, http = await running.visitor(), await running.desk(), running.browser()
    before = await running.lines(visitor.conversation)
    epoch = {"epoch": 0}
    path = f"conversations/{visitor.conversation}"
    with away(database_url):
        async with http.post("/api/chat/sessions", json={}) as response:
            assert is_refused(await answer_of(response))
        message = {"sender": "小李", "message": "在吗"}
        async with http.post("/webhooks/rest/webhook", json=message) as response:
            assert is_refused(await answer_of(response))
        assert is_refused(await visitor.post("rating", json={"score": 5}))
        assert is_refused(await desk.post(f"{path}/claim", json=epoch))
        assert is_refused(await desk.says(visitor.conversation, "您好", how="note"))
    assert await running.lines(visitor.conversation) == before
    assert (await running.head(visitor.conversation)).owner.value == "bot"


async def test_a_turn_under_way_is_committed_when_the_database_is_back(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.database.BUSY_SECONDS", 0.1)
    monkeypatch.setattr("bot.services.schedule_turns.RETRY_SECONDS", 0.02)
    dialogue = ScriptedDialogue()
    async with product(database_url, dialogue) as running:
        visitor = await running.visitor()
        dialogue.may_think.clear()
        await visitor.says("要多少天")
        await dialogue.thinks_about("要多少天")
        with away(database_url):
            dialogue.may_think.set()
            assert is_refused(await visitor.post("messages", json={"text": "还在吗"}))
        await running.settled(visitor.conversation)
        assert await visitor.lines(after=1) == [("user", "要多少天"), ("bot", "答：要多少天")]


async def test_readiness_says_so_and_life_goes_on(running: Product, database_url: str) -> None:
    http = running.browser()
    async with http.get("/health/ready") as response:
        assert response.status == 200
    with away(database_url):
        async with http.get("/health/live") as response:
            assert response.status == 200
        async with http.get("/health/ready") as response:
            assert is_refused(await answer_of(response))
    async with http.get("/health/ready") as response:
        assert response.status == 200
