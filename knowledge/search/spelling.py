"""Reads what was typed in pinyin or heard wrong; the catalogue's own words are the dictionary."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from pypinyin.phrases_dict import phrases_dict

from knowledge.language import KANA
from knowledge.search.pinyin import syllables, typed_syllables
from knowledge.text import CJK, normalise

_RUN = re.compile(rf"[{CJK}]+")
END = "$"
# A pair of characters is a habit when one of them nearly asks for the other (消→防) and it was
# seen often enough not to be chance.
HABIT_SHARE = 0.25
HABIT_COUNT = 4
# A pair as rare as this beside one that sounds the same was itself a slip of whoever wrote it.
RARE_SHARE = 1 / 20
REMEMBERED_PAIRS = 65536
REMEMBERED = 1024  # texts read last: one is read ahead of its turn, and in it


def _heard(run: str) -> list[tuple[str, str]]:
    """Characters with their sounds; none when the reading has another length than the writing."""
    spoken = syllables(run)
    if len(spoken) != len(run):
        return []
    return [(c, sound) for c, sound in zip(run, spoken, strict=True) if _is_simplified(c)]


@cache
def _is_simplified(character: str) -> bool:
    """Whether it is one of the characters of everyday simplified Chinese: 许, not 許 or 実."""
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


@lru_cache(maxsize=1)
def common_pairs() -> frozenset[tuple[str, str]]:
    """Neighbouring characters of everyday words, which are never taken for a slip."""
    return frozenset(pair for word in phrases_dict for pair in pairwise(word))


class Speller:
    """Knows which characters follow each other, and which sound alike, in the texts given."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._single: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        sounds: dict[str, set[str]] = defaultdict(set)
        for text in texts:
            for run in _RUN.findall(normalise(text)):
                self._single.update(run)
                self._pairs.update(zip(END + run, run + END, strict=True))
                for character, sound in _heard(run):
                    sounds[sound].add(character)
        self._sounds = {sound: sorted(some) for sound, some in sounds.items()}
        self._begin()

    def _begin(self) -> None:
        self._total = sum(self._single.values()) or 1
        self._remembered = lru_cache(REMEMBERED)(self._read)
        self._usual = lru_cache(REMEMBERED_PAIRS)(self._is_usual)
        self._alike: dict[str, set[str]] = defaultdict(set)
        for some in self._sounds.values():
            for character in some:
                self._alike[character].update(some)

    def to_json(self) -> dict[str, object]:
        """All that was learned from the texts."""
        pairs = {before + after: count for (before, after), count in self._pairs.items()}
        return {"single": self._single, "pairs": pairs, "sounds": self._sounds}

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> Speller:
        speller = Speller(())
        speller._single = Counter(stored["single"])
        speller._pairs = Counter({(pair[0], pair[1]): n for pair, n in stored["pairs"].items()})
        speller._sounds = stored["sounds"]
        speller._begin()
        return speller

    def read(self, text: str) -> str:
        """A message in one spelling, pinyin turned into Chinese, misheard characters corrected."""
        return self._remembered(text)

    def _read(self, text: str) -> str:
        text = normalise(text)
        words = typed_syllables(text)
        if words is not None:
            return self._chinese_of([syllable for word in words for syllable in word])
        if KANA.search(text):
            return text
        return _RUN.sub(lambda run: self._heal(run.group()), text)

    def _chinese_of(self, spoken: list[str]) -> str:
        """The most likely characters for a row of syllables (Viterbi over pairs)."""
        best: dict[str, tuple[float, str]] = {END: (0.0, "")}
        for syllable in spoken:
            choices = self._sounds.get(syllable.replace("v", "ü"), [])
            if not choices:
                continue
            best = {
                choice: max(
                    (score + self._likely(before, choice), written + choice)
                    for before, (score, written) in best.items()
                )
                for choice in choices
            }
        return max(best.values())[1]

    def _likely(self, before: str, after: str) -> float:
        pair = self._pairs[before, after]
        follows = pair / (self._single[before] or 1) if before != END else 0.0
        return math.log(0.9 * follows + 0.1 * self._single[after] / self._total + 1e-9)

    def _heal(self, run: str) -> str:
        if len(run) < 2:
            return run
        spoken: tuple[str, ...] = ()
        written = list(END + run + END)
        for place in range(1, len(run) + 1):
            before, this, after = written[place - 1 : place + 2]
            if self._usual(before, this) or self._usual(this, after):
                continue
            spoken = spoken or syllables(run)
            if len(spoken) != len(run):
                return run
            written[place] = self._homophone(before, this, after, spoken[place - 1])
        return "".join(written[1:-1])

    def _is_usual(self, before: str, after: str) -> bool:
        seen = self._pairs[before, after]
        if (before, after) in common_pairs() or not seen:
            return (before, after) in common_pairs()
        alike = [self._pairs[before, other] for other in self._alike.get(after, ())]
        alike += [self._pairs[other, after] for other in self._alike.get(before, ())]
        return seen > RARE_SHARE * max(alike, default=0)

    def _homophone(self, before: str, this: str, after: str, sound: str) -> str:
        """The character of the same sound that habitually stands here, or the one written."""
        strength = {
            choice: max(self._habit(before, choice), self._habit(choice, after))
            for choice in self._sounds.get(sound, [])
        }
        if not strength:
            return this
        choice = max(strength, key=lambda character: (strength[character], character))
        return choice if strength[choice] >= HABIT_SHARE else this

    def _habit(self, before: str, after: str) -> float:
        pair = self._pairs[before, after]
        if END in (before, after) or pair < HABIT_COUNT:
            return 0.0
        return max(pair / self._single[before], pair / self._single[after])
