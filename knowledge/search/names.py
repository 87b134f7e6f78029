"""Names and aliases in a message: by sound, which finds the exact ones too, and by initials."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from knowledge.search.lexical import Groups, Scores
from knowledge.search.phrases import PhraseBook
from knowledge.search.pinyin import initials, syllables
from knowledge.text import normalise

_PARTS = re.compile(r"[（）()/、“”《》,，\s]+")
_LATIN = re.compile(r"[a-z]{3,}")
SHORTEST_INITIALS = 3
LONG = 8  # characters; a longer name does not weigh more
Heard = TypeVar("Heard", bound=Hashable)


def name_parts(names: Iterable[str]) -> list[str]:
    """Names and the parts that brackets and strokes divide them into, in one spelling."""
    found: dict[str, None] = {}
    for name in names:
        plain = normalise(name)
        for part in [plain, *_PARTS.split(plain)]:
            if len(part) > 1:
                found[part] = None
    return list(found)


class NameTable:
    """All names of all matters. A name weighs by how few matters its letters fit."""

    def __init__(self, names: Sequence[Sequence[str]]) -> None:
        parts = [name_parts(of_one) for of_one in names]
        self._count = len(parts)
        self.texts = [part for of_one in parts for part in of_one]
        self.groups = Groups([i for i, p in enumerate(parts) for _ in p], len(parts))
        joined = ["\n".join(of_one) for of_one in parts]
        self._rarity = {text: _rarity(text, joined) for text in set(self.texts)}
        self._owners: dict[str, list[int]] = {}
        for owner, of_one in enumerate(parts):
            for part in of_one:
                self._owners.setdefault(part, []).append(owner)
        self._written = PhraseBook(self.texts)
        self._by_sound = self._weighed((syllables(text), text) for text in self.texts)
        self._sounds = PhraseBook(self._by_sound)
        self._by_initials = self._weighed(
            (short, text)
            for text in self.texts
            if len(short := initials(text)) >= SHORTEST_INITIALS
        )

    def _weighed(self, said: Iterable[tuple[Heard, str]]) -> dict[Heard, dict[int, float]]:
        """What may be heard → the matters with such a name, each with its heaviest one's weight."""
        weights: dict[Heard, dict[int, float]] = {}
        for key, text in said:
            weight = self._rarity[text] * min(len(text), LONG) ** 0.5
            of_key = weights.setdefault(key, {})
            for owner in self._owners[text]:
                of_key[owner] = max(of_key.get(owner, 0.0), weight)
        return weights

    def heard(self, text: str) -> Scores:
        """(matters,): the rarest name whose sound or initials are in the text."""
        found = np.zeros(self._count, np.float32)
        heard = [self._by_sound[sound] for sound in self._sounds.within(syllables(text))]
        letters = set(_LATIN.findall(text))
        heard += [self._by_initials[word] for word in letters if word in self._by_initials]
        for weights in heard:
            for owner, weight in weights.items():
                found[owner] = max(found[owner], weight)
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
            owners = self._owners[name]
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


def _rarity(text: str, of_matters: Sequence[str]) -> float:
    """log(matters / matters that have these letters in a name)."""
    fits = sum(text in names for names in of_matters)
    return math.log(1 + len(of_matters)) - math.log(max(fits, 1))


def common_part(names: Sequence[str]) -> str:
    """The longest run of at least two characters that all names have, the first one of several."""
    shortest = min(names, key=len, default="")
    for length in range(len(shortest), 1, -1):
        for start in range(len(shortest) - length + 1):
            part = shortest[start : start + length]
            if all(part in name for name in names):
                return part
    return ""
