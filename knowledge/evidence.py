"""What an answer was rendered from, as plain data that outlives the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from knowledge.conditions import describe
from knowledge.differences import Difference, field_differences, plain
from knowledge.loader import Catalogue
from knowledge.schema import Matter, Path, PathMatter, Sourced, Term

NEIGHBOURS = ("after", "parallel", "merges")
FIELDS: dict[str, tuple[str, ...]] = {
    "overview": ("summary", "kind", "departments", "statutory_limits", "results", "notes"),
    "materials": ("materials", "applies_when"),
    "conditions": ("conditions", "applies_when"),
    "process": ("process",),
    "time_limit": ("statutory_limits", "promised_limits"),
    "fee": ("fees",),
    "basis": ("basis",),
    "department": ("departments",),
    "result": ("results",),
    "prerequisites": ("prerequisites", "services", *NEIGHBOURS),
    "penalty": ("penalties",),
}


@dataclass(frozen=True)
class _Wanted:
    catalogue: Catalogue = field(compare=False, repr=False)
    version: str
    matter: str
    fields: tuple[str, ...]
    day: date


def evidence(catalogue: Catalogue, slug: str, fields: Iterable[str], day: date) -> str:
    """JSON of the facts of these fields of a matter that hold on a day: the matter's name, the
    facts by field, the titles of their sources."""
    wanted = tuple(dict.fromkeys(fields))
    version = f"{catalogue.version}@{catalogue.place}@{catalogue.day}"
    return _evidence(_Wanted(catalogue, version, slug, wanted, day))


def fields_of(aspects: Iterable[str]) -> list[str]:
    """The fields that answers to these aspects are rendered from."""
    return [name for aspect in aspects for name in FIELDS[aspect]]


def term_evidence(catalogue: Catalogue, term: str) -> str:
    """The same for a term of the reform."""
    found = catalogue.terms[term]
    facts = _term_facts(found)
    content = {
        "term": term,
        "name": found.name,
        "fields": facts,
        "sources": _cited(catalogue, facts),
    }
    return json.dumps(content, ensure_ascii=False)


def _term_facts(term: Term) -> dict[str, Any]:
    return {"definition": plain(term.definition), "more": [plain(fact) for fact in term.more]}


def term_changes(
    catalogue: Catalogue, term: str, name: str, told: dict[str, Any]
) -> list[Difference]:
    """How what was told of a term differs from this catalogue."""
    found = catalogue.terms.get(term)
    if found is None:
        return [Difference("id", "名词", name, None)]
    now = _term_facts(found)
    return [
        difference
        for key, before in told.items()
        for difference in field_differences(key, before, now.get(key), catalogue.vocabulary)
    ]


def path_evidence(catalogue: Catalogue, path: str) -> str:
    """The same for the path of a kind of project."""
    found = catalogue.paths[path]
    source = found.source.partition("#")[0]
    content = {
        "path": path,
        "name": found.name,
        "fields": _path_facts(catalogue, found),
        "sources": {source: catalogue.sources[source].short_title},
    }
    return json.dumps(content, ensure_ascii=False)


def _path_facts(catalogue: Catalogue, path: Path) -> dict[str, Any]:
    return {
        "stages": [
            f"{stage.name}：{'、'.join(_of_path(catalogue, item) for item in stage.matters)}"
            for stage in path.stages
        ]
    }


def _of_path(catalogue: Catalogue, item: str | PathMatter) -> str:
    if isinstance(item, str):
        return catalogue.name(item)
    when = f"（{describe(catalogue.vocabulary, item.when)}）" if item.when else ""
    return f"{catalogue.name(item.matter)}{when}"


def path_changes(
    catalogue: Catalogue, path: str, name: str, told: dict[str, Any]
) -> list[Difference]:
    """How what was told of a path differs from this catalogue."""
    found = catalogue.paths.get(path)
    if found is None:
        return [Difference("id", "办理路径", name, None)]
    now = _path_facts(catalogue, found)
    return list(field_differences("stages", told["stages"], now["stages"], catalogue.vocabulary))


def _cited(catalogue: Catalogue, facts: dict[str, Any]) -> dict[str, str]:
    """The titles of the sources that facts point at."""
    cited = {
        item["source"].partition("#")[0]
        for items in facts.values()
        for item in (items if isinstance(items, list) else [items])
        if isinstance(item, dict) and "source" in item
    }
    return {one: catalogue.sources[one].short_title for one in sorted(cited)}


@lru_cache(maxsize=4096)
def _evidence(wanted: _Wanted) -> str:
    catalogue, matter = wanted.catalogue, wanted.catalogue.matters[wanted.matter]
    held = {name: facts_of(catalogue, matter, name, wanted.day) for name in wanted.fields}
    facts = {name: told for name, told in held.items() if told is not None}
    content = {"name": matter.name, "fields": facts, "sources": _cited(catalogue, facts)}
    return json.dumps(content, ensure_ascii=False)


def facts_of(catalogue: Catalogue, matter: Matter, name: str, day: date) -> Any:
    """One field of a matter as plain data: the facts that hold on the day."""
    value = getattr(matter, name)
    if name in NEIGHBOURS:
        return [catalogue.name(slug) for slug in value]
    if isinstance(value, list):
        return [
            plain(item) for item in value if not isinstance(item, Sourced) or item.holds_on(day)
        ]
    if isinstance(value, Sourced):
        return plain(value) if value.holds_on(day) else None
    return value


def changes(
    catalogue: Catalogue, slug: str, name: str, told: dict[str, Any], day: date
) -> list[Difference]:
    """How the facts that were told (the `fields` of an evidence) differ from those that hold on
    `day` in this catalogue. `name` is what the matter was called then."""
    matter = catalogue.matters.get(slug)
    if matter is None:
        return [Difference("id", "事项", name, None)]
    return [
        difference
        for field_name, before in told.items()
        for difference in field_differences(
            field_name,
            before,
            facts_of(catalogue, matter, field_name, day) if field_name in FACT_NAMES else None,
            catalogue.vocabulary,
        )
    ]


FACT_NAMES = frozenset(Matter.__fields__)
