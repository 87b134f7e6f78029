"""Finding the words that changes and clocks bring, and keeping each once.

Two marks tell how far was looked: the number of the last change, and the last day on which every
clock was read. A mark moves in the transaction that keeps the words found before it, and only from
where it was seen; the key of a word does the rest. So a process may end anywhere, and several may
look at once: a word is kept once, and none is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.model.word import Word


@dataclass(frozen=True)
class Mark:
    """A mark that moves from `before` (None: it was not there) to `after`."""

    name: str
    before: int | None
    after: int


class Overtaken(Exception):
    """Another process has moved the mark meanwhile; nothing was kept."""


class Words(Protocol):
    """Where words are kept. Raises StoreUnavailable."""

    async def mark(self, name: str) -> int | None: ...

    async def keep(self, found: Sequence[Word], ended: Sequence[str], mark: Mark | None) -> int:
        """Keeps the words that are not there yet and sends them on their way to the conversations
        of their enterprise, settles what was said about the limits of `ended` cases, and moves the
        mark, all or nothing; how many words are new. Raises Overtaken."""
