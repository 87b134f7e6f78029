"""Which of many known phrases a text contains, in one pass over the text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

Run = TypeVar("Run", str, "tuple[str, ...]")
OPENING = 2  # units by which phrases are looked up


class PhraseBook(Generic[Run]):
    """Phrases of characters (str) or of syllables (tuples of them).

    The cost of a search grows with the text and with how many lengths the phrases of one opening
    have, not with the number of phrases.
    """

    def __init__(self, phrases: Iterable[Run]) -> None:
        self._phrases: set[Run] = set(phrases)
        self._lengths: dict[Run, set[int]] = {}
        for phrase in self._phrases:
            if len(phrase) > 0:
                self._lengths.setdefault(phrase[:OPENING], set()).add(len(phrase))
        self._openings = sorted({len(opening) for opening in self._lengths})

    def within(self, text: Run) -> set[Run]:
        """The phrases that are in the text, as a run of its units."""
        found: set[Run] = set()
        for size in self._openings:
            for start in range(len(text) - size + 1):
                for length in self._lengths.get(text[start : start + size], ()):
                    phrase = text[start : start + length]
                    if phrase in self._phrases:
                        found.add(phrase)
        return found
