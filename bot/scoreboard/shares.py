"""Counts with their shares, and what was confused with what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

WORST = 15  # confusions that are shown
TEXTS = 3  # examples of each


@dataclass
class Share:
    """So many right of so many."""

    right: int = 0
    of: int = 0

    def count(self, right: bool) -> None:
        self.right += right
        self.of += 1

    @property
    def value(self) -> float:
        """0…1; 0 when nothing was counted."""
        return round(self.right / self.of, 4) if self.of else 0.0

    def as_json(self) -> dict[str, Any]:
        return {"share": self.value, "right": self.right, "of": self.of}


class Shares(dict[str, Share]):
    """Figures by name, in the order in which they were first counted."""

    def count(self, name: str, right: bool) -> None:
        self.setdefault(name, Share()).count(right)

    def as_json(self) -> dict[str, Any]:
        return {name: share.as_json() for name, share in self.items()}


@dataclass(frozen=True)
class Confusion:
    """`kind` is act, matter or aspect."""

    kind: str
    gold: str
    said: str
    texts: tuple[str, ...]


@dataclass
class Confusions:
    """What was taken for what, with the texts that were."""

    _texts: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    def note(self, kind: str, gold: str | None, said: str | None, text: str) -> None:
        if gold != said:
            self._texts.setdefault((kind, str(gold), str(said)), []).append(text)

    def worst(self, count: int = WORST) -> Iterator[Confusion]:
        """The most frequent first."""
        ranked = sorted(self._texts.items(), key=lambda item: (-len(item[1]), item[0]))
        for (kind, gold, said), texts in ranked[:count]:
            yield Confusion(kind, gold, said, tuple(texts))

    def as_json(self) -> list[dict[str, Any]]:
        return [
            {
                "of": one.kind,
                "gold": one.gold,
                "said": one.said,
                "times": len(one.texts),
                "texts": list(one.texts[:TEXTS]),
            }
            for one in self.worst()
        ]
