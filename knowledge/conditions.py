"""Conditions that compute: what a project's facts say about a `when`.

Three-valued: a condition holds, fails, or depends on facts that nobody has given. Telling one more
fact can only turn "depends" into one of the others; it never changes what is decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from itertools import combinations

from knowledge.comparisons import Comparison, comparisons
from knowledge.schema import (
    JOINING,
    NEGATING,
    Applicability,
    Material,
    Matter,
    ProjectFact,
    Wanted,
    When,
)

Vocabulary = Mapping[str, ProjectFact]
Facts = Mapping[str, str]
NUMBER = re.compile(r"\d{1,12}(\.\d{1,6})?")
ALWAYS = "所有项目都需要"
NOWHERE = "没有查到项目所在地的规定，请问当地窗口"


class Need(str, Enum):
    NEEDED = "needed"
    NOT_NEEDED = "not_needed"
    DEPENDS = "depends"  # on facts that nobody has given yet, or on what only a person can judge


NEED_IN_WORDS = {Need.NEEDED: "需要", Need.NOT_NEEDED: "不需要", Need.DEPENDS: "看情况"}


@dataclass(frozen=True)
class Verdict:
    """Whether something is needed and why; `depends_on` lists the facts still wanted."""

    need: Need
    reason: str
    depends_on: Sequence[str] = ()

    @property
    def said(self) -> str:
        """Such as “不需要：没有招标”."""
        return f"{NEED_IN_WORDS[self.need]}：{self.reason}"


class UnknownFact(ValueError):
    """A fact that is not in the vocabulary, or a value it cannot have."""


def check_facts(vocabulary: Vocabulary, facts: Facts) -> None:
    """Raises UnknownFact, saying what may be given instead."""
    for name, value in facts.items():
        fact = vocabulary.get(name)
        if fact is None:
            raise UnknownFact(f"没有叫 {name} 的项目情况。{instead_of(name, vocabulary)}")
        if fact.values and value not in fact.values:
            raise UnknownFact(f"{name}（{fact.name}）不能是 {value}；可以是：{values_said(fact)}")
        if fact.kind == "number" and not NUMBER.fullmatch(value):
            raise UnknownFact(f"{name}（{fact.name}）要一个数，单位{fact.unit}；{value} 不是")


def instead_of(name: str, vocabulary: Vocabulary) -> str:
    """The fact that was probably meant, or all there are."""
    near = get_close_matches(name, vocabulary, 1)
    if near:
        return f"您是不是要写 {near[0]}（{vocabulary[near[0]].name}）？"
    return "可以用：" + "、".join(f"{fact.id}（{fact.name}）" for fact in vocabulary.values())


def values_said(fact: ProjectFact) -> str:
    """Such as “yes（是）、no（否）”."""
    named = fact.choices or {"yes": "是", "no": "否"}
    return "、".join(f"{value}（{name}）" for value, name in named.items())


@dataclass(frozen=True)
class Finding:
    """What is known of a condition: its truth (None: open), the facts that decide it in words, and
    the facts that may still decide it."""

    truth: bool | None
    because: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


def find(vocabulary: Vocabulary, when: When, facts: Facts) -> Finding:
    """Evaluates a condition whose facts are all in the vocabulary."""
    return _all(_part(vocabulary, key, wanted, facts) for key, wanted in when.items())


def _part(vocabulary: Vocabulary, key: str, wanted: object, facts: Facts) -> Finding:
    if key in JOINING:
        assert isinstance(wanted, list)
        parts = [find(vocabulary, item, facts) for item in wanted]
        return _any(parts) if key == "any" else _all(parts)
    if key == NEGATING:
        assert isinstance(wanted, dict)
        return _not(find(vocabulary, wanted, facts))
    if key not in facts:
        return Finding(None, (), (key,))
    holds, said = _compare(vocabulary[key], wanted, facts[key])  # type: ignore[arg-type]
    return Finding(holds, (said,))


def _all(parts: Iterable[Finding]) -> Finding:
    found = list(parts)
    failed = next((part for part in found if part.truth is False), None)
    if failed:
        return failed
    undecided = [part for part in found if part.truth is None]
    if undecided:
        return Finding(None, (), _once(name for part in undecided for name in part.open))
    return Finding(True, _once(said for part in found for said in part.because))


def _any(parts: Iterable[Finding]) -> Finding:
    """By De Morgan: one that holds decides as one that fails does for all."""
    return _not(_all(_not(part) for part in parts))


def _not(found: Finding) -> Finding:
    truth = None if found.truth is None else not found.truth
    return Finding(truth, found.because, found.open)


def _once(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def _compare(fact: ProjectFact, wanted: Wanted, value: str) -> tuple[bool, str]:
    """Whether a told value is what is wanted, and what it is, in words."""
    if fact.kind == "number":
        return _compare_number(fact, wanted, Decimal(value))
    values = wanted if isinstance(wanted, list) else [wanted]
    return value in values, statement(fact, value)


def _compare_number(fact: ProjectFact, wanted: Wanted, value: Decimal) -> tuple[bool, str]:
    """A list holds when one of its items does; an item when all its comparisons do."""
    items = [comparisons(item) for item in (wanted if isinstance(wanted, list) else [wanted])]
    held = next((item for item in items if all(c.holds(value) for c in item)), None)
    decisive = (
        held if held is not None else [c for item in items for c in item if not c.holds(value)]
    )
    compared = "、".join(_side(c, value, fact) for c in decisive)
    return held is not None, f"{fact.name} {plain(value)} {fact.unit} {compared}"


def _side(comparison: Comparison, value: Decimal, fact: ProjectFact) -> str:
    sign = comparison.sign if comparison.holds(value) else comparison.opposite
    return f"{sign} {plain(comparison.limit)} {fact.unit}"


def plain(number: Decimal) -> str:
    """Without exponent and needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def statement(fact: ProjectFact, value: str) -> str:
    """A told fact as a statement: “土地取得方式是划拨”, “没有招标”, “总建筑面积 800 平方米”."""
    if fact.kind == "yes_no":
        return fact.if_yes if value == "yes" else fact.if_no
    if fact.kind == "choice":
        return f"{fact.name}是{fact.choices.get(value, value)}"
    return f"{fact.name} {plain(Decimal(value))} {fact.unit}"


def judge(vocabulary: Vocabulary, when: When, facts: Facts) -> Verdict:
    """Whether something under this condition is needed. The facts must have been checked."""
    if not when:
        return Verdict(Need.NEEDED, ALWAYS)
    return _verdict(vocabulary, find(vocabulary, when, facts))


def _verdict(vocabulary: Vocabulary, found: Finding) -> Verdict:
    if found.truth is None:
        return Verdict(Need.DEPENDS, _names(vocabulary, found.open), found.open)
    need = Need.NEEDED if found.truth else Need.NOT_NEEDED
    return Verdict(need, "，".join(found.because))


def _names(vocabulary: Vocabulary, facts: Iterable[str]) -> str:
    return "、".join(vocabulary[name].name for name in facts)


def judge_material(vocabulary: Vocabulary, material: Material, facts: Facts) -> Verdict:
    """A condition that cannot be computed (`when_text`) leaves the decision to the person."""
    verdict = judge(vocabulary, material.when, facts)
    if not material.when_text or verdict.need is Need.NOT_NEEDED:
        return verdict
    names = [_names(vocabulary, verdict.depends_on)] if verdict.depends_on else []
    return Verdict(Need.DEPENDS, "；".join([material.when_text, *names]), verdict.depends_on)


def judge_materials(
    vocabulary: Vocabulary, matter: Matter, facts: Facts
) -> list[tuple[Material, Verdict]]:
    """Each material of a matter with its verdict. Raises UnknownFact."""
    check_facts(vocabulary, facts)
    return [(m, judge_material(vocabulary, m, facts)) for m in matter.materials]


def judge_matter(vocabulary: Vocabulary, rules: Sequence[Applicability], facts: Facts) -> Verdict:
    """Whether a project needs a matter that has rules of applicability.

    One rule that holds is enough. Rules with a `where` that holds speak instead of those without;
    where no rule speaks, only the local window can tell.
    """
    groups = _groups(vocabulary, rules, facts)
    found = [_any(find(vocabulary, rule.when, facts) for rule in group) for group in groups]
    outcomes = {one.truth if group else None for group, one in zip(groups, found, strict=True)}
    if len(outcomes) == 1 and None not in outcomes:
        if outcomes.pop():
            return Verdict(Need.NEEDED, "，".join(found[0].because) or ALWAYS)
        said = _once(said for one in found for said in one.because)
        return Verdict(Need.NOT_NEEDED, "，".join(said))
    wheres = (find(vocabulary, rule.where, facts) for rule in rules)
    open_ = _once(name for one in (*wheres, *found) if one.truth is None for name in one.open)
    return Verdict(Need.DEPENDS, _names(vocabulary, open_) or NOWHERE, open_)


def speaking(
    vocabulary: Vocabulary, rules: Sequence[Applicability], facts: Facts
) -> list[Applicability]:
    """The rules that may speak for a project, as far as it is known."""
    said = {rule.text for group in _groups(vocabulary, rules, facts) for rule in group}
    return [rule for rule in rules if rule.text in said]


def _groups(
    vocabulary: Vocabulary, rules: Sequence[Applicability], facts: Facts
) -> list[list[Applicability]]:
    """Each set of rules that may turn out to be the ones that speak."""
    scope = {rule.text: find(vocabulary, rule.where, facts).truth for rule in rules if rule.where}
    certain = [rule for rule in rules if scope.get(rule.text, False)]
    maybe = [rule for rule in rules if rule.where and scope[rule.text] is None]
    default = [rule for rule in rules if not rule.where]
    return [
        [*certain, *chosen] or default
        for size in range(len(maybe) + 1)
        for chosen in combinations(maybe, size)
    ]


def facts_in(when: When) -> Iterator[tuple[str, Wanted]]:
    """Every fact that a condition mentions with what is wanted of it, however deep."""
    for key, wanted in when.items():
        if key in JOINING:
            for item in wanted:
                yield from facts_in(item)
        elif key == NEGATING:
            yield from facts_in(wanted)
        else:
            yield key, wanted


def describe(vocabulary: Vocabulary, when: When) -> str:
    """A condition in words, ending in 时."""
    return f"{_in_words(vocabulary, when)}时"


def _in_words(vocabulary: Vocabulary, when: When) -> str:
    return "且".join(_part_in_words(vocabulary, key, wanted) for key, wanted in when.items())


def _part_in_words(vocabulary: Vocabulary, key: str, wanted: object) -> str:
    if key in JOINING:
        assert isinstance(wanted, list)
        joiner = "，或者" if key == "any" else "，并且"
        return joiner.join(_in_words(vocabulary, item) for item in wanted)
    if key == NEGATING:
        assert isinstance(wanted, dict)
        return _without(vocabulary, wanted)
    return _fact_in_words(vocabulary[key], wanted)  # type: ignore[arg-type]


def _without(vocabulary: Vocabulary, when: When) -> str:
    """The opposite of a condition; of a single fact said by its other values."""
    if len(when) == 1:
        ((key, wanted),) = when.items()
        fact = vocabulary.get(key)
        if fact is not None and fact.kind != "number":
            named = wanted if isinstance(wanted, list) else [wanted]
            rest = [value for value in fact.values if value not in named]
            return _fact_in_words(fact, rest)
    return f"不属于“{_in_words(vocabulary, when)}”的情形"


def _fact_in_words(fact: ProjectFact, wanted: Wanted) -> str:
    values = wanted if isinstance(wanted, list) else [wanted]
    if fact.kind == "number":
        return "或".join(f"{fact.name}{'且'.join(_limits(fact, value))}" for value in values)
    told: Callable[[str], str] = (
        (lambda value: statement(fact, value))
        if fact.kind == "yes_no"
        else (lambda value: fact.choices.get(value, value))
    )
    return "或".join(told(value) for value in values)


def _limits(fact: ProjectFact, value: str) -> Iterator[str]:
    for comparison in comparisons(value):
        yield f"{comparison.in_words}{plain(comparison.limit)}{fact.unit}"
