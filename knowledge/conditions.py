"""Conditions that compute: what a project's facts say about a `when`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from knowledge.schema import Material, Matter, ProjectFact, Wanted

COMPARISON = re.compile(r"^(>=|<=|>|<)\s*(\d+(?:\.\d+)?)$")
WORDS = {">=": "不少于", "<=": "不超过", ">": "大于", "<": "小于"}
Vocabulary = Mapping[str, ProjectFact]
Facts = Mapping[str, str]


class Need(str, Enum):
    NEEDED = "needed"
    NOT_NEEDED = "not_needed"
    DEPENDS = "depends"  # on facts that nobody has given yet


@dataclass(frozen=True)
class Verdict:
    """Whether something is needed and why; `depends_on` lists the facts still wanted."""

    need: Need
    reason: str
    depends_on: Sequence[str] = ()


class UnknownFact(ValueError):
    """A fact that is not in the vocabulary, or a value it cannot have."""


def check_facts(vocabulary: Vocabulary, facts: Facts) -> None:
    """Raises UnknownFact, saying what may be given instead."""
    for name, value in facts.items():
        known = vocabulary.get(name)
        if known is None:
            raise UnknownFact(f"unknown fact `{name}`; known: {', '.join(sorted(vocabulary))}")
        allowed = {"yes_no": ["yes", "no"], "choice": list(known.choices)}.get(known.kind)
        if allowed is not None and value not in allowed:
            raise UnknownFact(f"`{name}` cannot be `{value}`; use one of {', '.join(allowed)}")
        if known.kind == "number" and not re.fullmatch(r"\d+(\.\d+)?", value):
            raise UnknownFact(f"`{name}` is a number ({known.unit}); `{value}` is none")


def judge(vocabulary: Vocabulary, when: Mapping[str, Wanted], facts: Facts) -> Verdict:
    """Needed when all conditions hold, not needed when one fails, else it depends."""
    if not when:
        return Verdict(Need.NEEDED, "所有项目都需要")
    missing = [name for name in when if name not in facts]
    for name, wanted in when.items():
        if name in facts and not _holds(wanted, facts[name]):
            return Verdict(Need.NOT_NEEDED, f"仅{describe(vocabulary, {name: wanted})}需要")
    if missing:
        return Verdict(Need.DEPENDS, f"{describe(vocabulary, when)}需要", tuple(missing))
    return Verdict(Need.NEEDED, f"因为{describe(vocabulary, when).removesuffix('时')}")


def judge_materials(
    vocabulary: Vocabulary, matter: Matter, facts: Facts
) -> list[tuple[Material, Verdict]]:
    """Each material of a matter with its verdict. Raises UnknownFact."""
    check_facts(vocabulary, facts)
    return [(m, _with_remark(m, judge(vocabulary, m.when, facts))) for m in matter.materials]


def _with_remark(material: Material, verdict: Verdict) -> Verdict:
    """A condition that cannot be computed leaves the decision to the person."""
    if material.when_text and verdict.need is not Need.NOT_NEEDED:
        return Verdict(Need.DEPENDS, material.when_text, verdict.depends_on)
    return verdict


def describe(vocabulary: Vocabulary, when: Mapping[str, Wanted]) -> str:
    """A condition in words, ending in 时."""
    return "且".join(_in_words(vocabulary[name], wanted) for name, wanted in when.items()) + "时"


def _in_words(fact: ProjectFact, wanted: Wanted) -> str:
    values = wanted if isinstance(wanted, list) else [wanted]
    subject = fact.question.rstrip("？")
    if fact.kind == "yes_no":
        return subject.replace("是否", "" if values == ["yes"] else "不", 1)
    if fact.kind == "choice":
        return "或".join(fact.choices.get(value, value) for value in values)
    return "、".join(_comparison_in_words(fact, value) for value in values)


def _comparison_in_words(fact: ProjectFact, value: str) -> str:
    subject = fact.question.partition("大约")[0]
    compared = COMPARISON.match(value)
    said = f"{WORDS[compared[1]]}{compared[2]}" if compared else f"为{value}"
    return f"{subject}{said}{fact.unit or ''}"


def _holds(wanted: Wanted, value: str) -> bool:
    if isinstance(wanted, list):
        return value in wanted
    compared = COMPARISON.match(wanted)
    if not compared:
        return value == wanted
    limit, number = float(compared[2]), float(value)
    return {
        ">=": number >= limit,
        "<=": number <= limit,
        ">": number > limit,
        "<": number < limit,
    }[compared[1]]
