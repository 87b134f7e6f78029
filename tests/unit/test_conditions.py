"""What a project's facts say about a condition."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.conditions import Need, UnknownFact, check_facts, describe, judge, judge_materials
from knowledge.loader import Catalogue, load_catalogue
from tests.fakes.small_catalogue import write_catalogue


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return load_catalogue(write_catalogue(tmp_path))


@pytest.mark.parametrize(
    ("when", "facts", "need"),
    [
        ({}, {}, Need.NEEDED),
        ({"agent": "yes"}, {"agent": "yes"}, Need.NEEDED),
        ({"agent": "yes"}, {"agent": "no"}, Need.NOT_NEEDED),
        ({"agent": "yes"}, {}, Need.DEPENDS),
        ({"land": ["granted", "allocated"]}, {"land": "allocated"}, Need.NEEDED),
        ({"land": ["granted"]}, {"land": "allocated"}, Need.NOT_NEEDED),
        ({"floor_area": ">=500"}, {"floor_area": "500"}, Need.NEEDED),
        ({"floor_area": ">=500"}, {"floor_area": "499.99"}, Need.NOT_NEEDED),
        ({"floor_area": ">500"}, {"floor_area": "500"}, Need.NOT_NEEDED),
        ({"floor_area": "<=500"}, {"floor_area": "500"}, Need.NEEDED),
        ({"floor_area": "<500"}, {"floor_area": "500"}, Need.NOT_NEEDED),
        ({"floor_area": ">= 500"}, {"floor_area": "1200.5"}, Need.NEEDED),
        ({"floor_area": ">=500", "agent": "yes"}, {"floor_area": "600"}, Need.DEPENDS),
        ({"floor_area": ">=500", "agent": "yes"}, {"floor_area": "60"}, Need.NOT_NEEDED),
        ({"floor_area": ">=500", "agent": "yes"}, {"agent": "no"}, Need.NOT_NEEDED),
    ],
)
def test_a_condition_is_judged(
    catalogue: Catalogue, when: dict[str, str], facts: dict[str, str], need: Need
) -> None:
    assert judge(catalogue.vocabulary, when, facts).need is need


def test_what_is_still_to_be_asked_is_named(catalogue: Catalogue) -> None:
    when = {"floor_area": ">=500", "agent": "yes", "residential": "yes"}
    assert judge(catalogue.vocabulary, when, {"agent": "yes"}).depends_on == (
        "floor_area",
        "residential",
    )


def test_a_condition_reads_as_a_sentence(catalogue: Catalogue) -> None:
    vocabulary = catalogue.vocabulary
    assert describe(vocabulary, {"residential": "yes"}) == "含住宅时"
    assert describe(vocabulary, {"agent": "no"}) == "不委托他人代办时"
    assert describe(vocabulary, {"land": ["granted", "allocated"]}) == "出让或划拨时"
    both = {"floor_area": ">=500", "residential": "yes"}
    assert describe(vocabulary, both) == "总建筑面积不少于500平方米且含住宅时"


def test_a_verdict_says_why(catalogue: Catalogue) -> None:
    when = {"floor_area": ">=500"}
    needed = judge(catalogue.vocabulary, when, {"floor_area": "800"})
    not_needed = judge(catalogue.vocabulary, when, {"floor_area": "80"})
    depends = judge(catalogue.vocabulary, when, {})
    assert needed.reason == "因为总建筑面积不少于500平方米"
    assert not_needed.reason == "仅总建筑面积不少于500平方米时需要"
    assert depends.reason == "总建筑面积不少于500平方米时需要"


def test_the_materials_of_one_project(catalogue: Catalogue) -> None:
    facts = {"floor_area": "800", "residential": "yes", "agent": "no"}
    judged = judge_materials(catalogue.vocabulary, catalogue.matters["sample-permit"], facts)
    assert [(material.name, verdict.need) for material, verdict in judged] == [
        ("申请表", Need.NEEDED),
        ("节能审查意见", Need.NEEDED),
        ("委托书", Need.NOT_NEEDED),
        ("现场照片", Need.DEPENDS),  # its condition is for people, not for computing
    ]
    assert judged[3][1].reason == "现场有争议的提供"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"colour": "red"}, "unknown fact `colour`; known: agent, floor_area, land, residential"),
        ({"agent": "maybe"}, "`agent` cannot be `maybe`; use one of yes, no"),
        ({"land": "leased"}, "`land` cannot be `leased`; use one of allocated, granted"),
        ({"floor_area": "big"}, "`floor_area` is a number (平方米); `big` is none"),
        ({"floor_area": "-5"}, "`floor_area` is a number (平方米); `-5` is none"),
        ({"floor_area": "５００x"}, "is a number"),
    ],
)
def test_a_fact_that_is_none_is_refused_with_what_may_be_said(
    catalogue: Catalogue, facts: dict[str, str], said: str
) -> None:
    with pytest.raises(UnknownFact, match=r".*") as refused:
        check_facts(catalogue.vocabulary, facts)
    assert said in str(refused.value)
