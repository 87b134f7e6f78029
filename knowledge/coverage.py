"""Which days the facts of a field cover: one that nothing covers is a fault of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from knowledge.schema import FACT_FIELDS, Material, Matter, Overlay, OverlayFacts, Place, Sourced

Keys = tuple[str | int, ...]
Found = tuple[Keys, str, str]  # where, what, what to do
Facts = Sequence[tuple[Keys, Sourced]]
DAY = timedelta(days=1)


def facts_of(matter: Matter) -> Iterator[tuple[Keys, Sourced]]:
    """Every fact of a matter with its way inside the file."""
    yield ("kind",), matter.kind
    yield ("summary",), matter.summary
    yield from _in_fields(matter, FACT_FIELDS)


def facts_of_overlay(overlay: Overlay) -> Iterator[tuple[Keys, Sourced]]:
    for part in ("add", "replace"):
        for keys, fact in _in_fields(getattr(overlay, part), OverlayFacts.__fields__):
            yield (part, *keys), fact


def _in_fields(record: object, fields: Iterable[str]) -> Iterator[tuple[Keys, Sourced]]:
    for field in fields:
        for index, fact in enumerate(getattr(record, field)):
            yield (field, index), fact


def uncovered_of_matter(matter: Matter, today: date) -> Iterator[Found]:
    """Facts of one field that hold in one place succeed each other. A matter whose kind has ended
    is retired: what it had may end. `today` in China."""
    if matter.kind.valid_to and matter.kind.valid_to < today:
        return
    yield from _uncovered(facts_of(matter), today, whole=matter.kind.holds_on(today))


def uncovered_of_overlay(overlay: Overlay, today: date) -> Iterator[Found]:
    """What a place adds may begin later: until then the wider rules hold."""
    yield from _uncovered(facts_of_overlay(overlay), today, whole=False)


def uncovered_of_place(place: Place, today: date) -> Iterator[Found]:
    targets = ((("targets", index), target) for index, target in enumerate(place.targets))
    yield from _uncovered(targets, today, whole=False)


def _uncovered(facts: Iterable[tuple[Keys, Sourced]], today: date, whole: bool) -> Iterator[Found]:
    groups: dict[tuple[Keys, str | None], list[tuple[Keys, Sourced]]] = {}
    papers: dict[tuple[Keys, str], list[tuple[Keys, Sourced]]] = {}
    for keys, fact in facts:
        field = keys if isinstance(keys[-1], str) else keys[:-1]
        groups.setdefault((field, fact.place), []).append((keys, fact))
        if isinstance(fact, Material):
            papers.setdefault((field, fact.name), []).append((keys, fact))
    for (_, place), group in groups.items():
        yield from _breaks(group, today)
        if whole and place is None:
            yield from _beginnings(group, today)
    for versions in papers.values():  # other materials do not stand in for one that changed
        if len(versions) > 1:
            yield from _gaps(versions)


def _breaks(facts: Facts, today: date) -> Iterator[Found]:
    """The gaps, and the end of what has ended without a successor."""
    yield from _gaps(facts)
    keys, last = max(facts, key=lambda one: one[1].valid_to or date.max)
    if last.valid_to is not None and last.valid_to < today:
        what = f"ended on {last.valid_to} and nothing follows"
        todo = "add what holds now, with `valid_from`, or remove the old one"
        yield (*keys, "valid_to"), what, todo


def _gaps(facts: Facts) -> Iterator[Found]:
    begins = sorted(fact.valid_from for _, fact in facts if fact.valid_from)
    for end, keys in {fact.valid_to: keys for keys, fact in facts if fact.valid_to}.items():
        after = end + DAY
        later = next((day for day in begins if day > after), None)
        if later and not any(fact.holds_on(after) for _, fact in facts):
            what = f"nothing holds from {after} to {later - DAY}"
            yield (*keys, "valid_to"), what, "let the next one begin on the day after"


def _beginnings(facts: Facts, today: date) -> Iterator[Found]:
    keys, first = min(facts, key=lambda one: one[1].valid_from or date.min)
    if first.valid_from is not None and first.valid_from > today:
        what = f"nothing holds before {first.valid_from}"
        yield (*keys, "valid_from"), what, "keep what holds until then, with `valid_to`"
