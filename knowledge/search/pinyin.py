"""Chinese by its sound: syllables, initials, and whether a text is typed in pinyin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal
from pypinyin.seg import mmseg

from knowledge.text import CJK

_CHINESE = re.compile(rf"[{CJK}]")
_LATIN_WORDS = re.compile(r"[a-z']+")
LONGEST_SYLLABLE = 6
LONGEST_WORD = 60  # letters without a space; nobody types a longer one
REMEMBERED_WORDS = 32768


@lru_cache(maxsize=4096)
def syllables(text: str) -> tuple[str, ...]:
    """One toneless syllable per Chinese character, in the reading its neighbours give it.

    Everything else is left out.
    """
    chinese = "".join(_CHINESE.findall(text))
    return tuple(syllable for word in mmseg.seg.cut(chinese) for syllable in _reading(word))


@lru_cache(maxsize=REMEMBERED_WORDS)
def _reading(word: str) -> tuple[str, ...]:
    """What pypinyin makes of one of its own words; most of a message has been read before."""
    return tuple(lazy_pinyin(word))


def initials(spoken: Iterable[str]) -> str:
    """The first letter of each syllable: shi gong xu ke zheng → sgxkz."""
    return "".join(syllable[0] for syllable in spoken)


@lru_cache(maxsize=1)
def known_syllables() -> frozenset[str]:
    """Every syllable of standard Chinese, without tones, ü written v or u."""
    spoken = {
        to_normal(reading) for all_of in PINYIN_DICT.values() for reading in all_of.split(",")
    }
    spoken |= {syllable.replace("ü", "v") for syllable in spoken} - {""}
    vowels = set("aeo")
    return frozenset(s for s in spoken if s.isascii() and (len(s) > 1 or s in vowels))


@lru_cache(maxsize=4096)
def split_syllables(word: str) -> tuple[str, ...] | None:
    """A latin word as pinyin syllables, the fewest possible; None when it is not pinyin."""
    if not word:
        return ()
    if len(word) > LONGEST_WORD:
        return None
    best: tuple[str, ...] | None = None
    for end in range(min(len(word), LONGEST_SYLLABLE), 0, -1):
        if word[:end] in known_syllables():
            rest = split_syllables(word[end:].lstrip("'"))
            if rest is not None and (best is None or len(rest) + 1 < len(best)):
                best = (word[:end], *rest)
    return best


def typed_syllables(text: str) -> list[tuple[str, ...]] | None:
    """The words of a text typed in pinyin, each as syllables; None when it is not pinyin.

    Nearly all latin words must be pinyin: "can you" is not, though "can" alone could be.
    """
    words = _LATIN_WORDS.findall(text)
    if sum(map(len, words)) < 6 or _CHINESE.search(text):
        return None
    parts = [split_syllables(word.strip("'")) for word in words]
    spelt = sum(len(word) for word, part in zip(words, parts, strict=True) if part is not None)
    if spelt < 0.9 * sum(map(len, words)):
        return None
    return [part for part in parts if part]
