"""Places and their own rules: national < province < city < district, merged field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from knowledge.schema import Limit, Matter, Overlay, OverlayFacts, Place, Sourced
from knowledge.text import normalise

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


def targets_of(places: Places, place: str, day: date) -> list[Limit]:
    """How long the whole way of a project is to take in a place: of the narrowest level that says
    so, what held on the day. Each names its level as its `place`."""
    for level in chain(places, place)[::-1]:
        held = [target for target in places[level].targets if target.holds_on(day)]
        if held:
            return [target.copy(update={"place": places[level].name}) for target in held]
    return []


CITY = "city"  # the project fact that says where a project is
OUTSIDE = "outside"  # the city of a project in none of these places
_NOT_IN = re.compile(r"(?:(?<!在)不在|没在|(?<!是)不是在?)[^,，。;；!！?？]*")
_ABROAD = re.compile(r"外省|省外|外地的?项目")
# What may stand around a place in a message that says nothing else: “我们项目在沈北新区这边”.
_AROUND = re.compile(
    r"我们?|咱们?|俺们?|这个|项目|工程|公司|企业|厂[子区]?|工厂|地址|地点|位置|所在地?|位于|都?在|是|就"
    r"|这边|那边|这儿|这里|本地|市|省|区|县|新区|开发区|经开区|高新区|的|吧|呢|哈|啊|哦|嗯|好|了|也|[,，。.!！~\s]"
)
LONGEST = 20  # characters of a message that only says where


def place_in(places: Places, text: str) -> str | None:
    """The place that a message names, the narrowest one of several; not one that it rules out."""
    said = _NOT_IN.sub("", normalise(text))
    found = [(len(word), place) for word, place in _words(places) if word in said]
    return max(found)[1] if found else None


def names_outside(places: Places, text: str) -> bool:
    """Whether a message says that the project is in none of the provinces here."""
    said = normalise(text)
    ruled_out = "".join(_NOT_IN.findall(said))
    provinces = {place.id for place in places.values() if place.level == "province"}
    return bool(_ABROAD.search(said)) or any(
        word in ruled_out for word, place in _words(places) if place in provinces
    )


def only_a_place(places: Places, text: str) -> bool:
    """Whether a message says where the project is and nothing else."""
    if len(text) > LONGEST:
        return False
    said = normalise(text)
    if names_outside(places, text):
        return not _AROUND.sub("", _ABROAD.sub("", _NOT_IN.sub("", said)))
    rest = said
    for word, _ in sorted(_words(places), reverse=True, key=lambda one: len(one[0])):
        rest = rest.replace(word, "")
    return rest != said and not _AROUND.sub("", rest)


def _words(places: Places) -> list[tuple[str, str]]:
    """What people write for a place, with its id."""
    return [
        (_spelled(word), place.id)
        for place in places.values()
        for word in (place.name, *place.words)
    ]


_spelled = lru_cache(maxsize=4096)(normalise)  # the words of the register, for every message


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
