"""Whose rules hold: the place somebody named, the project's city, or that of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.model.conversation import Button
from bot.model.reply import Reply
from bot.model.understanding import Aspect
from bot.services.ask_facts import QUESTION, Asking
from bot.services.project_facts import SLOT, ProjectFacts
from knowledge.evidence import fields_of
from knowledge.loader import Catalogue
from knowledge.places import OVERLAY_FIELDS, place_in, places_apart
from knowledge.told_facts import UNKNOWN, Told

CITY = "city"  # the project fact that says where a project is
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
    names. `remembered` is the place of an earlier message, `default` that of the installation."""
    named = place_in(catalogue.places, text)
    city = catalogue.places[named].city if named else None
    if city in _cities(catalogue):
        project = project.with_told(Told(CITY, city))
    return place_of(catalogue, project.known, named or remembered, default), project


def place_of(
    catalogue: Catalogue, facts: Mapping[str, str], named: str | None, default: str | None
) -> str | None:
    """The place whose rules hold: the one named, unless the project is in another city."""
    city = facts.get(CITY)
    if named in catalogue.places:
        where = catalogue.places[named]
        if city is None or where.city in (None, city):
            return named
    return city if city in catalogue.places else default


def with_place_question(
    catalogue: Catalogue, reply: Reply, project: ProjectFacts, place: str | None
) -> Reply:
    """Remembers the place, and asks for the city where cities differ and none is known.

    `catalogue` is the country's. Nothing is asked while another question stands, nor again.
    """
    remember = {**reply.remember, SLOT: project.as_slot(), PLACE: place}
    slug, aspects = reply.facts.get("matter"), reply.facts.get("aspects")
    asked = reply.remember.get(QUESTION) or {}
    settled = asked.get("open") or CITY in project.told or CITY in project.known
    if not slug or not aspects or settled:
        return replace(reply, remember=remember)
    fields = tuple(name for name in fields_of(aspects) if name in OVERLAY_FIELDS)
    apart = list(places_apart(catalogue.places, catalogue.overlays, slug, fields, place))
    if not apart or CITY not in catalogue.vocabulary:
        return replace(reply, remember=remember)
    named = "、".join(one.name for one in apart[:NAMED]) + ("等地" if len(apart) > NAMED else "")
    asking = Asking(f"ask_{Aspect(aspects[0]).value}", slug)
    choices = [
        Button(title, asking.payload(CITY, value))
        for value, title in catalogue.vocabulary[CITY].choices.items()
    ]
    return replace(
        reply,
        text=f"{reply.text}\n{named}对这一项有自己的规定。您的项目在哪个城市？",
        buttons=(*choices, Button("不知道", asking.payload(CITY, UNKNOWN)), *reply.buttons[-1:]),
        remember={**remember, QUESTION: asking.as_slot(CITY)},
    )


def _cities(catalogue: Catalogue) -> frozenset[str]:
    fact = catalogue.vocabulary.get(CITY)
    return frozenset(fact.choices) if fact else frozenset()
