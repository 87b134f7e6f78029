"""Whose rules hold: the place somebody named, the project's city, or that of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.model.conversation import Button
from bot.model.reply import TO_STEWARD, Reply
from bot.model.understanding import Aspect
from bot.services.ask_facts import QUESTION, Asking
from bot.services.project_facts import SLOT, ProjectFacts
from knowledge.evidence import fields_of
from knowledge.loader import Catalogue
from knowledge.places import (
    CITY,
    OUTSIDE,
    OVERLAY_FIELDS,
    chain,
    names_outside,
    only_a_place,
    place_in,
    places_apart,
)
from knowledge.schema import Place
from knowledge.told_facts import UNKNOWN, Told

PLACE = "place"  # the slot for a place named more narrowly than that
NAMED = 3  # places that the question names


def here(
    catalogue: Catalogue,
    text: str,
    remembered: str | None,
    project: ProjectFacts,
    default: str | None,
) -> tuple[str | None, ProjectFacts]:
    """The place whose rules hold, and what is known of the project with the city that the message
    names. `remembered` is the place of an earlier message, `default` that of the installation,
    whose projects are taken to be there."""
    told = city_named(catalogue, text)
    if told is not None:
        project = project.with_told(told)
    named = place_in(catalogue.places, text) or remembered
    place = place_of(catalogue, project.known, named, default)
    if place is not None and CITY not in project.known:
        project = project.with_told(_as_fact(catalogue, catalogue.places[place].city))
    return place, project


def city_named(catalogue: Catalogue, text: str) -> Told | None:
    """The city that a message names, as a fact of the project."""
    named = place_in(catalogue.places, text)
    city = catalogue.places[named].city if named else None
    if city is None and names_outside(catalogue.places, text):
        city = OUTSIDE
    return _as_fact(catalogue, city)


def place_told(
    catalogue: Catalogue, slots: Mapping[str, Any], text: str
) -> tuple[Asking, Told] | None:
    """A message that says where the project is and nothing else, with the question under
    discussion, which it answers anew; without a matter there is none."""
    told = city_named(catalogue, text) if only_a_place(catalogue.places, text) else None
    if told is None:
        return None
    matter = None if slots.get("offer") else slots.get("matter")
    aspect = slots.get("aspect") if matter else None
    return Asking(f"ask_{aspect or Aspect.OVERVIEW.value}", matter), told


def place_noted(catalogue: Catalogue, place: str | None, project: ProjectFacts) -> Reply:
    """What somebody hears who said where the project is before asking anything."""
    if place is None:
        said = "记下了：项目不在辽宁。我按国家规定答复，当地的规定请向当地窗口确认。"
    else:
        wider = [catalogue.places[one].name for one in chain(catalogue.places, place)[:-1]]
        rest = "和".join([*wider, "国家"])
        name = catalogue.places[place].name
        said = f"记下了：按{name}的规定答复；{name}没有单独规定的，按{rest}的规定。"
    text = f"{said}请问您要办哪个事项、想了解什么？"
    return Reply(text, (TO_STEWARD,), {SLOT: project.as_slot(), PLACE: place})


def place_of(
    catalogue: Catalogue, facts: Mapping[str, str], named: str | None, default: str | None
) -> str | None:
    """The place whose rules hold: the one named, unless the project is in another city; None for
    the country."""
    city, places = facts.get(CITY), catalogue.places
    if default not in places:  # may have left the catalogue while it was served
        default = None
    if city == OUTSIDE:
        return None
    if named in places and (city is None or places[named].city in (None, city)):
        return named
    if city is None or default is None:
        return city if city in places else default
    return city if city in places else chain(places, default)[0]


def with_place_question(
    catalogue: Catalogue, reply: Reply, project: ProjectFacts, place: str | None
) -> Reply:
    """Remembers the place, and asks for the city where cities differ and none is known.

    `catalogue` is the country's. Nothing is asked while another question stands, nor again; of
    parts of a known city that differ it only tells.
    """
    reply = replace(reply, remember={**reply.remember, SLOT: project.as_slot(), PLACE: place})
    slug, aspects = reply.facts.get("matter"), reply.facts.get("aspects")
    if not slug or not aspects or project.known.get(CITY) == OUTSIDE:
        return reply
    fields = tuple(name for name in fields_of(aspects) if name in OVERLAY_FIELDS)
    apart = list(places_apart(catalogue.places, catalogue.overlays, slug, fields, place))
    asked = reply.remember.get(QUESTION) or {}
    if not apart or asked.get("open"):
        return reply
    if CITY in project.known:
        return replace(reply, text=f"{reply.text}\n{_told(apart)}")
    if CITY in project.told or CITY not in catalogue.vocabulary:
        return reply
    return _with_question(catalogue, reply, apart, Asking(f"ask_{Aspect(aspects[0]).value}", slug))


def _told(apart: list[Place]) -> str:
    return f"{_names(apart)}对这一项另有规定；项目在那里的，请直接说“{apart[0].name}”。"


def _names(apart: list[Place]) -> str:
    return "、".join(one.name for one in apart[:NAMED]) + ("等地" if len(apart) > NAMED else "")


def _with_question(catalogue: Catalogue, reply: Reply, apart: list[Place], asking: Asking) -> Reply:
    choices = [
        Button(title, asking.payload(CITY, value))
        for value, title in catalogue.vocabulary[CITY].choices.items()
    ]
    return replace(
        reply,
        text=f"{reply.text}\n{_names(apart)}对这一项有自己的规定。您的项目在哪个城市？",
        buttons=(*choices, Button("不知道", asking.payload(CITY, UNKNOWN)), *reply.buttons[-1:]),
        remember={**reply.remember, QUESTION: asking.as_slot(CITY)},
    )


def _as_fact(catalogue: Catalogue, city: str | None) -> Told | None:
    fact = catalogue.vocabulary.get(CITY)
    return Told(CITY, city) if fact and city in fact.choices else None
