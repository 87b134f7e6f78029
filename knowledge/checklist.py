"""What one project needs for a matter: whether the matter itself, and which of its materials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.conditions import (
    Facts,
    Need,
    Verdict,
    check_facts,
    facts_in,
    judge_material,
    judge_matter,
    speaking,
    statement,
)
from knowledge.loader import Catalogue
from knowledge.next_fact import Item, material_item, matter_item
from knowledge.places import CITY
from knowledge.render import (
    Answer,
    heading,
    headings,
    material_line,
    nothing_said,
    remarks_on,
    source_note,
)
from knowledge.schema import Applicability, Material, Matter, Sourced

Judged = tuple[Material, Verdict]


@dataclass(frozen=True)
class Checklist:
    """`applies` is None where the catalogue has no rule for it."""

    matter: Matter
    day: date
    facts: Facts
    applies: Verdict | None
    rules: Sequence[Applicability]
    materials: Sequence[Judged]

    def of(self, need: Need) -> list[Judged]:
        return [(material, verdict) for material, verdict in self.materials if verdict.need is need]


def checklist(catalogue: Catalogue, slug: str, facts: Facts, day: date) -> Checklist:
    """Judges a matter and its materials for one project with what holds on `day` (China).

    Raises KeyError for an unknown matter, UnknownFact for facts that the vocabulary has not.
    """
    matter, vocabulary = catalogue.matters[slug], catalogue.vocabulary
    facts = _with_city(catalogue, facts)
    check_facts(vocabulary, facts)
    rules = _rules(matter, day)
    return Checklist(
        matter=matter,
        day=day,
        facts=facts,
        applies=judge_matter(vocabulary, rules, facts) if rules else None,
        rules=speaking(vocabulary, rules, facts),
        materials=[(m, judge_material(vocabulary, m, facts)) for m in _materials(matter, day)],
    )


def _with_city(catalogue: Catalogue, facts: Facts) -> Facts:
    """A project that is judged by the rules of a city is there."""
    city = catalogue.places[catalogue.place].city if catalogue.place else None
    known = catalogue.vocabulary.get(CITY)
    if known is None or city not in known.choices:
        return facts
    return {CITY: city, **facts}


def _rules(matter: Matter, day: date) -> list[Applicability]:
    return [rule for rule in matter.applies_when if rule.holds_on(day)]


def _materials(matter: Matter, day: date) -> list[Material]:
    return [material for material in matter.materials if material.holds_on(day)]


def open_materials(catalogue: Catalogue, slug: str, day: date) -> list[Item]:
    """The materials of a matter as items to decide."""
    materials = _materials(catalogue.matters[slug], day)
    return [material_item(catalogue.vocabulary, m) for m in materials if m.when]


def open_applicability(catalogue: Catalogue, slug: str, day: date) -> list[Item]:
    """Whether the matter is needed, as an item to decide; none without rules."""
    rules = _rules(catalogue.matters[slug], day)
    return [matter_item(catalogue.vocabulary, rules)] if rules else []


def render_checklist(
    catalogue: Catalogue, found: Checklist, registered: Iterable[str] = (), language: str = "zh"
) -> Answer:
    """The whole list in words. `registered`: facts that the platform told, not the person."""
    words = headings()[language]
    lines = [f"【{found.matter.name}】{heading(catalogue, words, 'materials')}"]
    lines += (
        [f"{words['project']}{words['colon']}{known}"]
        if (known := known_in_words(catalogue, found, registered))
        else []
    )
    cited: list[Sourced] = []
    if found.applies is not None and found.applies.need is Need.NOT_NEEDED:
        lines += applicability_lines(catalogue, found, words)
        lines.append(f"{words['otherwise']}{words['colon']}")
        cited += found.rules
    needed = found.of(Need.NEEDED)
    if needed:
        lines.append(f"{words['needed'].format(count=len(needed))}{words['colon']}")
        lines += _needed_lines(catalogue, needed)
    for need, label in ((Need.DEPENDS, "depends"), (Need.NOT_NEEDED, "not_needed")):
        judged = found.of(need)
        if judged:
            lines.append(f"{words[label].format(count=len(judged))}{words['colon']}")
            lines += [
                f"· {_detailed(catalogue, m)}——{verdict.said}（{source_note(catalogue, m)}）"
                for m, verdict in judged
            ]
    cited += [material for material, _ in found.materials]
    if not found.materials:
        lines.append(nothing_said(words, bool(found.matter.materials), found.day))
    lines += remarks_on(catalogue, words, found.matter, cited, found.day)
    lines.append(words["checked"].format(day=found.matter.checked_on.isoformat()))
    sources = tuple(dict.fromkeys(fact.source for fact in cited))
    return Answer(
        "\n".join(lines), found.matter.id, "materials", catalogue.version, found.day, sources
    )


def known_in_words(catalogue: Catalogue, found: Checklist, registered: Iterable[str]) -> str:
    """The facts that this matter's conditions use, each with where it comes from."""
    platform = set(registered)
    used = _used(found.matter)
    return "；".join(
        statement(catalogue.vocabulary[name], value)
        + ("（根据平台登记）" if name in platform else "")
        for name, value in found.facts.items()
        if name in used
    )


def _used(matter: Matter) -> set[str]:
    conditions = [m.when for m in matter.materials]
    conditions += [c for rule in matter.applies_when for c in (rule.where, rule.when)]
    return {name for condition in conditions for name, _ in facts_in(condition)}


def applicability_lines(
    catalogue: Catalogue, found: Checklist, words: dict[str, str]
) -> Iterator[str]:
    """Whether the project needs the matter, and the rules that say so."""
    if found.applies is None:
        return
    yield f"{words['applies']}{words['colon']}{found.applies.said}"
    for rule in found.rules:
        yield f"· {rule.text}（{source_note(catalogue, rule)}）"


def _needed_lines(catalogue: Catalogue, needed: Sequence[Judged]) -> Iterator[str]:
    """Numbered, those of one source together."""
    by_note: dict[str, list[Judged]] = {}
    for material, verdict in needed:
        by_note.setdefault(source_note(catalogue, material), []).append((material, verdict))
    number = 0
    for note, judged in by_note.items():
        for material, verdict in judged:
            number += 1
            why = f"——{verdict.said}" if material.when else ""
            alone = f"（{note}）" if len(judged) == 1 else ""
            yield f"{number}. {_detailed(catalogue, material)}{why}{alone}"
        if len(judged) > 1:
            yield f"（以上{len(judged)}项：{note}）"


def _detailed(catalogue: Catalogue, material: Material) -> str:
    """A material with its details; its condition is said by the verdict."""
    return material_line(catalogue, material.copy(update={"when": {}, "when_text": None}))
