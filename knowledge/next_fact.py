"""Which fact of a project to ask for next: the one that decides most of what is open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from knowledge.comparisons import comparisons
from knowledge.conditions import (
    Facts,
    Need,
    Verdict,
    Vocabulary,
    facts_in,
    judge_material,
    judge_matter,
    plain,
)
from knowledge.schema import Applicability, Material, When


@dataclass(frozen=True)
class Item:
    """Something that may be needed: how to judge it, and the conditions it is judged by."""

    judge: Callable[[Facts], Verdict]
    conditions: Sequence[When]


def material_item(vocabulary: Vocabulary, material: Material) -> Item:
    return Item(lambda facts: judge_material(vocabulary, material, facts), [material.when])


def matter_item(vocabulary: Vocabulary, rules: Sequence[Applicability]) -> Item:
    conditions = [condition for rule in rules for condition in (rule.where, rule.when)]
    return Item(lambda facts: judge_matter(vocabulary, rules, facts), conditions)


def next_fact(
    vocabulary: Vocabulary, items: Iterable[Item], facts: Facts, not_known: Iterable[str]
) -> str | None:
    """The fact to ask for, None when no answer would change anything.

    `not_known`: facts of which somebody said that they do not know them; they are not asked again.
    The most deciding fact is the one whose values decide most items on average; between equals the
    one on which more items depend, then the one that stands first in the vocabulary.
    """
    open_items = [(item, set(item.judge(facts).depends_on)) for item in items]
    wanted = {name for _, names in open_items for name in names} - set(not_known)
    if not wanted:
        return None
    places = {name: place for place, name in enumerate(vocabulary)}

    def worth(name: str) -> tuple[float, int, int]:
        touched = [item for item, names in open_items if name in names]
        return _decided(vocabulary, name, touched, facts), len(touched), -places[name]

    return max(wanted, key=worth)


def _decided(vocabulary: Vocabulary, name: str, items: Sequence[Item], facts: Facts) -> float:
    """How many of the open items a value of the fact decides, on average over its values."""
    values = _sample_values(vocabulary, name, items)
    told = [{**facts, name: value} for value in values]
    decided = sum(item.judge(more).need is not Need.DEPENDS for more in told for item in items)
    return decided / len(told)


def _sample_values(vocabulary: Vocabulary, name: str, items: Sequence[Item]) -> Sequence[str]:
    """Every value of a choice; of a number one on each limit and one between any two."""
    fact = vocabulary[name]
    if fact.values:
        return fact.values
    limits = {Decimal(0)}
    for item in items:
        for condition in item.conditions:
            limits |= {
                comparison.limit
                for mentioned, wanted in facts_in(condition)
                if mentioned == name
                for text in (wanted if isinstance(wanted, list) else [wanted])
                for comparison in comparisons(text)
            }
    ordered = sorted(limits)
    between = [(low + high) / 2 for low, high in pairwise(ordered)]
    return [plain(number) for number in [*ordered, *between, ordered[-1] + 1]]
