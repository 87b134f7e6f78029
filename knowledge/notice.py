"""The one-time notice (一次性告知书): everything one project has to know about one matter.

It is data; those who print it lay it out. Every statement points at a numbered source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from knowledge.checklist import Checklist, checklist
from knowledge.conditions import Need, Verdict, facts_in, statement
from knowledge.loader import Catalogue
from knowledge.render import FORMS, headings, nothing_said, remarks_on, source_note
from knowledge.schema import Fact, Material, Matter, ProjectFact, Sourced, State

TITLE = "一次性告知书"
LANGUAGE = "zh"
COUNTRY = "全国通用的规定"
SHORTCUTS = {
    "shared_data": "可数据共享，免提交",
    "commitment": "可告知承诺",
    "deferrable": "可容缺后补",
}
GROUPS = (
    (Need.NEEDED, "需要提交"),
    (Need.DEPENDS, "视情况提交"),
    (Need.NOT_NEEDED, "不需要提交"),
)
COUNTED = {"needed": "需要", "depends": "视情况", "not_needed": "不需要"}
SECTIONS: tuple[tuple[str, tuple[str, ...], bool], ...] = (  # title, fields, numbered
    ("到哪里办", ("departments",), False),
    ("办理条件", ("conditions",), False),
    ("办理流程", ("process",), True),
    ("法定时限", ("statutory_limits",), False),
    ("承诺时限", ("promised_limits",), False),
    ("收费", ("fees",), False),
    ("办理结果", ("results",), False),
    ("前置与衔接", ("prerequisites",), False),
)
FIELDS = ("materials", "applies_when", *(name for _, names, _ in SECTIONS for name in names))


@dataclass(frozen=True)
class Line:
    """A statement; `mark` points at its source and says when it is not this place's sure rule."""

    text: str
    mark: str


@dataclass(frozen=True)
class Paper:
    """One material of the checklist. `kind`: original, copy, electronic, and how many."""

    name: str
    reason: str
    kind: str
    issuer: str
    shortcuts: str
    note: str
    mark: str


@dataclass(frozen=True)
class Group:
    need: str
    title: str
    papers: Sequence[Paper]


@dataclass(frozen=True)
class Section:
    title: str
    lines: Sequence[Line]
    numbered: bool = False


@dataclass(frozen=True)
class Notice:
    """`facts` are the project's facts in words, `wanted` the names of those that would still decide
    something. `place` and `day` (China) are those whose rules it states."""

    matter: str
    name: str
    kind: str
    place: str
    day: str
    catalogue: str
    checked_on: str
    facts: Sequence[str]
    wanted: Sequence[str]
    applies: str
    groups: Sequence[Group]
    sections: Sequence[Section]
    remarks: Sequence[str]
    sources: Sequence[str]
    title: str = field(default=TITLE)

    @property
    def counts(self) -> str:
        """Such as “需要12项，视情况3项，不需要4项”."""
        said = [f"{COUNTED[g.need]}{len(g.papers)}项" for g in self.groups if g.papers]
        return "，".join(said) or "资料里还没有要件清单"


def compose_notice(catalogue: Catalogue, slug: str, facts: Mapping[str, str], day: date) -> Notice:
    """Raises KeyError for an unknown matter, UnknownFact for facts the vocabulary has not."""
    found = checklist(catalogue, slug, facts, day)
    matter, notes = found.matter, _Sources(catalogue)
    groups = [
        Group(need.value, title, [_paper(notes, m, v) for m, v in found.of(need)])
        for need, title in GROUPS
    ]
    sections = [_section(notes, matter, day, *section) for section in SECTIONS]
    sections.append(_neighbours(catalogue, matter))
    return Notice(
        matter=slug,
        name=matter.name,
        kind=matter.kind.text,
        place=catalogue.places[catalogue.place].name if catalogue.place else COUNTRY,
        day=day.isoformat(),
        catalogue=catalogue.version,
        checked_on=matter.checked_on.isoformat(),
        facts=[statement(catalogue.vocabulary[name], value) for name, value in facts.items()],
        wanted=_wanted(catalogue, found),
        applies=_applies(found),
        groups=groups,
        sections=[section for section in sections if section.lines],
        remarks=remarks_on(catalogue, headings()[LANGUAGE], matter, notes.cited, day),
        sources=notes.listed,
    )


def notice_from(said: Mapping[str, Any]) -> Notice:
    """A notice again from its plain data (`dataclasses.asdict`)."""
    groups = [
        Group(g["need"], g["title"], [Paper(**p) for p in g["papers"]]) for g in said["groups"]
    ]
    sections = [
        Section(s["title"], [Line(**line) for line in s["lines"]], s["numbered"])
        for s in said["sections"]
    ]
    return Notice(**{**said, "groups": groups, "sections": sections})


def deciding_facts(catalogue: Catalogue, slug: str) -> list[ProjectFact]:
    """The facts of a project that change this matter's notice."""
    matter = catalogue.matters[slug]
    conditions = [material.when for material in matter.materials]
    conditions += [part for rule in matter.applies_when for part in (rule.where, rule.when)]
    names = dict.fromkeys(name for one in conditions for name, _ in facts_in(one))
    return [catalogue.vocabulary[name] for name in names]


class _Sources:
    """Numbers the sources in the order in which they are cited."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._numbers: dict[str, int] = {}
        self.cited: list[Sourced] = []

    def mark(self, fact: Sourced) -> str:
        self.cited.append(fact)
        if fact.state is State.UNVERIFIED:
            return "未核实"
        number = self._numbers.setdefault(
            source_note(self._catalogue, fact), len(self._numbers) + 1
        )
        where = f"外地示例·{fact.place} " if fact.state is State.EXAMPLE else ""
        return f"{where}[{number}]"

    @property
    def listed(self) -> list[str]:
        return [f"[{number}] {note}" for note, number in self._numbers.items()]


def _paper(notes: _Sources, material: Material, verdict: Verdict) -> Paper:
    kinds = "、".join(FORMS[form] for form in material.forms)
    copies = f"{material.copies}份" if material.copies else ""
    return Paper(
        name=material.name,
        reason=verdict.reason,
        kind=f"{kinds}{copies}",
        issuer=material.issuer or "",
        shortcuts="；".join(said for key, said in SHORTCUTS.items() if getattr(material, key)),
        note=material.note or "",
        mark=notes.mark(material),
    )


def _section(
    notes: _Sources, matter: Matter, day: date, title: str, fields: Iterable[str], numbered: bool
) -> Section:
    facts: list[Fact] = [fact for name in fields for fact in getattr(matter, name)]
    lines = [Line(fact.text, notes.mark(fact)) for fact in facts if fact.holds_on(day)]
    nothing = nothing_said(headings()[LANGUAGE], bool(facts), day)
    return Section(title, lines or [Line(nothing, "")], numbered)


def _neighbours(catalogue: Catalogue, matter: Matter) -> Section:
    named = (
        ("一般先办", matter.after),
        ("可以同时办", matter.parallel),
        ("可合并办理", matter.merges),
    )
    lines = [
        Line(f"{said}：{'、'.join(catalogue.name(slug) for slug in slugs)}", "")
        for said, slugs in named
        if slugs
    ]
    return Section("相关事项", lines)


def _wanted(catalogue: Catalogue, found: Checklist) -> list[str]:
    verdicts = [verdict for _, verdict in found.materials]
    verdicts += [found.applies] if found.applies else []
    names = dict.fromkeys(name for verdict in verdicts for name in verdict.depends_on)
    return [catalogue.vocabulary[name].name for name in names]


def _applies(found: Checklist) -> str:
    if found.applies is None:
        return ""
    return {
        Need.NEEDED: f"本项目需要办理：{found.applies.reason}",
        Need.NOT_NEEDED: f"本项目不需要办理：{found.applies.reason}",
        Need.DEPENDS: f"本项目是否需要办理，还要看：{found.applies.reason}",
    }[found.applies.need]
