"""What must hold across the catalogue before it may be published, beyond each file's schema."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from knowledge.coverage import (
    Keys,
    facts_of,
    facts_of_overlay,
    uncovered_of_matter,
    uncovered_of_overlay,
    uncovered_of_place,
)
from knowledge.loader import KNOWLEDGE, Catalogue, CatalogueBroken, load_catalogue
from knowledge.places import said
from knowledge.rehearsal import read_known
from knowledge.schema import Matter, Overlay, Place, Source, Sourced, State, Term
from knowledge.yaml_source import Problem, line_of

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
    for overlay in catalogue.overlays.values():
        found.extend(_check_overlay(catalogue, overlay))
    for place in catalogue.places.values():
        found.extend(_check_place(catalogue, place))
    for term in catalogue.terms.values():
        found.extend(_check_term(catalogue, term))
    for path in catalogue.paths.values():
        found.extend(_check_path(catalogue, path.id))
    found.extend(_check_days(catalogue, day))
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
    for keys, fact in facts_of(matter):
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
    for keys, fact in facts_of_overlay(overlay):
        yield from _check_source(catalogue, entry, keys, fact)
    wider = catalogue.at(catalogue.places[overlay.place].parent).matters[overlay.matter]
    for field, names in overlay.retire.items():
        there = {said(fact) for fact in getattr(wider, field, ())}
        for index, name in enumerate(names):
            if name not in there:
                what = f"nothing wider says `{name}`"
                todo = "write a material's name or the whole text of a wider fact"
                yield _at(catalogue, entry, ("retire", field, index), what, todo)


def _check_place(catalogue: Catalogue, place: Place) -> Iterator[Problem]:
    entry = f"Place:{place.id}"
    if place.parent is not None and place.parent not in catalogue.places:
        yield _at(catalogue, entry, ("parent",), f"no place `{place.parent}`", "name one above it")
    cities = catalogue.vocabulary["city"].choices if "city" in catalogue.vocabulary else {}
    if place.city is not None and place.city not in cities:
        todo = "use a value of the fact `city` in facts.yml"
        yield _at(catalogue, entry, ("city",), f"no city `{place.city}`", todo)
    for index, target in enumerate(place.targets):
        yield from _check_source(catalogue, entry, ("targets", index), target)


def _check_days(catalogue: Catalogue, day: date) -> Iterator[Problem]:
    """A day that nothing covers must not be found out by who asks about it."""
    for matter in catalogue.matters.values():
        for found in uncovered_of_matter(matter, day):
            yield _at(catalogue, f"Matter:{matter.id}", *found)
    for overlay in catalogue.overlays.values():
        for found in uncovered_of_overlay(overlay, day):
            yield _at(catalogue, f"Overlay:{overlay.id}", *found)
    for place in catalogue.places.values():
        for found in uncovered_of_place(place, day):
            yield _at(catalogue, f"Place:{place.id}", *found)
    for term in catalogue.terms.values():
        for keys, fact in _facts_of_term(term):
            if fact.valid_to and fact.valid_to < day:
                todo = "say what holds now, or remove it"
                what = f"ended on {fact.valid_to} and nothing follows"
                yield _at(catalogue, f"Term:{term.id}", (*keys, "valid_to"), what, todo)


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
    for keys, fact in _facts_of_term(term):
        yield from _check_source(catalogue, entry, keys, fact)
    for index, slug in enumerate(term.matters):
        if slug not in catalogue.matters:
            what = f"no matter `{slug}`"
            yield _at(catalogue, entry, ("matters", index), what, "name one that exists")


def _facts_of_term(term: Term) -> Iterator[tuple[Keys, Sourced]]:
    yield ("definition",), term.definition
    for index, fact in enumerate(term.more):
        yield ("more", index), fact


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
