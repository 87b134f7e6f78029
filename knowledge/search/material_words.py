"""The words by which names of materials are told apart (material_names.yml), ready to compare."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, Extra

from knowledge.text import comparable

FILE = Path(__file__).with_name("material_names.yml")
Group = tuple[str, ...]


class _Words(BaseModel):
    decoration: list[str]
    same: dict[str, list[str]]
    kinds: list[list[str]]
    apart: list[list[str]]
    alike: list[list[str]]
    asked_for: list[str]

    class Config:
        extra = Extra.forbid


@dataclass(frozen=True, eq=False)  # one is made: it is its own key
class Words:
    """`kind_of`: a document's last word → which kind it is. Groups have their longest word first,
    so that 施工图 is not taken for 施工."""

    decoration: re.Pattern[str]
    same: re.Pattern[str]
    read_as: Mapping[str, str]
    kind_of: Mapping[str, int]
    apart: Sequence[re.Pattern[str]]
    alike: Sequence[re.Pattern[str]]
    asked_for: re.Pattern[str]

    def in_one_spelling(self, text: str) -> str:
        """Letters and digits alone, each thing by its one name, without decoration."""
        plain = self.decoration.sub("", comparable(text))
        return self.same.sub(lambda found: self.read_as[found[0]], plain)

    def kind(self, name: str) -> int | None:
        """Which kind of document a name in one spelling ends in; None when no word tells."""
        ends = (name[start:] for start in range(len(name)))
        return next((self.kind_of[end] for end in ends if end in self.kind_of), None)


@lru_cache(maxsize=1)
def material_words() -> Words:
    read = _Words.parse_obj(yaml.safe_load(FILE.read_text("utf-8")))
    read_as = {other: name for name, others in read.same.items() for other in [name, *others]}
    return Words(
        decoration=_any_of(read.decoration),
        same=_any_of(list(read_as)),
        read_as=read_as,
        kind_of={word: place for place, kind in enumerate(read.kinds) for word in kind},
        apart=[_any_of(group) for group in read.apart],
        alike=[_any_of(group) for group in read.alike],
        asked_for=_any_of(read.asked_for),
    )


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
