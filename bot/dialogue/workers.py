"""Turns in worker processes: Python runs on one core per process, and a turn is mostly Python.

A turn is a function of what it is given and writes nothing, so one that dies with its worker is
simply taken again by another. Why: bot/decisions/0010.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import multiprocessing
import socket
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from typing import Any

from bot.dialogue.nursery import (
    ASK_REFRESH,
    ASK_WORKER,
    CHANGED,
    EXPECTED,
    READY,
    SETTLED,
    Load,
    tend,
)
from bot.dialogue.wire import receive, send
from bot.model.conversation import Conversation, Entry
from bot.services.ports import TurnResult
from bot.services.take_turn import apology

log = logging.getLogger(__name__)
LOAD_SECONDS = 120.0
TURN_SECONDS = 30.0  # more than a turn allows itself: past it the worker hangs and is given up
CLOSE_SECONDS = 5.0
EXPECT_SECONDS = 1.0  # an expected turn that has not come by then was refused or is a steward's
TRIES = 2  # a message that ends two workers would end the third


class LoadFailed(Exception):
    """The nursery ended while loading; its reason is on standard error."""


class WorkerGone(Exception):
    pass


class Worker:
    """One worker process, seen through its socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._numbers = itertools.count()
        self._settled: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting: dict[int, asyncio.Future[Any]] = {SETTLED: self._settled}
        self.expected: set[str] = set()  # texts that it prepares for
        self.gone = False
        self._listening = asyncio.create_task(self._listen(reader))

    async def settled(self) -> Worker:
        """Itself, once it is as fast as it will be. Raises WorkerGone."""
        await self._settled
        return self

    @property
    def busy(self) -> int:
        """Turns under way or expected."""
        return len(self._waiting) - self.settling + len(self.expected)

    @property
    def settling(self) -> bool:
        return SETTLED in self._waiting

    def expect(self, text: str) -> None:
        """Prepares for a turn on a text that is on its way into the log."""
        self.expected.add(text)
        asyncio.get_running_loop().call_later(EXPECT_SECONDS, self.expected.discard, text)
        send(self._writer, (EXPECTED, text))

    async def turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        """Raises WorkerGone; one that does not answer in time is given up."""
        if self.gone:
            raise WorkerGone
        self.expected.discard(message.text)
        number = next(self._numbers)
        answer: asyncio.Future[TurnResult] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            send(self._writer, (number, conversation, message))
            return await asyncio.wait_for(answer, TURN_SECONDS)
        except asyncio.TimeoutError as error:
            self.leave()
            raise WorkerGone from error
        finally:
            self._waiting.pop(number, None)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                number, result = await receive(reader)
                answer = self._waiting.pop(number, None)
                if answer and not answer.done():
                    answer.set_result(result)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.gone = True
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(WorkerGone())

    async def retire(self) -> None:
        """Leaves when the turns under way are done."""
        await asyncio.gather(*self._waiting.values(), return_exceptions=True)
        self.leave()

    def leave(self) -> None:
        """Closes the socket, on which the worker ends by itself."""
        self.gone = True
        self._writer.close()


async def _settled(workers: Sequence[Worker]) -> list[Worker]:
    """They settle side by side. Raises LoadFailed."""
    try:
        together = asyncio.gather(*(worker.settled() for worker in workers))
        return await asyncio.wait_for(together, LOAD_SECONDS)
    except (WorkerGone, asyncio.TimeoutError) as error:
        for worker in workers:
            worker.leave()
        raise LoadFailed("a worker ended or hung before its first turn") from error


class WorkerDialogue:
    """As many workers as asked for, kept at that number."""

    def __init__(self, load: Load, count: int) -> None:
        self._load = load
        self._count = count
        self._workers: list[Worker] = []
        self._behind = False  # the workers have an older catalogue than the nursery
        self._asking = asyncio.Lock()
        self._holder: BaseProcess | None = None
        self._control: socket.socket | None = None

    @property
    def nursery(self) -> int | None:
        """The number of the process that holds the model, while it lives."""
        return self._holder.pid if self._holder and self._holder.is_alive() else None

    async def start(self) -> None:
        """Loads the model and forks the workers. Raises LoadFailed."""
        async with self._asking:
            await self._fill()
            await _settled(self._workers)

    def expect(self, text: str) -> None:
        """The text is on its way into the log; a worker with nothing to do may prepare for its
        turn, which takes as long as the disk does."""
        for worker in self._workers:
            if not (worker.gone or worker.settling or worker.busy):
                worker.expect(text)
                return

    async def turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        for _ in range(TRIES):
            try:
                worker = await self._worker_for(message.text)
                return await worker.turn(conversation, message)
            except WorkerGone:
                log.error("a worker ended at conversation %s entry %d", conversation.id, message.no)
        return apology(conversation)

    async def refresh(self) -> bool:
        """Workers with the catalogue as its files are now, when they have changed; turns under
        way are finished by the old ones."""
        async with self._asking:
            self._behind |= await self._ask(ASK_REFRESH) == CHANGED
            if not self._behind:
                return False
            fresh = await _settled([await self._fork() for _ in range(self._count)])
            old, self._workers = self._workers, fresh
            self._behind = False
        await asyncio.gather(*(worker.retire() for worker in old))
        return True

    async def close(self) -> None:
        for worker in self._workers:
            worker.leave()
        if self._control:
            self._control.close()
        if self._holder:
            await asyncio.to_thread(self._holder.join, CLOSE_SECONDS)

    async def _worker_for(self, text: str) -> Worker:
        """The one that expects it, or else the one with the least to do."""
        if any(worker.gone for worker in self._workers) or not self._workers:
            async with self._asking:
                self._workers = [worker for worker in self._workers if not worker.gone]
                await self._fill()
        return min(
            self._workers,
            key=lambda worker: (text not in worker.expected, worker.busy, worker.settling),
        )

    async def _fill(self) -> None:
        while len(self._workers) < self._count:
            self._workers.append(await self._fork())

    async def _fork(self) -> Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            answer = await self._ask(ASK_WORKER, theirs)
        if answer != READY:
            ours.close()
            raise LoadFailed("the process that holds the model is gone")
        return Worker(*await asyncio.open_connection(sock=ours))

    async def _ask(self, what: bytes, *given: socket.socket) -> bytes:
        """One answer of the nursery, which is started when there is none or it has ended."""
        if self.nursery is None:
            await self._raise_nursery()
        assert self._control is not None
        socket.send_fds(self._control, [what], [one.fileno() for one in given])
        return await self._answer()

    async def _answer(self) -> bytes:
        """The nursery's next byte. One that is late is given up whole: its answer, come later,
        would be taken for that to another question."""
        assert self._control is not None
        assert self._holder is not None
        answer = asyncio.get_running_loop().sock_recv(self._control, 1)
        try:
            return await asyncio.wait_for(answer, LOAD_SECONDS)
        except asyncio.TimeoutError as error:
            self._holder.kill()
            self._holder = None
            self._control.close()
            raise LoadFailed(f"no answer within {LOAD_SECONDS:.0f} s") from error

    async def _raise_nursery(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        context = multiprocessing.get_context("spawn")
        nursery = context.Process(target=tend, args=(theirs, self._load), name="nursery")
        await asyncio.to_thread(nursery.start)
        theirs.close()
        self._holder, self._control = nursery, ours
        if await self._answer() != READY:
            raise LoadFailed("the model could not be loaded; the reason stands above")
