"""Departure from stock Rasa: the empty domain is built once.

For every message Rasa asks whether the domain is empty, and builds an empty one to compare with.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rasa.shared.core.domain import Domain

_stock = Domain.is_empty


@lru_cache(maxsize=1)
def _nothing() -> dict[str, Any]:
    nothing: dict[str, Any] = Domain.empty().as_dict()
    return nothing


def _is_empty(self: Domain) -> bool:
    return bool(self.as_dict() == _nothing())


def install() -> None:
    Domain.is_empty = _is_empty


def remove() -> None:
    Domain.is_empty = _stock
