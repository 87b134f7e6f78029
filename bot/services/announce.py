"""Telling whoever listens in this process that a conversation has changed.

An announcement may carry the change itself, so that listeners need not read back what has just
been written. It need not: then they read the log after the number they have seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.model.conversation import Change

Observer = Callable[[str, "Change | None"], None]
Hear = Callable[["Change | None"], None]
Expect = Callable[[str], None]


class Hub:
    """Announcements of conversations. Everything happens on one event loop."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Hear]] = {}
        self._observers: list[Observer] = []
        self._expecting: list[Expect] = []

    def observe(self, observer: Observer) -> None:
        """Calls `observer` with every conversation that changes, and the change where known."""
        self._observers.append(observer)

    def foresee(self, expect: Expect) -> None:
        """Calls `expect` with the text of every message that is being taken in."""
        self._expecting.append(expect)

    def arriving(self, text: str) -> None:
        for expect in self._expecting:
            expect(text)

    def announce(self, conversation: str, change: Change | None = None) -> None:
        for hear in self._listeners.get(conversation, ()):
            hear(change)
        for observer in self._observers:
            observer(conversation, change)

    @contextmanager
    def hearing(self, conversation: str, hear: Hear) -> Iterator[None]:
        """Calls `hear` with every change of the conversation, None for one that is not known."""
        self._listeners.setdefault(conversation, set()).add(hear)
        try:
            yield
        finally:
            self._listeners[conversation].discard(hear)
            if not self._listeners[conversation]:
                del self._listeners[conversation]

    @contextmanager
    def listening(self, conversation: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the conversation changes; the listener clears it."""
        event = asyncio.Event()
        with self.hearing(conversation, lambda _: event.set()):
            yield event


class Feed:
    """All changes, coalesced: for a listener that looks after every conversation."""

    def __init__(self, hub: Hub) -> None:
        self._queues: set[asyncio.Queue[str]] = set()
        hub.observe(self._put)

    def _put(self, conversation: str, _: Change | None) -> None:
        for queue in self._queues:
            queue.put_nowait(conversation)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[str]]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)
