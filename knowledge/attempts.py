"""Attempts to manipulate, told by their words, and the fixed answer to each kind (attempts.yml).

Nothing in a message can change facts, identity or owner: answers are rendered from data, who asks
is verified by the channel, and payloads count only when they were offered. This module only makes
sure that such a message gets a fitting answer, not one about the matter that it happens to name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from re import Pattern

from pydantic import Field

from knowledge.schema import Record
from knowledge.text import normalise
from knowledge.yaml_source import read_yaml

FILE = Path(__file__).parent / "attempts.yml"


class AttemptKind(Record):
    """One kind as attempts.yml has it."""

    id: str
    reply: str = Field(min_length=10)
    signs: list[str] = Field(default_factory=list)
    hints: list[str] = Field(default_factory=list)
    unless: str | None = None


@dataclass(frozen=True)
class Attempt:
    """`certain`: its words say so; else it only sounds like one."""

    kind: str
    reply: str
    certain: bool


@dataclass(frozen=True)
class _Told:
    kind: AttemptKind
    signs: Pattern[str] | None
    hints: Pattern[str] | None
    unless: Pattern[str] | None

    def is_certain(self, text: str) -> bool:
        found = self.signs is not None and self.signs.search(text)
        return bool(found) and not (self.unless and self.unless.search(text))


def attempt_of(message: str) -> Attempt | None:
    """What kind of attempt a message is, if it has the words of one."""
    text = normalise(message)
    for told in _kinds():
        if told.is_certain(text):
            return Attempt(told.kind.id, told.kind.reply, certain=True)
    for told in _kinds():
        if told.hints and told.hints.search(text):
            return Attempt(told.kind.id, told.kind.reply, certain=False)
    return None


def is_attempt(text: str) -> bool:
    """Whether a normalised text is an attempt for certain."""
    return any(told.is_certain(text) for told in _kinds())


def attempt_kinds() -> list[AttemptKind]:
    """Every kind, in the order in which they are tried."""
    return [AttemptKind.parse_obj(written) for written in read_yaml(FILE)]


@lru_cache(maxsize=1)
def _kinds() -> Sequence[_Told]:
    return [
        _Told(
            kind,
            _any_of(kind.signs),
            _any_of(kind.hints),
            re.compile(kind.unless) if kind.unless else None,
        )
        for kind in attempt_kinds()
    ]


def _any_of(patterns: Sequence[str]) -> Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None
