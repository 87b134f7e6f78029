"""The real server, storage and services around a scripted dialogue, on a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from aiohttp import web
from sqlalchemy.engine import Connection

from bot.app.parts import Parts
from bot.app.server import create_app
from bot.bootstrap import running, with_demo
from bot.following import opened
from bot.model.case import SHANGHAI
from bot.model.conversation import Button, Conversation, Draft, Entry, EntryKind, Owner
from bot.model.word import Word
from bot.services.assistant import Assistant
from bot.services.follow_platform import follow_once
from bot.services.give_word import tell_all
from bot.services.notice_words import Found
from bot.services.ports import Log, TurnResult
from bot.settings import Settings
from bot.storage.binding_tables import grants, trail
from bot.storage.database import make_engine
from bot.storage.migrate import migrate
from bot.storage.tables import conversations, entries, outbox, receipts
from bot.storage.word_tables import without_reminders, word_tellings, words
from bot.storage.words import SqlWords
from tests.fakes.dialogue import ScriptedDialogue

PLUGS = (
    "connectors.channels.web.routes",
    "connectors.channels.web.pages",
    "connectors.channels.web.documents",
    "connectors.desk.routes",
    "connectors.desk.grants",
    "connectors.desk.checklists",
    "connectors.desk.ledger",
    "connectors.desk.ledger_changes",
    "connectors.desk.words",
)
STEWARDS = ("李敏", "王强")
PASSWORD = "a long password"
LIMIT_SECONDS = 30
AMBIGUOUS = "消防怎么办"
DESIGN = Button("消防设计审查", '/ask_process{"matter": "fire-design-review"}')
ACCEPTANCE = Button("消防验收", '/ask_process{"matter": "fire-acceptance"}')
LONG = "要哪些材料"
SCRIPT: dict[str, Sequence[Draft]] = {
    AMBIGUOUS: [Draft(EntryKind.BOT, "您问的是哪一个？", buttons=(DESIGN, ACCEPTANCE))],
    LONG: [Draft(EntryKind.BOT, "\n".join(f"{number}. 材料{number}" for number in range(1, 61)))],
}
Result = TypeVar("Result")


class Actor(ScriptedDialogue):
    """Fetches a human when asked for one."""

    async def turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        result = await super().turn(conversation, message)
        if message.text == "转人工":
            return replace(result, replies=(), hand_over="企业要求人工")
        return result


class Complaints(logging.Handler):
    """What went wrong in the server, as it would stand in its log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(self.format(record))


class Rehearsal:
    """A server that can be stopped and started again at the same address, with the same database.

    `address` and `dialogue` are there once it has started.
    """

    address: str
    dialogue: Actor

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._settings = Settings(_env_file=None, database_url=f"sqlite:///{folder / 'bangban.db'}")
        self._port = 0

    def start(self) -> None:
        started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, Parts]] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)))
        self._thread.start()
        self._loop, self._stopped, self._parts = started.result(LIMIT_SECONDS)
        self.address = f"http://127.0.0.1:{self._port}"

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(LIMIT_SECONDS)

    def employ(self, *names: str) -> None:
        """Gives these stewards accounts with PASSWORD."""
        for name in names:
            self._run(self._parts.accounts.add_steward(name, PASSWORD))

    def begin_anew(self) -> None:
        """Forgets every conversation; stewards and sessions stay."""

        def forget(connection: Connection) -> None:
            told = word_tellings, words, without_reminders
            for table in (*told, grants, trail, outbox, receipts, entries, conversations):
                connection.execute(sa.delete(table))

        self._run(self._parts.database.run(forget))
        self.dialogue.heard.clear()

    @property
    def assistant(self) -> Assistant:
        """What the server's use cases work with."""
        return self._parts.assistant

    def brings(self, *words: Word) -> None:
        """The words that the follower's changes brought; they are said at once."""
        kept = SqlWords(self._parts.database)
        self._run(kept.keep(Found(words), ()))
        self._run(tell_all(kept, self._parts.hub, quiet=False))

    def follow(self) -> None:
        """One look at the approval system by its follower."""
        source, kept = opened(self._parts.settings)
        follow_once(source, kept, lambda: datetime.now(SHANGHAI))
        kept.release()

    def let_think(self, allowed: bool) -> None:
        """Holds the bot in its thought, or lets it go on."""
        thought = self.dialogue.may_think
        self._loop.call_soon_threadsafe(thought.set if allowed else thought.clear)

    def log(self) -> list[tuple[str, str]]:
        """The only conversation as (kind, text), once every message in it has been dealt with."""

        def work(log: Log) -> list[tuple[str, str]]:
            (head,) = log.conversations(list(Owner), 2)
            return [(e.kind.value, e.text) for e in log.entries(head.id, 0, 500, notes=True)]

        self._run(self._dealt_with())
        return self._run(self._parts.database.read(work))

    def all_conversations(self) -> Sequence[Conversation]:
        """All of them, the latest first."""
        return self._run(self._parts.database.read(lambda log: log.conversations(list(Owner), 100)))

    async def _dealt_with(self) -> None:
        with self._parts.feed.listening() as changes:
            while await self._parts.database.read(lambda log: log.unhandled(1)):
                await asyncio.wait_for(changes.get(), LIMIT_SECONDS)

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT_SECONDS)

    async def _serve(
        self, started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, Parts]]
    ) -> None:
        engine = make_engine(self._settings.database_url)
        migrate(engine)
        engine.dispose()
        settings, samples = with_demo(self._settings, self._folder)
        self.dialogue = Actor(SCRIPT)
        stopped = asyncio.Event()
        async with running(settings, self.dialogue, samples) as parts:
            runner = web.AppRunner(create_app(parts, PLUGS), access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", self._port).start()
            self._port = runner.addresses[0][1]
            started.set_result((asyncio.get_running_loop(), stopped, parts))
            await stopped.wait()
            await runner.cleanup()
