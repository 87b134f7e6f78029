"""Sends messages to a server that is killed again and again, then reads what the log holds.

python -m tests.chaos.runner --database sqlite:///kill.db --messages 300 --kills 14
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import socket
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.model.conversation import Entry, EntryKind
from bot.storage.database import Database, make_engine
from bot.storage.migrate import migrate
from tests.chaos.server import serve

CONVERSATIONS = 6
PAUSE_SECONDS = 0.02  # before a request that failed is sent again
LONGEST_DELAY_SECONDS = 0.03  # from the message that triggers a kill to the kill
PATIENCE_SECONDS = 60


@dataclass
class Sent:
    """What a client sent and was told, in order."""

    conversation: str
    bearer: dict[str, str]
    texts: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


@dataclass
class Found:
    """What the log holds, counted against what was sent."""

    seconds: float
    messages: int
    kills: int
    restarts: int
    resent: int  # requests that were sent again
    known: int  # of which the first had been taken in, but its answer was swallowed
    lost: int
    doubled: int
    out_of_order: int
    renumbered: int  # acknowledged under another number than the log's
    gaps: int
    pending: int

    @property
    def faults(self) -> int:
        return (
            self.lost
            + self.doubled
            + self.out_of_order
            + self.renumbered
            + self.gaps
            + self.pending
        )

    def __str__(self) -> str:
        return (
            f"{self.messages} messages, {self.kills} kills, {self.restarts} restarts, "
            f"{self.resent} requests sent again ({self.known} of them known): "
            f"{self.lost} lost, {self.doubled} doubled, "
            f"{self.out_of_order} out of order, {self.renumbered} renumbered, {self.gaps} gaps, "
            f"{self.pending} pending ({self.seconds:.1f} s)"
        )


class Victim:
    """The server process. It is forked from one that has everything imported already."""

    def __init__(self, url: str) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.chaos.server"])
        self._url = url
        self._port = free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self.starts = 0
        self._process: BaseProcess | None = None

    def start(self) -> None:
        self.starts += 1
        self._process = self._context.Process(
            target=serve, args=(self._url, self._port), daemon=True
        )
        self._process.start()

    def kill(self) -> None:
        """SIGKILL: the process gets no chance to finish anything."""
        assert self._process
        self._process.kill()
        self._process.join()


class Run:
    """One run: clients that send, a killer that kills at points drawn from the seed."""

    def __init__(self, url: str, messages: int, kills: int, seed: int) -> None:
        self._url = url
        self._messages = messages
        self._random = random.Random(seed)
        points = self._random.sample(range(messages // 30, messages - messages // 30), kills)
        self._points = sorted(points)
        self._victim = Victim(url)
        self._acknowledged = 0
        self._progress = asyncio.Condition()
        self._resent = self._known = 0
        self._kills = 0

    async def __call__(self) -> Found:
        begun = time.monotonic()
        self._victim.start()
        patience = ClientTimeout(total=PATIENCE_SECONDS)
        try:
            async with ClientSession(self._victim.address, timeout=patience) as http:
                clients = [await self._open(http) for _ in range(CONVERSATIONS)]
                killing = asyncio.create_task(self._kill())
                await asyncio.gather(*(self._talk(http, n, c) for n, c in enumerate(clients)))
                await killing
                pending, logs = await self._read(clients)
        finally:
            self._victim.kill()
        return self._count(clients, logs, pending, time.monotonic() - begun)

    async def _open(self, http: ClientSession) -> Sent:
        status, body = await self._post(http, "sessions", {}, {})
        assert status == 201, body
        bearer = {"Authorization": f"Bearer {body['session']}"}
        return Sent(str(body["conversation"]), bearer)

    async def _talk(self, http: ClientSession, number: int, client: Sent) -> None:
        for turn in range(number, self._messages, CONVERSATIONS):
            text = f"会话{number}的第{len(client.texts) + 1}条（{turn}）"
            headers = {**client.bearer, "Idempotency-Key": uuid.uuid4().hex}
            client.texts.append(text)
            status, body = await self._post(http, "messages", headers, {"text": text})
            assert status == 202, body
            client.numbers.append(int(str(body["no"])))
            self._known += bool(body["duplicate"])
            async with self._progress:
                self._acknowledged += 1
                self._progress.notify_all()

    async def _post(
        self, http: ClientSession, path: str, headers: dict[str, str], content: object
    ) -> tuple[int, dict[str, object]]:
        """Sends until there is an answer, as the widget does."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                url = f"/api/chat/{path}"
                async with http.post(url, headers=headers, json=content) as response:
                    answer = await response.json(content_type=None)
                    if response.status != 503:
                        return response.status, answer
            except ClientError:
                if time.monotonic() > deadline:
                    raise
                self._resent += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def _kill(self) -> None:
        for point in self._points:
            async with self._progress:
                await self._progress.wait_for(lambda p=point: self._acknowledged >= p)  # type: ignore[misc]
            await asyncio.sleep(self._random.uniform(0, LONGEST_DELAY_SECONDS))
            await asyncio.to_thread(self._victim.kill)
            self._kills += 1
            await asyncio.to_thread(self._victim.start)

    async def _read(self, clients: Sequence[Sent]) -> tuple[int, list[Sequence[Entry]]]:
        """What is left unanswered after a while, and the logs."""
        database = Database(self._url)
        deadline = time.monotonic() + PATIENCE_SECONDS
        pending = await database.read(lambda log: list(log.unhandled(100)))
        while pending and time.monotonic() < deadline:
            await asyncio.sleep(PAUSE_SECONDS)
            pending = await database.read(lambda log: list(log.unhandled(100)))
        logs = [
            await database.read(
                lambda log, c=client: log.entries(c.conversation, 0, 10_000, notes=True)  # type: ignore[misc]
            )
            for client in clients
        ]
        database.dispose()
        return len(pending), logs

    def _count(
        self, clients: Sequence[Sent], logs: list[Sequence[Entry]], pending: int, seconds: float
    ) -> Found:
        found = Found(
            seconds=seconds,
            messages=sum(len(client.texts) for client in clients),
            kills=self._kills,
            restarts=self._victim.starts - 1,
            resent=self._resent,
            known=self._known,
            lost=0,
            doubled=0,
            out_of_order=0,
            renumbered=0,
            gaps=0,
            pending=pending,
        )
        for client, log in zip(clients, logs, strict=True):
            count_faults(found, client, log)
        return found


def count_faults(found: Found, client: Sent, log: Sequence[Entry]) -> None:
    """Adds what is wrong with one conversation: its log must be the greeting, every message once
    in the order sent, and after each message exactly one reply to it, in the same order."""
    heard = [entry for entry in log if entry.kind is EntryKind.USER]
    said = [entry for entry in log if entry.kind is EntryKind.BOT][1:]
    replies = [f"答：{text}" for text in client.texts]
    for wanted, got in (
        (client.texts, [entry.text for entry in heard]),
        (replies, [entry.text for entry in said]),
    ):
        found.lost += sum((Counter(wanted) - Counter(got)).values())
        found.doubled += sum((Counter(got) - Counter(wanted)).values())
        once = list(dict.fromkeys(text for text in got if text in wanted))
        found.out_of_order += sum(a != b for a, b in zip(once, wanted, strict=False))
    asked_at = {entry.text: entry.no for entry in heard}
    found.out_of_order += sum(
        entry.no < asked_at.get(entry.text.removeprefix("答："), 0) for entry in said
    )
    told = zip(client.texts, client.numbers, strict=True)
    found.renumbered += sum(asked_at.get(text) != number for text, number in told)
    found.gaps += sum(entry.no != place for place, entry in enumerate(log, 1))


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


async def run(url: str, messages: int = 300, kills: int = 14, seed: int = 1) -> Found:
    """A run on a database that has its tables; the same seed kills at the same points."""
    return await Run(url, messages, kills, seed)()


def main() -> None:
    parser = argparse.ArgumentParser(description="kill the server again and again")
    parser.add_argument("--database", required=True)
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--kills", type=int, default=14)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    engine = make_engine(given.database)
    migrate(engine)
    engine.dispose()
    found = asyncio.run(run(given.database, given.messages, given.kills, given.seed))
    print(found)
    raise SystemExit(1 if found.faults else 0)


if __name__ == "__main__":
    main()
