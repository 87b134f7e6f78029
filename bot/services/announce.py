"""Telling whoever listens in this process that a conversation has changed.

An announcement carries no content: listeners read the log after the number they have seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Hub:
    """Announcements of conversations. Everything happens on one event loop."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self._observers: list[Callable[[str], None]] = []

    def observe(self, observer: Callable[[str], None]) -> None:
        """Calls `observer` with every conversation that changes."""
        self._observers.append(observer)

    def announce(self, conversation: str) -> None:
        for event in self._listeners.get(conversation, ()):
            event.set()
        for observer in self._observers:
            observer(conversation)

    @contextmanager
    def listening(self, conversation: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the conversation changes; the listener clears it."""
        event = asyncio.Event()
        self._listeners.setdefault(conversation, set()).add(event)
        try:
            yield event
        finally:
            self._listeners[conversation].discard(event)
            if not self._listeners[conversation]:
                del self._listeners[conversation]


class Feed:
    """All changes, coalesced: for a listener that looks after every conversation."""

    def __init__(self, hub: Hub) -> None:
        self._queues: set[asyncio.Queue[str]] = set()
        hub.observe(self._put)

    def _put(self, conversation: str) -> None:
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
