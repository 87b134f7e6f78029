"""Departure from stock Rasa: the class of an event is looked up in a table.

`Event.resolve_by_type` walks all subclasses of `Event` for every event it reads.
"""

from __future__ import annotations

from functools import lru_cache

from rasa.shared.core.events import Event

_stock = Event.resolve_by_type


@lru_cache(maxsize=64)
def _remembered(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    return _stock(type_name, default)


def install() -> None:
    Event.resolve_by_type = staticmethod(_remembered)


def remove() -> None:
    Event.resolve_by_type = staticmethod(_stock)
