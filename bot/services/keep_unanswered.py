"""Questions that could not be answered, kept for the editor: what was asked, not who asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from phonenumbers import Leniency, PhoneNumberMatcher

from bot.model.understanding import Understanding

UNANSWERED = "unanswered"  # in the facts of a reply: the question that it leaves open, masked
LONGEST = 500  # characters; a question says what it wants before that
HOME = "CN"
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_PROJECT = re.compile(r"(?<!\d)\d{4}-\d{6}-\d{2}-\d{2}-\d{6}(?!\d)")
_IDENTITY = re.compile(
    r"(?<![\dA-Za-z])(?:\d[ -]?){14}\d(?:[ -]?\d[ -]?\d[ -]?[\dXx])?(?![\dA-Za-z])"
)
_CREDIT = re.compile(
    r"(?<![\dA-Za-z])[\dA-HJ-NPQRTUWXY]{2}\d{6}[\dA-HJ-NPQRTUWXY]{10}(?![\dA-Za-z])", re.I
)
_LONG = re.compile(r"\d(?:[ -]?\d){6,}")  # an account, a number spelled oddly
_SPOKEN = re.compile(r"[零〇幺一二两三四五六七八九]{7,}")
_UNIT = re.compile(r"\s?(?:元|万|亿|平|㎡|m2|米|吨|立方|千瓦|kw|度)", re.I)


@dataclass(frozen=True)
class Unanswered:
    """A question that was kept. `text` is masked. `at` is aware, in UTC."""

    id: int
    text: str
    at: datetime
    conversation: str
    no: int


class UnansweredQuestions(Protocol):
    """Where they are kept."""

    async def open(self, limit: int) -> Sequence[Unanswered]:
        """Those that nobody has dealt with, the latest first."""

    async def find(self, id: int) -> Unanswered | None: ...

    async def settle(self, ids: Sequence[int], how: str) -> int:
        """Marks them as dealt with; how many were open."""


def unanswered(asked: Understanding) -> dict[str, Any]:
    """Facts of a reply that leaves a question open; the log keeps the question with them."""
    text = masked(asked.text)[:LONGEST]
    return {UNANSWERED: text} if any(map(str.isalpha, text)) else {}


def masked(text: str) -> str:
    """A text in half width without telephone numbers, identity numbers, e-mail addresses, codes
    of projects and enterprises, and other long numbers; each is replaced by what it was."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(c for c in text if c.isprintable() or c.isspace())
    for pattern, name in _CODES:
        text = pattern.sub(name, text)
    text = _without_phones(text)
    return _SPOKEN.sub("〔号码〕", _LONG.sub(_unless_measured, text))


_CODES = (
    (_EMAIL, "〔邮箱〕"),
    (_PROJECT, "〔项目代码〕"),
    (_IDENTITY, "〔证件号〕"),
    (_CREDIT, "〔信用代码〕"),
)


def _without_phones(text: str) -> str:
    matches = PhoneNumberMatcher(text, HOME, leniency=Leniency.VALID)
    for match in reversed([found for found in matches if not _UNIT.match(text, found.end)]):
        text = f"{text[: match.start]}〔电话〕{text[match.end :]}"
    return text


def _unless_measured(found: re.Match[str]) -> str:
    """A sum or an area stays: it may be what the question turns on."""
    return found.group() if _UNIT.match(found.string, found.end()) else "〔号码〕"
