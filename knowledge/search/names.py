"""Names and aliases in a message: by sound, which finds the exact ones too, and by initials."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge.search.lexical import Scores
from knowledge.search.phrases import PhraseBook
from knowledge.search.pinyin import initials, syllables
from knowledge.text import normalise

_PARTS = re.compile(r"[（）()/、“”《》,，]+")  # not spaces: a single foreign word names nothing
_LATIN = re.compile(r"[a-z]{3,}")
SHORTEST_INITIALS = 3
LONG = 8  # characters; a longer name does not weigh more
Said = TypeVar("Said", str, "tuple[str, ...]")


def name_parts(names: Iterable[str]) -> list[str]:
    """Names and the parts that brackets and strokes divide them into, in one spelling."""
    found: dict[str, None] = {}
    for name in names:
        plain = normalise(name)
        for part in [plain, *(part.strip() for part in _PARTS.split(plain))]:
            if len(part) > 1:
                found[part] = None
    return list(found)


class Owned(Generic[Said]):
    """Things that may be said, with the matters they may mean and a weight for each of these."""

    def __init__(self, said: Iterable[tuple[Said, int, float]]) -> None:
        """Of a thing that a matter has several times, the heaviest counts."""
        weights: dict[Said, dict[int, float]] = {}
        for key, owner, weight in said:
            of_key = weights.setdefault(key, {})
            of_key[owner] = max(of_key.get(owner, 0.0), weight)
        self._number: dict[Said, int] = {key: number for number, key in enumerate(weights)}
        lengths = [len(of_key) for of_key in weights.values()]
        self._starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        owners = chain.from_iterable(weights.values())
        values = chain.from_iterable(of_key.values() for of_key in weights.values())
        self._owners = np.fromiter(owners, np.int32, sum(lengths))
        self._weights = np.fromiter(values, np.float32, sum(lengths))

    def __iter__(self) -> Iterator[Said]:
        return iter(self._number)

    def __contains__(self, said: Said) -> bool:
        return said in self._number

    def of(self, said: Said) -> tuple[NDArray[np.int32], Scores]:
        """The matters, each once, and their weights."""
        number = self._number[said]
        some = slice(self._starts[number], self._starts[number + 1])
        return self._owners[some], self._weights[some]


@dataclass(frozen=True)
class Names:
    """What a table of names is laid out from, one item for each name of each matter, the names
    of a matter together. It takes long to work out for many matters; then it is kept."""

    texts: Sequence[str]
    owners: Sequence[int]
    sounds: Sequence[tuple[str, ...]]
    rarities: Sequence[float]
    count: int  # matters


def work_out(names: Sequence[Sequence[str]]) -> Names:
    """From all names of all matters."""
    parts = [name_parts(of_one) for of_one in names]
    texts = [part for of_one in parts for part in of_one]
    fits = _fits(parts)
    rarity = {text: math.log(1 + len(parts)) - math.log(fits[text]) for text in fits}
    return Names(
        texts,
        [owner for owner, of_one in enumerate(parts) for _ in of_one],
        [syllables(text) for text in texts],
        [rarity[text] for text in texts],
        len(parts),
    )


def _fits(parts: Sequence[Sequence[str]]) -> Counter[str]:
    """For each name, how many matters have its letters in a name."""
    book = PhraseBook(text for of_one in parts for text in of_one)
    return Counter(
        text for of_one in parts for text in set().union(*(book.within(name) for name in of_one))
    )


class NameTable:
    """All names of all matters. A name weighs by how few matters its letters fit."""

    def __init__(self, names: Names) -> None:
        self._count = names.count
        self.texts = names.texts
        self.owners = names.owners
        weights = [
            rarity * min(len(text), LONG) ** 0.5
            for text, rarity in zip(names.texts, names.rarities, strict=True)
        ]
        self._by_name = Owned((t, o, 1.0) for t, o in zip(names.texts, names.owners, strict=True))
        self._written = PhraseBook(self._by_name)
        heard = list(zip(names.sounds, names.owners, weights, strict=True))
        self._by_sound = Owned(heard)
        self._sounds = PhraseBook(self._by_sound)
        self._by_initials = Owned(
            (initials(sound), owner, weight)
            for sound, owner, weight in heard
            if len(sound) >= SHORTEST_INITIALS
        )

    def heard(self, text: str) -> Scores:
        """(matters,): the rarest name whose sound or initials are in the text."""
        found = np.zeros(self._count, np.float32)
        heard = [self._by_sound.of(sound) for sound in self._sounds.within(syllables(text))]
        letters = set(_LATIN.findall(text))
        heard += [self._by_initials.of(word) for word in letters if word in self._by_initials]
        for owners, weights in heard:
            found[owners] = np.maximum(found[owners], weights)
        return found

    def outright(self, text: str) -> Scores:
        """(matters,): 1 for the only matter with a name that is in the text, and its share
        where several matters have that name. A name inside a longer one that is there too does
        not count: who says 施工许可证变更 does not say 施工许可证."""
        found = np.zeros(self._count, np.float32)
        said = self._said(text)
        for place, name in enumerate(said):
            if any(name in longer for longer in said[:place]):
                continue
            owners, _ = self._by_name.of(name)
            found[owners] = np.maximum(found[owners], 1 / len(owners))
        return found

    def mask(self, text: str, mark: str = "某") -> str:
        """The text with every name in it replaced by a mark, longest names first."""
        for name in self._said(text):
            text = text.replace(name, mark)
        return text

    def _said(self, text: str) -> list[str]:
        """The names in the text, longest first."""
        return sorted(self._written.within(text), key=lambda name: (-len(name), name))


def common_part(names: Sequence[str]) -> str:
    """The longest run of at least two characters that all names have, the first one of several."""
    shortest = min(names, key=len, default="")
    for length in range(len(shortest), 1, -1):
        for start in range(len(shortest) - length + 1):
            part = shortest[start : start + length]
            if all(part in name for name in names):
                return part
    return ""
