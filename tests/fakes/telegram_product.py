"""The real application, storage and services with Telegram plugged in, around a fake Bot API."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from bot.app.parts import Parts
from bot.app.server import create_app
from bot.bootstrap import running
from bot.model.conversation import Conversation, Draft, Entry, EntryKind, Steward
from bot.services import hand_over
from bot.services.deliver import Patience
from bot.services.ports import Dialogue, Log
from bot.settings import Settings
from bot.storage.tables import outbox
from connectors.channels import telegram
from tests.fakes.telegram_api import TOKEN, TelegramApi

PAYLOADS = Path(__file__).parents[1] / "payloads" / "telegram"
SECRET = "secret-of-the-webhook_1"
WEBHOOK = "/channels/telegram/webhook"
CHAT = "5550001001"  # who writes in the payloads
GROUP = "-1002100000007"
STEWARD = Steward(1, "王敏")
QUICK = Patience(
    send=timedelta(seconds=5),
    first=timedelta(milliseconds=10),
    longest=timedelta(milliseconds=40),
    attempts=4,
    look=timedelta(milliseconds=50),
)
LIMIT_SECONDS = 20
Result = TypeVar("Result")


def payload(name: str) -> dict[str, Any]:
    """A captured update."""
    return dict(json.loads((PAYLOADS / f"{name}.json").read_text("utf-8")))


@dataclass(frozen=True)
class Product:
    client: TestClient
    parts: Parts
    api: TelegramApi
    away: threading.Event

    async def post(self, update: dict[str, Any], secret: str = SECRET) -> ClientResponse:
        """What Telegram does with an update."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        return await self.client.post(WEBHOOK, json=update, headers=headers)

    async def update(self, name: str) -> None:
        """A captured update arrives and is acknowledged."""
        response = await self.post(payload(name))
        assert response.status == 200, await response.text()

    async def head(self, peer: str = CHAT) -> Conversation | None:
        return await self.parts.database.read(lambda log: log.find_by_peer("telegram", peer))

    async def entries(self, peer: str = CHAT) -> list[Entry]:
        def work(log: Log) -> list[Entry]:
            head = log.find_by_peer("telegram", peer)
            return list(log.entries(head.id, 0, 500, notes=True)) if head else []

        return await self.parts.database.read(work)

    async def lines(self, peer: str = CHAT) -> list[tuple[str, str]]:
        """The log as (kind, text)."""
        return [(entry.kind.value, entry.text) for entry in await self.entries(peer)]

    async def shown(self, count: int, peer: str = CHAT) -> list[str]:
        """The messages of a chat, once there are `count`."""
        await self.api.until(lambda: len(self.api.texts(peer)) >= count)
        return self.api.texts(peer)

    async def deliveries(self) -> Sequence[sa.engine.Row]:
        """The rows of the outbox in order."""
        query = sa.select(outbox).order_by(outbox.c.id)
        return await self.parts.database.run(lambda c: c.execute(query).all(), write=False)

    async def delivered(self, met: Callable[[Sequence[sa.engine.Row]], bool]) -> None:
        """Returns once the outbox is as wanted."""
        await self._until(self.deliveries, met)

    async def handled(self, peer: str = CHAT) -> None:
        """Returns once the bot has dealt with everything that was said."""

        def work(log: Log) -> bool:
            head = log.find_by_peer("telegram", peer)
            return head is not None and log.next_unhandled(head) is None

        await self._until(lambda: self.parts.database.read(work), bool)

    async def _until(self, read: Callable[[], Any], met: Callable[[Any], bool]) -> None:
        with self.parts.feed.listening() as changes:
            while not met(await read()):
                await asyncio.wait_for(changes.get(), LIMIT_SECONDS)

    async def claim(self, peer: str = CHAT) -> Conversation:
        """A steward takes the conversation over."""
        head = await self.head(peer)
        assert head
        parts = self.parts
        return await hand_over.claim(parts.database, parts.hub, head.id, STEWARD, head.epoch)

    async def reply(self, text: str, key: str, peer: str = CHAT) -> int:
        """The steward answers."""
        head = await self.head(peer)
        assert head
        draft = Draft(EntryKind.STEWARD, text, author=STEWARD.name)
        parts = self.parts
        return await hand_over.speak(parts.database, parts.hub, head.id, STEWARD, draft, key)

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """No transaction begins while the block runs."""
        self.away.set()
        try:
            yield
        finally:
            self.away.clear()


def may_go_away(engine: sa.engine.Engine) -> threading.Event:
    """An event; while it is set the engine's database cannot be reached."""
    away = threading.Event()

    def begin(connection: sa.engine.Connection) -> None:
        if away.is_set():
            raise sa.exc.OperationalError("BEGIN", None, ConnectionError("away"))

    sa.event.listen(engine, "begin", begin)
    return away


def settings_of(url: str, api: TelegramApi, **more: Any) -> Settings:
    given = {
        "database_url": url,
        "telegram_api": api.url,
        "telegram_token": TOKEN,
        "telegram_secret": SECRET,
    }
    return Settings(_env_file=None, **{**given, **more})


@asynccontextmanager
async def product(
    url: str,
    api: TelegramApi,
    dialogue: Dialogue,
    patience: Patience = QUICK,
    **more: Any,
) -> AsyncIterator[Product]:
    """The product while the block runs; `more` are settings."""
    async with running(settings_of(url, api, **more), dialogue) as parts:
        away = may_go_away(parts.database.engine)
        app = create_app(parts, ["connectors.desk.routes"])
        telegram.plug(app, parts, patience)
        async with TestClient(TestServer(app)) as client:
            yield Product(client, parts, api, away)
