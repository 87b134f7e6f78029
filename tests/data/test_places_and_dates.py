"""What the catalogue holds for places and days: floors that an edit may not fall below."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.check import check_catalogue
from knowledge.coverage import facts_of, facts_of_overlay
from knowledge.loader import Catalogue, load_catalogue
from knowledge.places import chain
from knowledge.recheck import due_on
from knowledge.schema import State

CITIES = {"shenyang": 10, "dalian": 6}  # matters with rules of their own
DATED_SOURCES = 95


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def test_every_place_lies_in_the_province(catalogue: Catalogue) -> None:
    assert {chain(catalogue.places, place)[0] for place in catalogue.places} == {"liaoning"}


def test_the_cities_have_rules_of_their_own(catalogue: Catalogue) -> None:
    for city, least in CITIES.items():
        assert sum(overlay.place == city for overlay in catalogue.overlays.values()) >= least
        assert catalogue.places[city].targets


def test_what_a_place_says_of_itself_is_no_example(catalogue: Catalogue) -> None:
    for overlay in catalogue.overlays.values():
        assert all(fact.state is not State.EXAMPLE for _, fact in facts_of_overlay(overlay))


def test_no_place_has_the_rules_of_another(catalogue: Catalogue) -> None:
    """But for those that compute: they name the city that they speak for in `where`."""
    for place in catalogue.places:
        own = {catalogue.places[one].name for one in chain(catalogue.places, place)}
        others = {one.name for one in catalogue.places.values()} - own
        strangers = [
            (matter.id, keys)
            for matter in catalogue.at(place).matters.values()
            for keys, fact in facts_of(matter)
            if fact.place in others and keys[0] != "applies_when"
        ]
        assert strangers == []


def test_a_rule_of_a_place_is_not_written_as_the_countrys(catalogue: Catalogue) -> None:
    names = {place.name for place in catalogue.places.values()}
    spoken_for = {"applies_when", "summary"}
    misplaced = [
        (matter.id, keys)
        for matter in catalogue.matters.values()
        for keys, fact in facts_of(matter)
        if fact.place in names and keys[0] not in spoken_for
    ]
    assert misplaced == []


def test_most_sources_say_since_when_they_speak(catalogue: Catalogue) -> None:
    dated = [source for source in catalogue.sources.values() if source.speaks_since]
    assert len(dated) >= DATED_SOURCES
    assert all(source.speaks_since for source in catalogue.sources.values() if source.kind == "law")


def test_every_fact_has_a_day_to_be_looked_at_again(catalogue: Catalogue) -> None:
    for matter in catalogue.matters.values():
        for fact in matter.facts():
            checked = fact.checked_on or matter.checked_on
            months = 12 if fact.state is State.VERIFIED else 6
            assert 0 < (due_on(catalogue, matter, fact) - checked).days <= months * 31


def test_no_day_is_left_uncovered(catalogue: Catalogue) -> None:
    assert check_catalogue(catalogue, date(2026, 11, 23)) == []
