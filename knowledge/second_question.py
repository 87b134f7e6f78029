"""What the parts of a message ask: “要啥材料，几天能下来”, “盖好一半了，消防图得送哪审”."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from re import Pattern

from knowledge.text import normalise
from knowledge.yaml_source import read_yaml

FILE = Path(__file__).parent / "aspect_cues.yml"
CLAUSES = re.compile(r"[,，。.;；?？!！、\n]+|\band\b|另外|还有|以及|顺便|并且")
LEAST = 2  # characters of a clause that may ask something
SHORTEST = 3  # … and of a part that is heard by itself
LEAST_SHARE = 1e-4  # neither the whole nor a part rules an aspect out
# Typed on a phone, a space is a comma; a question's last word ends it without one.
PARTS = re.compile(
    CLAUSES.pattern + r"|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])|(?<=[吗嗎呢])(?=\w{3})"
    r"|(?<=么)(?<![什怎那这多要甚]么)(?=\w{3})"
)
PARTS_HEARD = 3  # of a long story the last ones; each costs a sentence to the encoder
SURELY = 0.9  # of an aspect: with less, a part does not tell what it asks
WORDS_OF_ASKING = re.compile(
    r"[?？吗嗎么嘛呢]|[啥谁誰哪几幾咋何]|什么|什麼|怎|如何|多[少久长長大高远]|是否|还是|還是|行不|能不|有没有"
    r"|([\u4e00-\u9fff])[不没]\1|[不没]$|发我|列(?:一下|个|出)|说说|讲讲|介绍"
    r"|ですか|ますか|でしょうか|까|나요|죠|어떻|뭐|무엇|언제|얼마|어디|누가|며칠"
    r"|\b(?:how|what|which|where|when|who|why|is|are|do|does|can|could|should|must)\b"
)
TELLS = re.compile(r"[没不别][^,，吗么]{0,3}(?:多少|几|啥|什么)(?!.*[吗么])")  # “不费多少钱”


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


def asking_parts(text: str) -> list[str]:
    """The parts of a text, as it was said, that ask something; of many the last ones. None of a
    text that has only one part."""
    parts = [part for part in PARTS.split(text) if part and len(part.strip()) >= SHORTEST]
    return [part for part in parts if _asks(normalise(part))][-PARTS_HEARD:] if parts[1:] else []


def outright(part: str) -> str | None:
    """The one aspect that a part asks for in words of its own; such a part need not be heard: of
    70 parts by others 66 were heard as their words say, and two of the rest misheard."""
    cued = cued_aspects(normalise(part))
    return next(iter(cued)) if len(cued) == 1 else None


def to_be_heard(text: str) -> list[str]:
    """The parts that will be heard by themselves, whatever the whole says: of several that ask
    those that do not say it outright."""
    parts = asking_parts(text)
    return [part for part in parts if outright(part) is None] if len(parts) > 1 else []


def _asks(part: str) -> bool:
    return bool(WORDS_OF_ASKING.search(part)) and not TELLS.search(part)


def two_asked(
    shares: Mapping[str, float], parts: Sequence[Mapping[str, float]]
) -> tuple[str, str] | None:
    """The two aspects that parts surely ask for, each heard by itself, in their order; of more
    the two that are likelier by the `shares` of the whole. What it finds and misses:
    bot/decisions/0014."""
    heard = [max(sorted(alone), key=alone.__getitem__) for alone in parts]
    asked = dict.fromkeys(
        aspect for aspect, alone in zip(heard, parts, strict=True) if alone[aspect] >= SURELY
    )
    likeliest = sorted(asked, key=lambda aspect: (-shares[aspect], aspect))[:2]
    both = [aspect for aspect in asked if aspect in likeliest]
    return (both[0], both[1]) if len(both) == 2 else None


def agreed(whole: Mapping[str, float], part: Mapping[str, float]) -> dict[str, float]:
    """What a message asks, by all of it and by the part of it that asks: the geometric mean."""
    means = {
        aspect: math.sqrt((whole[aspect] + LEAST_SHARE) * (part[aspect] + LEAST_SHARE))
        for aspect in whole
    }
    total = sum(means.values())
    return {aspect: mean / total for aspect, mean in means.items()}


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
