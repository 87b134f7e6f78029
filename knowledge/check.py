"""What must hold across the catalogue before it may be published, beyond each file's schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from knowledge.loader import KNOWLEDGE, Catalogue, CatalogueBroken, load_catalogue
from knowledge.places import OVERLAY_FIELDS, said
from knowledge.rehearsal import read_known
from knowledge.schema import FACT_FIELDS, Matter, Overlay, Place, Source, Sourced, State, Term
from knowledge.yaml_source import Problem, line_of

Keys = tuple[str | int, ...]
CHINA = timezone(timedelta(hours=8))


def check_folder(folder: Path = KNOWLEDGE, today: date | None = None) -> list[Problem]:
    """Every problem of a knowledge folder that shows without a model. `today` in China."""
    try:
        catalogue = load_catalogue(folder)
    except CatalogueBroken as broken:
        return broken.problems
    return [*check_catalogue(catalogue, today), *read_known(folder, catalogue)[1]]


def check_catalogue(catalogue: Catalogue, today: date | None = None) -> list[Problem]:
    """Problems that only show when the parts are seen together."""
    day = today or datetime.now(CHINA).date()
    found: list[Problem] = []
    for matter in catalogue.matters.values():
        found.extend(_check_matter(catalogue, matter))
        found.extend(_check_expired(catalogue, matter, day))
    for overlay in catalogue.overlays.values():
        found.extend(_check_overlay(catalogue, overlay))
    for place in catalogue.places.values():
        found.extend(_check_place(catalogue, place))
    for term in catalogue.terms.values():
        found.extend(_check_term(catalogue, term))
    for path in catalogue.paths.values():
        found.extend(_check_path(catalogue, path.id))
    return found


def _at(catalogue: Catalogue, entry: str, keys: Keys, what: str, todo: str) -> Problem:
    file, where = catalogue.files[entry]
    return Problem(file, line_of(file, (*where, *keys)), what, todo, keys)


def _check_matter(catalogue: Catalogue, matter: Matter) -> Iterator[Problem]:
    entry = f"Matter:{matter.id}"
    file = catalogue.files[entry][0]
    if file.stem != matter.id:
        yield _at(catalogue, entry, ("id",), "id and file name differ", f"name it {matter.id}.yml")
    for field in ("after", "parallel", "merges"):
        for index, slug in enumerate(getattr(matter, field)):
            if slug not in catalogue.matters:
                yield _at(
                    catalogue, entry, (field, index), f"no matter `{slug}`", "name one that exists"
                )
    for keys, fact in _facts_of(matter):
        yield from _check_source(catalogue, entry, keys, fact)
    for index, service in enumerate(matter.services):
        if service.matter and service.matter not in catalogue.matters:
            what = f"no matter `{service.matter}`"
            keys = ("services", index, "matter")
            yield _at(catalogue, entry, keys, what, "name one that exists")
    yield from _check_questions(catalogue, matter)


def _check_overlay(catalogue: Catalogue, overlay: Overlay) -> Iterator[Problem]:
    entry = f"Overlay:{overlay.id}"
    file = catalogue.files[entry][0]
    if (file.parent.name, file.stem) != (overlay.place, overlay.matter):
        todo = f"move it to {overlay.place}/{overlay.matter}.yml"
        yield _at(catalogue, entry, ("matter",), "place or matter is not the file's", todo)
    for key, slug, known in (
        ("place", overlay.place, catalogue.places),
        ("matter", overlay.matter, catalogue.matters),
    ):
        if slug not in known:
            yield _at(catalogue, entry, (key,), f"no {key} `{slug}`", "name one that exists")
            return
    for part in ("add", "replace"):
        for field in OVERLAY_FIELDS:
            for index, fact in enumerate(getattr(getattr(overlay, part), field)):
                yield from _check_source(catalogue, entry, (part, field, index), fact)
    wider = catalogue.at(catalogue.places[overlay.place].parent).matters[overlay.matter]
    for field, names in overlay.retire.items():
        there = {said(fact) for fact in getattr(wider, field, ())}
        for index, name in enumerate(names):
            if name not in there:
                todo = "write a material's name or the whole text of a wider fact"
                keys: Keys = ("retire", field, index)
                yield _at(catalogue, entry, keys, f"nothing wider says `{name}`", todo)


def _check_place(catalogue: Catalogue, place: Place) -> Iterator[Problem]:
    entry = f"Place:{place.id}"
    if place.parent is not None and place.parent not in catalogue.places:
        yield _at(catalogue, entry, ("parent",), f"no place `{place.parent}`", "name one above it")
    cities = catalogue.vocabulary["city"].choices if "city" in catalogue.vocabulary else {}
    if place.city is not None and place.city not in cities:
        todo = "use a value of the fact `city` in facts.yml"
        yield _at(catalogue, entry, ("city",), f"no city `{place.city}`", todo)


def _facts_of(matter: Matter) -> Iterator[tuple[Keys, Sourced]]:
    yield ("kind",), matter.kind
    yield ("summary",), matter.summary
    for field in FACT_FIELDS:
        for index, fact in enumerate(getattr(matter, field)):
            yield (field, index), fact


def _check_expired(catalogue: Catalogue, matter: Matter, day: date) -> Iterator[Problem]:
    """What has ended must have a successor, or an answer about today would say nothing.

    Facts of one field that hold in one place succeed each other. A matter whose kind has ended is
    retired: what it had may end.
    """
    if not matter.kind.holds_on(day):
        return
    groups: dict[tuple[str | int, str | None], list[tuple[Keys, Sourced]]] = {}
    for keys, fact in _facts_of(matter):
        groups.setdefault((keys[0], fact.place), []).append((keys, fact))
    for facts in groups.values():
        keys, last = max(facts, key=lambda one: one[1].valid_to or date.max)
        if last.valid_to is not None and last.valid_to < day:
            what = f"ended on {last.valid_to} and nothing follows"
            todo = "add what holds now, with `valid_from`, or remove the old one"
            yield _at(catalogue, f"Matter:{matter.id}", (*keys, "valid_to"), what, todo)


def _check_source(catalogue: Catalogue, entry: str, keys: Keys, fact: Sourced) -> Iterator[Problem]:
    source = catalogue.sources.get(fact.source_id)
    where = (*keys, "source")
    if source is None:
        todo = "register it in knowledge/sources or name another"
        yield _at(catalogue, entry, where, f"no source `{fact.source_id}`", todo)
    elif fact.state is State.VERIFIED and not _was_read(source, fact):
        todo = "name an article that was read, or call the fact unverified"
        what = f"article `{fact.locator}` of {source.id} was not read"
        yield _at(catalogue, entry, where, what, todo)
    if fact.valid_from and fact.valid_to and fact.valid_from > fact.valid_to:
        yield _at(catalogue, entry, (*keys, "valid_to"), "ends before it begins", "mend the dates")


def _was_read(source: Source, fact: Sourced) -> bool:
    """Of a law the very article must have been read; other sources were read where they say."""
    return source.kind != "law" or fact.locator in source.articles


def _check_questions(catalogue: Catalogue, matter: Matter) -> Iterator[Problem]:
    seen = set()
    for index, question in enumerate(matter.questions):
        if question.text in seen:
            keys = ("questions", index)
            yield _at(catalogue, f"Matter:{matter.id}", keys, "asked twice", "remove one")
        seen.add(question.text)


def _check_term(catalogue: Catalogue, term: Term) -> Iterator[Problem]:
    entry = f"Term:{term.id}"
    facts: Iterable[tuple[Keys, Sourced]] = [
        (("definition",), term.definition),
        *((("more", index), fact) for index, fact in enumerate(term.more)),
    ]
    for keys, fact in facts:
        yield from _check_source(catalogue, entry, keys, fact)
    for index, slug in enumerate(term.matters):
        if slug not in catalogue.matters:
            what = f"no matter `{slug}`"
            yield _at(catalogue, entry, ("matters", index), what, "name one that exists")


def _check_path(catalogue: Catalogue, path_id: str) -> Iterator[Problem]:
    entry = f"Path:{path_id}"
    path = catalogue.paths[path_id]
    if path.source.partition("#")[0] not in catalogue.sources:
        yield _at(catalogue, entry, ("source",), f"no source `{path.source}`", "register it")
    for stage_index, stage in enumerate(path.stages):
        for index, item in enumerate(stage.matters):
            slug = item if isinstance(item, str) else item.matter
            keys: Keys = ("stages", stage_index, "matters", index)
            if slug not in catalogue.matters:
                yield _at(catalogue, entry, keys, f"no matter `{slug}`", "name one that exists")
