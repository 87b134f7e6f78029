"""Answers rendered from data: nothing is said that does not stand in a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from knowledge.conditions import describe
from knowledge.loader import Catalogue
from knowledge.recheck import is_due
from knowledge.schema import Fact, Material, Matter, Service, Source, Sourced, State
from knowledge.yaml_source import read_yaml

HERE = Path(__file__).parent
COUNTRY = "国家"
FORMS = {"original": "原件", "copy": "复印件", "electronic": "电子件"}


@dataclass(frozen=True)
class Group:
    """Lines that share a source; `note` names it."""

    note: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Section:
    label: str
    groups: Sequence[Group]
    numbered: bool = False


@dataclass(frozen=True)
class Answer:
    """What is said about one aspect of a matter, and everything needed to say it again."""

    text: str
    matter: str
    aspect: str
    catalogue_version: str
    day: date
    sources: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class _Part:
    """A section before it is laid out: a label's key and the facts under it."""

    label: str | None
    facts: Sequence[Sourced]
    numbered: bool = False


def render(catalogue: Catalogue, slug: str, aspect: str, day: date, language: str = "zh") -> Answer:
    """The answer to `aspect` of a matter with the facts that hold on `day` (China).

    Raises KeyError for an unknown matter or aspect.
    """
    matter = catalogue.matters[slug]
    words = headings()[language]
    all_parts = _parts(matter, aspect)
    parts = [_valid(part, day) for part in all_parts]
    facts = [fact for part in parts for fact in part.facts]
    sections = [_section(catalogue, words, part) for part in parts if part.facts]
    sections.extend(_neighbours(catalogue, words, matter) if aspect == "prerequisites" else [])
    text = _template().render(
        title=matter.name,
        heading=heading(catalogue, words, aspect),
        colon=words["colon"],
        sections=sections,
        remarks=[
            *([] if sections else [nothing_said(words, any(p.facts for p in all_parts), day)]),
            *remarks_on(catalogue, words, matter, facts, day),
        ],
        checked=words["checked"].format(day=matter.checked_on.isoformat()),
    )
    cited = tuple(dict.fromkeys(fact.source for fact in facts))
    return Answer(text.strip(), slug, aspect, catalogue.version, day, cited)


def _parts(matter: Matter, aspect: str) -> list[_Part]:
    """The fields an aspect is answered from, in reading order."""
    plain = {
        "materials": [_Part(None, matter.materials, numbered=True)],
        "conditions": [_Part(None, matter.conditions)],
        "process": [_Part(None, matter.process, numbered=True)],
        "time_limit": [
            _Part("statutory", matter.statutory_limits),
            _Part("promised", matter.promised_limits),
        ],
        "fee": [_Part(None, matter.fees)],
        "basis": [_Part(None, matter.basis)],
        "department": [_Part(None, matter.departments)],
        "result": [_Part(None, matter.results)],
        "prerequisites": [_Part(None, matter.prerequisites), _Part("services", matter.services)],
        "penalty": [_Part(None, matter.penalties)],
        "overview": [
            _Part(None, [matter.summary]),
            _Part("kind", [matter.kind]),
            _Part("department", matter.departments),
            _Part("statutory", matter.statutory_limits),
            _Part("result", matter.results[:1]),
            _Part(None, matter.notes),
        ],
    }
    return plain[aspect]


def _valid(part: _Part, day: date) -> _Part:
    return _Part(part.label, [fact for fact in part.facts if fact.holds_on(day)], part.numbered)


def _section(catalogue: Catalogue, words: dict[str, str], part: _Part) -> Section:
    by_note: dict[str, list[str]] = {}
    for fact in part.facts:
        by_note.setdefault(source_note(catalogue, fact), []).append(_line(catalogue, fact))
    groups = [Group(note, lines) for note, lines in by_note.items()]
    return Section(words[part.label] if part.label else "", groups, part.numbered)


def _line(catalogue: Catalogue, fact: Sourced) -> str:
    if isinstance(fact, Material):
        return material_line(catalogue, fact)
    if isinstance(fact, Service) and fact.matter:
        return f"{fact.text}（{catalogue.name(fact.matter)}）"
    assert isinstance(fact, Fact)
    return fact.text


def material_line(catalogue: Catalogue, material: Material) -> str:
    """One material with what is known of its form, copies, issuer, condition and shortcuts."""
    details = [FORMS[form] for form in material.forms]
    if material.copies:
        details.append(f"{material.copies}份")
    if material.issuer:
        details.append(f"由{material.issuer}出具")
    if material.when_text:
        details.append(material.when_text)
    elif material.when:
        details.append(describe(catalogue.vocabulary, material.when) + "提供")
    if material.shared_data:
        details.append("可数据共享，免提交")
    if material.commitment:
        details.append("可告知承诺")
    if material.deferrable:
        details.append("可容缺后补")
    if material.note:
        details.append(material.note)
    return material.name + (f"（{'，'.join(details)}）" if details else "")


def source_note(catalogue: Catalogue, fact: Sourced) -> str:
    """Where a fact comes from and how sure it is, in a few words."""
    source = catalogue.sources[fact.source_id]
    if fact.state is State.UNVERIFIED:
        return f"{fact.place}，未核实" if fact.place else "未核实"
    named = _named(source, fact.locator)
    if fact.state is State.EXAMPLE:
        return f"外地示例·{fact.place}，来源：{named}"
    return f"{fact.place or COUNTRY}规定，依据：{named}"


def _named(source: Source, locator: str) -> str:
    """A law and a numbered document by their short names, with the place in them."""
    if source.kind == "law":
        return f"《{source.id}》{locator}"
    return f"{source.number}{_in_words(locator)}" if source.number else source.short_title


def _in_words(paragraph: str) -> str:
    """二.3 → 第二部分第3条; what is no such pair stays as it is."""
    part, dot, number = paragraph.partition(".")
    if len(part) == 1:
        return f"第{part}部分" + (f"第{number}条" if dot else "")
    return paragraph


def _neighbours(catalogue: Catalogue, words: dict[str, str], matter: Matter) -> Iterable[Section]:
    for label, slugs in (
        ("before", matter.after),
        ("beside", matter.parallel),
        ("together", matter.merges),
    ):
        if slugs:
            names = [catalogue.name(slug) for slug in slugs]
            yield Section(words[label], [Group("", names)])


def heading(catalogue: Catalogue, words: dict[str, str], aspect: str) -> str:
    """The name of an aspect, with the day whose rules are told when that is not today."""
    told = words["then"].format(day=catalogue.day.isoformat()) if catalogue.day else ""
    return f"{words[aspect]}{told}"


def nothing_said(words: dict[str, str], at_other_times: bool, day: date) -> str:
    """Instead of an answer: the catalogue has nothing, or nothing of that day."""
    return words["nothing_then"].format(day=day.isoformat()) if at_other_times else words["nothing"]


def remarks_on(
    catalogue: Catalogue,
    words: dict[str, str],
    matter: Matter,
    facts: Sequence[Sourced],
    day: date,
) -> list[str]:
    """What must be said of the facts of an answer: whose they are, how sure, how old."""
    remarks = []
    today = catalogue.today or day
    undated = [fact for fact in facts if fact.since is None]
    if catalogue.day and any(day < (fact.checked_on or matter.checked_on) for fact in undated):
        remarks.append(words["undated"].format(day=day.isoformat()))
    if day > today:
        remarks.append(words["not_yet"].format(day=day.isoformat()))
    if any(fact.state is State.EXAMPLE for fact in facts):
        remarks.append(words["not_here"])
    if any(fact.state is State.UNVERIFIED for fact in facts):
        remarks.append(words["unsure"])
    checked = [
        fact.checked_on or matter.checked_on
        for fact in facts
        if is_due(catalogue, matter, fact, today)
    ]
    if checked:
        remarks.append(words["expired"].format(day=min(checked).isoformat()))
    return remarks


@cache
def headings() -> dict[str, dict[str, str]]:
    """Language → the words around the facts (knowledge/headings.yml)."""
    content: dict[str, dict[str, str]] = read_yaml(HERE / "headings.yml")
    return content


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # plain text; each channel escapes for itself
    )


@cache
def _template():  # type: ignore[no-untyped-def]
    return _environment().get_template("answer.j2")
