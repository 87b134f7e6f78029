"""Places and their own rules: national < province < city < district, merged field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from knowledge.schema import Matter, Overlay, OverlayFacts, Place, Sourced

OVERLAY_FIELDS = tuple(OverlayFacts.__fields__)
Places = Mapping[str, Place]
Overlays = Mapping[str, Overlay]


def chain(places: Places, place: str) -> list[str]:
    """The place and those around it, the widest first. KeyError for an unknown place."""
    found = []
    around: str | None = place
    while around is not None:
        found.append(around)
        around = places[around].parent
    return found[::-1]


def merged(places: Places, overlays: Overlays, matter: Matter, place: str) -> Matter:
    """The matter as it stands in a place. What a level adds or replaces names it as its `place`."""
    for level in chain(places, place):
        overlay = overlays.get(f"{level}/{matter.id}")
        if overlay is not None:
            matter = _laid_over(matter, overlay, places[level].name)
    return matter


def _laid_over(matter: Matter, overlay: Overlay, place: str) -> Matter:
    changed: dict[str, Any] = {}
    for field in OVERLAY_FIELDS:
        before = getattr(matter, field)
        replacing, adding = getattr(overlay.replace, field), getattr(overlay.add, field)
        retired = set(overlay.retire.get(field, ()))
        kept = [] if replacing else [fact for fact in before if said(fact) not in retired]
        own = [fact.copy(update={"place": place}) for fact in (*replacing, *adding)]
        if own or len(kept) != len(before):
            changed[field] = [*own, *kept]
    return matter.copy(update=changed)


def said(fact: Sourced) -> str:
    """What identifies a fact inside its field: a material's name, else the text."""
    return str(getattr(fact, "name", None) or getattr(fact, "text", ""))


def place_in(places: Places, text: str) -> str | None:
    """The place that a message names, the narrowest one of several."""
    words = [(word, place) for place in places.values() for word in (place.name, *place.words)]
    found = [(len(word), place.id) for word, place in words if word in text.casefold()]
    return max(found)[1] if found else None


def places_apart(
    places: Places, overlays: Overlays, matter: str, fields: tuple[str, ...], here: str | None
) -> Iterator[Place]:
    """The places inside `here` (None: the country) that have rules of their own in these fields."""
    for place in places.values():
        overlay = overlays.get(f"{place.id}/{matter}")
        if overlay is None or (here and here not in chain(places, place.id)[:-1]):
            continue
        parts = (overlay.add, overlay.replace)
        if any(getattr(part, field) for part in parts for field in fields) or any(
            overlay.retire.get(field) for field in fields
        ):
            yield place
