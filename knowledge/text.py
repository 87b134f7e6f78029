"""One spelling for what people write in many: width, script, spacing, codes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

LONGEST = 2_000  # characters that are read of a message; a question says what it wants before that
REMEMBERED = 2_048  # texts
CHARACTERS = 8_192  # of which it is known whether they are simplified
ONLY_IN_WORDS = frozenset("覆藉沈衹瞭牴")  # traditional in some words, simplified by themselves
CJK = r"\u3400-\u9fff"
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_SPACE_IN_CHINESE = re.compile(rf"(?<=[{CJK}])[ ]+(?=[{CJK}])")
_PROJECT_CODE = re.compile(r"(?<!\d)\d{4}-\d{6}-\d{2}-\d{2}-\d{6}(?!\d)")
_CREDIT_CODE = re.compile(
    r"(?<![0-9a-z])[0-9a-hj-npqrtuwxy]{2}\d{6}[0-9a-hj-npqrtuwxy]{10}(?![0-9a-z])"
)
_LONG_NUMBER = re.compile(r"(?<![\d.])\d{5,}(?![\d.])")


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def _simplified(text: str) -> str:
    """Most messages hold nothing to convert, which is seen sooner than conversion says so."""
    if all(c not in ONLY_IN_WORDS and _is_simple(c) for c in text):
        return text
    return str(_simplifier().convert(text))


@lru_cache(maxsize=CHARACTERS)
def _is_simple(character: str) -> bool:
    return bool(_simplifier().convert(character) == character)


@lru_cache(maxsize=REMEMBERED)  # several parts of a turn ask for the same text
def normalise(text: str) -> str:
    """What a message says, in one spelling: half width, simplified, lower case, single spaces.

    Emoji and control characters become spaces; Japanese and Korean keep their own script.
    """
    text = unicodedata.normalize("NFKC", text[:LONGEST])
    text = "".join(" " if unicodedata.category(c) in _NOT_WRITING else c for c in text)
    if not _KANA_OR_HANGUL.search(text):
        text = _simplified(text)
    text = " ".join(text.lower().split())
    return _SPACE_IN_CHINESE.sub("", text)


_NOT_WRITING = {"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk"}


def mask_codes(text: str) -> str:
    """A normalised text with project codes, credit codes and long numbers named, not spelt."""
    text = _PROJECT_CODE.sub("项目代码", text)
    text = _CREDIT_CODE.sub("信用代码", text)
    return _LONG_NUMBER.sub("号码", text)


def comparable(text: str) -> str:
    """A text without width, case, script, spaces and punctuation: equal when it says the same."""
    return "".join(c for c in normalise(text) if unicodedata.category(c)[0] in "LN")
