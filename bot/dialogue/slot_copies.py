"""Departure from stock Rasa: a slot is copied by copying its attributes.

Every prediction builds trackers for the turns before, and each of them copies every slot. Left to
`copy.copy`, a slot is taken apart and put together by the protocol for pickling; the result is
the same.
"""

from __future__ import annotations

from rasa.shared.core.slots import Slot


def _copy(self: Slot) -> Slot:
    twin: Slot = self.__class__.__new__(self.__class__)
    twin.__dict__.update(self.__dict__)
    return twin


def install() -> None:
    Slot.__copy__ = _copy


def remove() -> None:
    if "__copy__" in Slot.__dict__:
        del Slot.__copy__
