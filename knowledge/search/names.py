"""Names and aliases in a message: by sound, which finds the exact ones too, and by initials."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

import numpy as np

from knowledge.search.lexical import Groups, Scores
from knowledge.search.pinyin import initials, syllables
from knowledge.text import normalise

_PARTS = re.compile(r"[（）()/、“”《》,，\s]+")
_LATIN = re.compile(r"[a-z]{3,}")
SHORTEST_INITIALS = 3


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
        self.rarity = np.array([_rarity(text, joined) for text in self.texts], np.float32)
        self._length = np.array([len(text) for text in self.texts], np.float32)
        self._sounds = [" ".join(["", *syllables(text), ""]) for text in self.texts]
        self._initials = [initials(text) for text in self.texts]
        self._owners: dict[str, list[int]] = {}
        for owner, of_one in enumerate(parts):
            for part in of_one:
                self._owners.setdefault(part, []).append(owner)

    def heard(self, texts: Sequence[str]) -> Scores:
        """(texts, matters): the rarest name whose sound or initials are in the text."""
        found = np.zeros((len(texts), len(self.texts)), np.float32)
        for row, text in enumerate(texts):
            sound = " ".join(["", *syllables(text), ""])
            letters = set(_LATIN.findall(text))
            for column, (name, short) in enumerate(zip(self._sounds, self._initials, strict=True)):
                if (len(name) > 2 and name in sound) or (
                    len(short) >= SHORTEST_INITIALS and short in letters
                ):
                    found[row, column] = 1
        return self.groups.best(found * self.rarity * np.minimum(self._length, 8) ** 0.5)

    def outright(self, texts: Sequence[str]) -> Scores:
        """(texts, matters): 1 for the only matter with a name that is in the text, and its share
        where several matters have that name. A name inside a longer one that is there too does
        not count: who says 施工许可证变更 does not say 施工许可证."""
        found = np.zeros((len(texts), self._count), np.float32)
        for row, text in enumerate(texts):
            said = [name for name in self._longest_first() if name in text]
            for place, name in enumerate(said):
                if any(name in longer for longer in said[:place]):
                    continue
                owners = self._owners[name]
                found[row, owners] = np.maximum(found[row, owners], 1 / len(owners))
        return found

    def only_owners(self, text: str) -> tuple[int, ...]:
        """The places of the matters that a name in the text belongs to alone."""
        return tuple(np.flatnonzero(self.outright([text])[0] >= 1).tolist())

    def mask(self, text: str, mark: str = "某") -> str:
        """The text with every name in it replaced by a mark, longest names first."""
        for name in self._longest_first():
            if name in text:
                text = text.replace(name, mark)
        return text

    def _longest_first(self) -> list[str]:
        if not hasattr(self, "_by_length"):
            self._by_length = sorted(set(self.texts), key=lambda name: (-len(name), name))
        return self._by_length


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
