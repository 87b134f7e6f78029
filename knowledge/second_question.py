"""The second of two questions in one message: “要啥材料，几天能下来”."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from re import Pattern

from knowledge.text import normalise
from knowledge.yaml_source import read_yaml

FILE = Path(__file__).parent / "aspect_cues.yml"
CLAUSES = re.compile(r"[,，。.;；?？!！、\n]+|\band\b|另外|还有|以及|顺便|并且")
LEAST = 2  # characters of a clause that may ask something
# Typed on a phone, a space is a comma; a question's last word ends it without one.
PARTS = re.compile(
    CLAUSES.pattern + r"|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])|(?<=[吗嗎么呢])(?=\w{3})"
)
PARTS_HEARD = 3  # of a long story the last ones; each costs a sentence to the encoder
POSSIBLE = 0.02  # of an aspect that the whole message may ask for; below it nobody asks twice
# What surrounds a question often sounds like one of these by itself.
VAGUE = frozenset({"overview", "conditions", "prerequisites", "process"})
CONCRETE_ASKED, VAGUE_ASKED = 0.9, 0.95


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


def asked_in_parts(
    text: str,
    shares: Mapping[str, float],
    asks: Callable[[str], bool],
    shares_of: Callable[[Sequence[str]], Sequence[Mapping[str, float]]],
) -> tuple[str, str] | None:
    """The two aspects that the parts of a text ask for, in their order, when they ask for two.

    `shares` are those of the whole, `shares_of` hears parts, each by itself, and `asks` tells
    whether a normalised part asks at all. What it finds and misses: bot/decisions/0014.
    """
    possible = {aspect for aspect, share in shares.items() if share >= POSSIBLE}
    if len(possible) < 2:
        return None
    parts = [part for part in PARTS.split(text) if len(part.strip()) >= LEAST]
    asking = [part for part in parts if asks(normalise(part))]
    if len(asking) < 2:
        return None
    heard = [_surely_asked(alone) for alone in shares_of(asking[-PARTS_HEARD:])]
    asked = [aspect for aspect in dict.fromkeys(heard) if aspect in possible]
    likeliest = sorted(asked, key=lambda aspect: (-shares[aspect], aspect))[:2]
    both = [aspect for aspect in asked if aspect in likeliest]
    return (both[0], both[1]) if len(both) == 2 else None


def _surely_asked(shares: Mapping[str, float]) -> str | None:
    aspect = max(sorted(shares), key=lambda name: shares[name])
    return (
        aspect if shares[aspect] >= (VAGUE_ASKED if aspect in VAGUE else CONCRETE_ASKED) else None
    )


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
