"""What is wrong with the conditions of a catalogue: unknown facts and values, wrong operators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from knowledge.comparisons import NoComparison, comparisons
from knowledge.schema import (
    JOINING,
    NEGATING,
    Matter,
    Overlay,
    OverlayFacts,
    Path,
    PathMatter,
    ProjectFact,
    Wanted,
    When,
)

Keys = tuple[str | int, ...]
Fault = tuple[Keys, str, str]  # where in the entry, what is wrong, what to do
Vocabulary = Mapping[str, ProjectFact]


def faults_of_matter(vocabulary: Vocabulary, matter: Matter) -> Iterator[Fault]:
    yield from _faults_of(vocabulary, matter, ())


def faults_of_overlay(vocabulary: Vocabulary, overlay: Overlay) -> Iterator[Fault]:
    yield from _faults_of(vocabulary, overlay.add, ("add",))
    yield from _faults_of(vocabulary, overlay.replace, ("replace",))


def _faults_of(vocabulary: Vocabulary, said: Matter | OverlayFacts, at: Keys) -> Iterator[Fault]:
    for index, rule in enumerate(said.applies_when):
        keys: Keys = (*at, "applies_when", index)
        yield from condition_faults(vocabulary, rule.where, (*keys, "where"))
        yield from condition_faults(vocabulary, rule.when, (*keys, "when"))
    for index, material in enumerate(said.materials):
        keys = (*at, "materials", index, "when")
        yield from condition_faults(vocabulary, material.when, keys)


def faults_of_path(vocabulary: Vocabulary, path: Path) -> Iterator[Fault]:
    yield from condition_faults(vocabulary, path.when, ("when",))
    for stage_index, stage in enumerate(path.stages):
        for index, item in enumerate(stage.matters):
            if isinstance(item, PathMatter):
                keys: Keys = ("stages", stage_index, "matters", index, "when")
                yield from condition_faults(vocabulary, item.when, keys)


def condition_faults(vocabulary: Vocabulary, when: When, keys: Keys) -> Iterator[Fault]:
    """Everything in a condition that the vocabulary does not know."""
    for key, wanted in when.items():
        if key in JOINING:
            for index, item in enumerate(wanted):
                yield from condition_faults(vocabulary, item, (*keys, key, index))
        elif key == NEGATING:
            yield from condition_faults(vocabulary, wanted, (*keys, key))
        elif key not in vocabulary:
            yield (*keys, key), f"unknown project fact `{key}`", _instead(key, vocabulary)
        else:
            yield from _value_faults(vocabulary[key], wanted, (*keys, key))


def _instead(key: str, vocabulary: Vocabulary) -> str:
    near = get_close_matches(key, vocabulary, 1)
    meant = f"did you mean `{near[0]}`? else " if near else ""
    return f"{meant}use a fact of knowledge/facts.yml or add it there"


def _value_faults(fact: ProjectFact, wanted: Wanted, keys: Keys) -> Iterator[Fault]:
    for value in wanted if isinstance(wanted, list) else [wanted]:
        if fact.kind == "number":
            try:
                comparisons(value)
            except NoComparison:
                todo = 'write a number after >=, >, <= or <, such as ">=500" or ">=500, <5000"'
                yield keys, f"`{value}` is no comparison for `{fact.id}` ({fact.unit})", todo
        elif value not in fact.values:
            todo = f"use one of {', '.join(sorted(fact.values))}"
            yield keys, f"`{value}` is no value of `{fact.id}`", todo
