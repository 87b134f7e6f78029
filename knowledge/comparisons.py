"""Comparisons of numbers as the catalogue writes them: ">=500", ">=500, <5000", "500"."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_ONE = re.compile(r"(>=|<=|>|<|=)?\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class _Operator:
    holds: Callable[[Decimal, Decimal], bool]
    sign: str
    opposite: str
    in_words: str


_OPERATORS = {
    ">=": _Operator(operator.ge, "≥", "<", "不少于"),
    "<=": _Operator(operator.le, "≤", ">", "不超过"),
    ">": _Operator(operator.gt, ">", "≤", "大于"),
    "<": _Operator(operator.lt, "<", "≥", "小于"),
    "=": _Operator(operator.eq, "=", "≠", "为"),
}


class NoComparison(ValueError):
    """What stands in the catalogue cannot be read as a comparison."""


@dataclass(frozen=True)
class Comparison:
    """One side of a limit; `opposite` is the sign that is true when it does not hold."""

    operator: str
    limit: Decimal

    def holds(self, value: Decimal) -> bool:
        return _OPERATORS[self.operator].holds(value, self.limit)

    @property
    def sign(self) -> str:
        return _OPERATORS[self.operator].sign

    @property
    def opposite(self) -> str:
        return _OPERATORS[self.operator].opposite

    @property
    def in_words(self) -> str:
        return _OPERATORS[self.operator].in_words


@lru_cache(maxsize=1024)
def comparisons(text: str) -> tuple[Comparison, ...]:
    """All must hold. Raises NoComparison."""
    found = []
    for part in text.split(","):
        read = _ONE.fullmatch(part.strip())
        if read is None:
            raise NoComparison(text)
        found.append(Comparison(read[1] or "=", Decimal(read[2])))
    return tuple(found)
