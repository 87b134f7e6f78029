"""The second of two questions in one message: “要啥材料，几天能下来”."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from re import Pattern

from knowledge.yaml_source import read_yaml

FILE = Path(__file__).parent / "aspect_cues.yml"
CLAUSES = re.compile(r"[,，。.;；?？!！、\n]+|\band\b|另外|还有|以及|顺便|并且")
LEAST = 2  # characters of a clause that may ask something


def second_asked(text: str, first: str, shares: Mapping[str, float]) -> str | None:
    """The other aspect that a normalised text asks for in words of its own, in another clause than
    the words for `first`; of several the likeliest by `shares`."""
    asked = [cued_aspects(clause) for clause in CLAUSES.split(text) if len(clause) >= LEAST]
    asked = [aspects for aspects in asked if aspects]
    others = {
        aspect
        for place, aspects in enumerate(asked)
        if first not in aspects and any(first in rest for rest in _without(asked, place))
        for aspect in aspects
    }
    return max(sorted(others), key=lambda aspect: shares.get(aspect, 0.0), default=None)


def in_order(text: str, one: str, other: str) -> tuple[str, str]:
    """Two aspects as a text asks for them, the first one first; as given when its words do not
    tell."""
    asked = [cued_aspects(clause) for clause in CLAUSES.split(text)]
    places = [next((n for n, cued in enumerate(asked) if of in cued), None) for of in (one, other)]
    first, second = places
    swapped = first is not None and second is not None and second < first
    return (other, one) if swapped else (one, other)


def _without(asked: list[frozenset[str]], place: int) -> list[frozenset[str]]:
    return [*asked[:place], *asked[place + 1 :]]


def cued_aspects(clause: str) -> frozenset[str]:
    """The aspects that a normalised text asks for in words of their own."""
    return frozenset(aspect for aspect, cue in _cues().items() if cue.search(clause))


@lru_cache(maxsize=1)
def _cues() -> Mapping[str, Pattern[str]]:
    return {aspect: re.compile(words) for aspect, words in read_yaml(FILE).items()}
