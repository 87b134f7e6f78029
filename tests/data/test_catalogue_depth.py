"""How much the catalogue holds of each matter and term: floors that an edit may not fall below."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.loader import Catalogue, load_catalogue

COMMON = (Path(__file__).parents[1] / "nlu" / "common_matters.txt").read_text("utf-8").split()
QUESTIONS, OF_COMMON, OF_TERM, NEAR_MISSES, ASPECTS = 10, 25, 8, 3, 8
SECTIONS = {"action-plan-2018", "action-plan-2018-phases", "action-plan-2018-safeguards"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def test_every_matter_is_asked_about_in_many_ways(catalogue: Catalogue) -> None:
    few = {
        slug: len(matter.questions)
        for slug, matter in catalogue.matters.items()
        if len(matter.questions) < (OF_COMMON if slug in COMMON else QUESTIONS)
    }
    assert not few


def test_every_matter_is_asked_about_from_most_sides(catalogue: Catalogue) -> None:
    sides = {
        slug: {q.aspect for q in matter.questions} for slug, matter in catalogue.matters.items()
    }
    assert not {slug for slug, aspects in sides.items() if len(aspects) < ASPECTS}


def test_every_matter_says_what_it_is_not(catalogue: Catalogue) -> None:
    assert not {s for s, m in catalogue.matters.items() if len(m.near_misses) < NEAR_MISSES}


def test_forty_terms_and_each_asked_about(catalogue: Catalogue) -> None:
    assert len(catalogue.terms) >= 40
    assert set(catalogue.terms) >= SECTIONS
    assert not {t.id for t in catalogue.terms.values() if len(t.questions) < OF_TERM}


def test_an_approval_that_an_intermediary_prepares_names_it(catalogue: Catalogue) -> None:
    named = {service.matter for matter in catalogue.matters.values() for service in matter.services}
    offered = {matter.id for matter in catalogue.matters.values() if matter.stage == "service"}
    assert offered <= named
