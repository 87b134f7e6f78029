"""The real application, storage and services around a dialogue without a model.

Nothing here loads a model, so that a product starts in milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientResponse, ClientSession, CookieJar, web
from pydantic import SecretStr

from bot.app.parts import Enterprises, Parts, Plug
from bot.app.server import create_app
from bot.model.conversation import Conversation, Draft, Entry, EntryKind, Steward
from bot.model.times import CHINA
from bot.services import hand_over
from bot.services.announce import Feed, Hub
from bot.services.assistant import Assistant
from bot.services.desk_hours import OfficeHours
from bot.services.ports import Dialogue, Log
from bot.services.schedule_turns import TurnScheduler
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.outbox import SqlOutbox
from bot.storage.stewards import Accounts
from knowledge.loader import Catalogue

PLUGS = (
    "connectors.channels.web.routes",
    "connectors.channels.web.documents",
    "connectors.channels.rest",
    "connectors.desk.routes",
    "connectors.desk.grants",
    "connectors.desk.checklists",
    "connectors.desk.ledger",
    "connectors.desk.words",
)
DELIVERED = frozenset({"telegram"})
SITE = "city-portal"
SITE_KEY = SecretStr("the-secret-of-the-host-site-0123456789")
OTHER_SITE = "park-portal"
OTHER_KEY = SecretStr("the-secret-of-another-site-0123456789")
PASSWORD = "correct horse battery staple"
LIMIT_SECONDS = 20


class MovableHours(OfficeHours):
    """Office hours at a time that a test chooses; without one, the real time."""

    moment: datetime | None = None

    def now(self) -> datetime:
        return self.moment or super().now()

    def is_now(self, moment: datetime) -> None:
        object.__setattr__(self, "moment", moment.astimezone(CHINA))


def empty_catalogue() -> Catalogue:
    return Catalogue({}, {}, {}, {}, {}, version="empty")


def parts_for(
    url: str,
    dialogue: Dialogue,
    catalogue: Callable[[], Catalogue] = empty_catalogue,
    **settings: Any,
) -> Parts:
    """The parts on a database that has its tables, without a model and a platform."""
    given = Settings(_env_file=None, database_url=url, **settings)
    database, hub, hours = Database(url, DELIVERED), Hub(), MovableHours()
    scheduler = TurnScheduler(database, dialogue, hub, hours)
    hub.observe(scheduler.wake)
    assistant = Assistant(
        catalogue=catalogue,
        platform=None,
        name_to_matter=lambda name: None,
        now=lambda: datetime.now(CHINA),
    )
    return Parts(
        settings=given,
        database=database,
        accounts=Accounts(database),
        outbox=SqlOutbox(database),
        hub=hub,
        feed=Feed(hub),
        hours=hours,
        scheduler=scheduler,
        assistant=assistant,
        samples=Enterprises(),
        refresh=nothing_changed,
    )


async def nothing_changed() -> None:
    """There are no catalogue files to look at."""


@dataclass
class Answer:
    """A response that has been read."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def is_problem(self) -> bool:
        """Whether it is a whole problem document (RFC 9457) about its own status."""
        return (
            self.headers["Content-Type"].startswith("application/problem+json")
            and set(self.body) == {"type", "title", "status", "detail"}
            and self.body["status"] == self.status
            and bool(self.body["detail"])
        )


async def answer_of(response: ClientResponse) -> Answer:
    raw = await response.read()
    is_json = "json" in response.headers.get("Content-Type", "")
    return Answer(response.status, dict(response.headers), json.loads(raw) if is_json else raw)


@dataclass
class Event:
    """One server-sent event."""

    kind: str
    data: Any
    id: str | None = None


class Stream:
    """Server-sent events as they come."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self) -> Event:
        """The next event; fails the test when none comes."""
        return await asyncio.wait_for(self._next(), LIMIT_SECONDS)

    async def until(self, met: Callable[[Event], bool]) -> list[Event]:
        """The events up to and including the one wanted."""
        seen = []
        while not seen or not met(seen[-1]):
            seen.append(await self.next())
        return seen

    async def _next(self) -> Event:
        fields: dict[str, str] = {}
        async for line in self.response.content:
            name, _, value = line.decode().rstrip("\r\n").partition(": ")
            if name:
                fields[name] = value
            elif "data" in fields:
                return Event(fields["event"], json.loads(fields["data"]), fields.get("id"))
        raise ConnectionError("the stream ended")


@dataclass
class Visitor:
    """A browser with the widget."""

    http: ClientSession
    session: str
    opened: dict[str, Any]

    @property
    def conversation(self) -> str:
        return str(self.opened["conversation"])

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.session}"}

    async def post(self, path: str, key: str | None = None, **given: Any) -> Answer:
        """A POST to the chat API with everything it needs, unless `given` says otherwise."""
        headers = {**self.bearer, "Idempotency-Key": key or uuid.uuid4().hex}
        headers.update(given.pop("headers", {}))
        async with self.http.post(f"/api/chat/{path}", headers=headers, **given) as response:
            return await answer_of(response)

    async def says(self, text: str, key: str | None = None) -> int:
        """Sends a text that is accepted; returns its number."""
        answer = await self.post("messages", key, json={"text": text})
        assert answer.status == 202, answer
        return int(answer.body["no"])

    async def get(self, path: str) -> Answer:
        async with self.http.get(f"/api/chat/{path}", headers=self.bearer) as response:
            return await answer_of(response)

    async def page(self, after: int = 0) -> dict[str, Any]:
        answer = await self.get(f"entries?after={after}")
        assert answer.status == 200, answer
        return dict(answer.body)

    async def lines(self, after: int = 0) -> list[tuple[str, str]]:
        """What the widget shows, as (kind, text)."""
        return [(entry["kind"], entry["text"]) for entry in (await self.page(after))["entries"]]

    @asynccontextmanager
    async def streaming(self, after: int = 0) -> AsyncIterator[Stream]:
        path = f"/api/chat/stream?after={after}"
        async with self.http.get(path, headers=self.bearer) as response:
            assert response.status == 200
            yield Stream(response)


@dataclass
class Desk:
    """A steward's browser."""

    http: ClientSession
    steward: Steward

    async def get(self, path: str) -> Answer:
        async with self.http.get(f"/api/desk/{path}") as response:
            return await answer_of(response)

    async def post(self, path: str, key: str | None = None, **given: Any) -> Answer:
        headers = {"X-Bangban-Desk": "1", "Idempotency-Key": key or uuid.uuid4().hex}
        headers.update(given.pop("headers", {}))
        async with self.http.post(f"/api/desk/{path}", headers=headers, **given) as response:
            return await answer_of(response)

    async def conversation(self, conversation: str) -> dict[str, Any]:
        answer = await self.get(f"conversations/{conversation}")
        assert answer.status == 200, answer
        return dict(answer.body)

    async def change(self, what: str, conversation: str, epoch: int | None = None) -> Answer:
        """Claims, hands back or closes, at the epoch seen unless another is given."""
        if epoch is None:
            epoch = int((await self.conversation(conversation))["epoch"])
        return await self.post(f"conversations/{conversation}/{what}", json={"epoch": epoch})

    async def says(
        self, conversation: str, text: str, how: str = "reply", key: str | None = None
    ) -> Answer:
        return await self.post(f"conversations/{conversation}/{how}", key, json={"text": text})

    async def queue(self) -> list[dict[str, Any]]:
        answer = await self.get("conversations?owner=waiting")
        assert answer.status == 200, answer
        return list(answer.body["conversations"])

    @asynccontextmanager
    async def streaming(self) -> AsyncIterator[Stream]:
        async with self.http.get("/api/desk/stream") as response:
            assert response.status == 200
            yield Stream(response)


@dataclass
class Product:
    """The product on a local port; `browsers` are closed with it."""

    url: str
    parts: Parts
    app: web.Application
    browsers: list[ClientSession] = field(default_factory=list)

    @property
    def hours(self) -> MovableHours:
        assert isinstance(self.parts.hours, MovableHours)
        return self.parts.hours

    def browser(self) -> ClientSession:
        """A browser with cookies of its own."""
        self.browsers.append(ClientSession(self.url, cookie_jar=CookieJar(unsafe=True)))
        return self.browsers[-1]

    async def visitor(self, identity_token: str | None = None) -> Visitor:
        http = self.browser()
        wish = {"identity_token": identity_token} if identity_token else {}
        async with http.post("/api/chat/sessions", json=wish) as response:
            answer = await answer_of(response)
        assert answer.status == 201, answer
        return Visitor(http, answer.body["session"], answer.body)

    async def desk(self, name: str = "王敏") -> Desk:
        """A steward, made and signed in."""
        steward = await self.parts.accounts.add_steward(name, PASSWORD)
        desk = Desk(self.browser(), steward)
        answer = await desk.post("session", json={"name": name, "password": PASSWORD})
        assert answer.status == 200, answer
        return desk

    async def head(self, conversation: str) -> Conversation:
        head = await self.parts.database.read(lambda log: log.find(conversation))
        assert head
        return head

    async def entries(self, conversation: str) -> Sequence[Entry]:
        """The whole log, notes included."""
        return await self.parts.database.read(lambda log: log.entries(conversation, 0, 5000, True))

    async def lines(self, conversation: str) -> list[tuple[str, str]]:
        """The whole log as (kind, text)."""
        return [(entry.kind.value, entry.text) for entry in await self.entries(conversation)]

    async def until_said(self, peer: str, count: int, channel: str = "rest") -> None:
        """Returns once there are as many entries of a conversation."""
        with self.parts.feed.listening() as changes:
            while True:
                head = await self.parts.database.read(lambda log: log.find_by_peer(channel, peer))
                if head and head.last_no >= count:
                    return
                await asyncio.wait_for(changes.get(), LIMIT_SECONDS)

    async def settled(self, *conversations: str) -> None:
        """Returns once the bot has dealt with everything said so far."""

        def work(log: Log) -> bool:
            heads = [log.find(conversation) for conversation in conversations]
            return all(head and log.next_unhandled(head) is None for head in heads)

        with self.parts.feed.listening() as changes:
            while not await self.parts.database.read(work):
                await asyncio.wait_for(changes.get(), LIMIT_SECONDS)

    async def time_passes(self, how_long: timedelta) -> None:
        """Moves the clock of the desk and lets the timer run once."""
        self.hours.is_now(self.hours.now() + how_long)
        await self.escalates()

    async def escalates(self) -> int:
        """The escalation timer runs; returns how many waits it found too long."""
        parts = self.parts
        return await hand_over.escalate_overdue(parts.database, parts.hub, parts.hours)


def a_reply(text: str, author: Steward) -> Draft:
    return Draft(EntryKind.STEWARD, text, author=author.name)


@asynccontextmanager
async def product(
    url: str,
    dialogue: Dialogue,
    assistant: Assistant | None = None,
    more: Sequence[Plug] = (),
    **settings: Any,
) -> AsyncIterator[Product]:
    """The product while the block runs; `url` has its tables. `more` is plugged in beside."""
    keys = {SITE: SITE_KEY, OTHER_SITE: OTHER_KEY}
    parts = parts_for(url, dialogue, **{"identity_keys": keys, **settings})
    if assistant is not None:
        parts = replace(parts, assistant=assistant)
    await parts.scheduler.catch_up()
    app = create_app(parts, PLUGS)
    for plug in more:
        plug(app, parts)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    running = Product(f"http://{host}:{port}", parts, app)
    try:
        yield running
    finally:
        for browser in running.browsers:
            await browser.close()
        await runner.cleanup()
        await parts.scheduler.close()
        parts.database.dispose()
