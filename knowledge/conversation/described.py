"""How well matters fit a situation that somebody describes: the state of the building, what sort
of project it is. Told from the matters' own data, so that an answer to a question back may be
“楼已经盖完了，就是个普通车间”."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from re import Pattern
from types import MappingProxyType
from typing import Any

from knowledge.discriminate import allowed_values
from knowledge.loader import Catalogue
from knowledge.schema import Matter, ProjectFact
from knowledge.text import normalise
from knowledge.yaml_source import read_yaml

FILE = Path(__file__).with_name("situations.yml")
FITS, FITS_NOT = 3.0, 0.2
ACCEPTANCE, COMPLETION = "验收", "4"
SHORTEST = 2  # characters of a word that tells something
_NOT = re.compile(r"(?:不是|不算|没有?|不|非|无)(?:什么|啥|个|那种|那个)*$")


def fits(catalogue: Catalogue, slugs: Sequence[str], text: str) -> Mapping[str, float]:
    """For each matter more than 1 when the text describes what it is for, less when it describes
    something else; 1 when the text does not say."""
    matters = [catalogue.matters[slug] for slug in slugs]
    scores = dict.fromkeys(slugs, 1.0)
    stages = _stages_told(text)
    told = list(_facts_told(catalogue.vocabulary, text))
    for matter in matters:
        stage = _stage_of(matter)
        if stages and stage in _rows():
            scores[matter.id] *= FITS if stage in stages else FITS_NOT
        for fact, value in told:
            scores[matter.id] *= _fit(matter, fact, value)
    return scores


def _stage_of(matter: Matter) -> str:
    """An acceptance comes after building, though it may stand beside the stages."""
    return COMPLETION if ACCEPTANCE in matter.name else matter.stage


def _fit(matter: Matter, fact: ProjectFact, value: str) -> float:
    allowed = allowed_values(fact, matter)
    if allowed is None:
        return 1.0
    return FITS if value in allowed else FITS_NOT


def _stages_told(text: str) -> frozenset[str]:
    """The stages in which a building is of which the text says how far it is."""
    return frozenset(stage for stage, words in _rows().items() if words.search(text))


@lru_cache(maxsize=1)
def _situations() -> Mapping[str, Any]:
    """Read once: reading a file takes a hundred times as long as all the rest."""
    return MappingProxyType(read_yaml(FILE))


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, Pattern[str]]:
    return {stage: re.compile(words) for stage, words in _situations()["stages"].items()}


def _facts_told(
    vocabulary: Mapping[str, ProjectFact], text: str
) -> Iterator[tuple[ProjectFact, str]]:
    """Facts with a value whose own words are in the text; a denied yes is a no."""
    for fact in vocabulary.values():
        said = {
            meant
            for value in fact.values
            for word in _words(fact, value)
            if word in text and (meant := _meant(fact, value, text[: text.index(word)]))
        }
        if len(said) == 1:
            yield fact, said.pop()


def _meant(fact: ProjectFact, value: str, before: str) -> str | None:
    """The value, or the other one when what stands before its word denies it."""
    if not _NOT.search(before):
        return value
    if fact.kind != "yes_no":
        return None
    return "no" if value == "yes" else "yes"


def _words(fact: ProjectFact, value: str) -> Iterator[str]:
    own = [re.sub(r"（[^）]*）", "", fact.choices[value])] if fact.choices else []
    for word in (*own, *fact.words.get(value, ()), *_also(fact.id, value)):
        if len(word) >= SHORTEST:
            yield normalise(word)


def _also(fact: str, value: str) -> Sequence[str]:
    words: Sequence[str] = _situations()["facts"].get(fact, {}).get(value, ())
    return words
