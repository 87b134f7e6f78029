"""Which fact is asked for: the one that decides most, and none that changes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from knowledge.checklist import open_applicability, open_materials
from knowledge.conditions import Need, judge
from knowledge.loader import load_catalogue
from knowledge.next_fact import Item, next_fact
from tests.unit.test_conditions import CONDITIONS, KNOWN, PROJECTS, SMALL

DAY = date(2026, 11, 20)


def item(when: dict[str, Any]) -> Item:
    return Item(lambda facts: judge(SMALL, when, facts), [when])


def test_the_fact_that_decides_most_items_is_asked_first() -> None:
    items = [item({"agent": "yes"}), item({"land": "granted"}), item({"land": "allocated"})]
    assert next_fact(SMALL, items, {}, ()) == "land"
    assert next_fact(SMALL, items, {"land": "granted"}, ()) == "agent"
    assert next_fact(SMALL, items, {"land": "granted", "agent": "no"}, ()) is None


def test_what_somebody_does_not_know_is_not_asked_again() -> None:
    items = [item({"agent": "yes"}), item({"land": "granted"})]
    assert next_fact(SMALL, items, {}, {"agent"}) == "land"
    assert next_fact(SMALL, items, {}, {"agent", "land"}) is None


def test_nothing_is_asked_about_what_is_decided_already() -> None:
    items = [item({"any": [{"residential": "yes"}, {"floor_area": ">10"}]})]
    assert next_fact(SMALL, items, {"residential": "yes"}, ()) is None
    assert next_fact(SMALL, items, {"residential": "no"}, ()) == "floor_area"


@given(st.lists(CONDITIONS, max_size=5), PROJECTS, KNOWN)
def test_asking_ends_with_everything_decided(
    written: list[dict[str, Any]], project: dict[str, str], told: set[str]
) -> None:
    items = [item(when) for when in written]
    facts = {name: project[name] for name in told}
    while (name := next_fact(SMALL, items, facts, ())) is not None:
        assert name not in facts
        facts[name] = project[name]
    assert all(one.judge(facts).need is not Need.DEPENDS for one in items)


def test_every_matter_comes_to_an_end_whatever_is_not_known() -> None:
    catalogue = load_catalogue()
    for slug in catalogue.matters:
        for items in (
            open_materials(catalogue, slug, DAY),
            open_applicability(catalogue, slug, DAY),
        ):
            not_known: list[str] = []
            while (name := next_fact(catalogue.vocabulary, items, {}, not_known)) is not None:
                assert name not in not_known
                not_known.append(name)
            assert len(not_known) <= 12, slug


def test_the_permit_asks_few_things_and_the_limit_needs_the_city_first() -> None:
    catalogue = load_catalogue()
    needed = open_applicability(catalogue, "construction-permit", DAY)
    assert next_fact(catalogue.vocabulary, needed, {}, ()) == "city"
    shenyang = {"city": "shenyang"}
    assert next_fact(catalogue.vocabulary, needed, shenyang, ()) == "floor_area"
    assert next_fact(catalogue.vocabulary, needed, {**shenyang, "cost": "3000"}, ()) is None
