"""What tells matters apart is asked about, from their data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from knowledge.discriminate import discriminating_question
from knowledge.loader import Catalogue, load_catalogue
from knowledge.schema import Matter


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def matter(id: str, **said: Any) -> Matter:
    fact = {"text": "一样的说法", "source": "某法#第一条", "state": "unverified"}
    rules = [{**fact, "when": when} for when in said.pop("when", [])]
    results = [{**fact, "text": text} for text in said.pop("results", [])]
    department = {**fact, "text": said.pop("department", "住建部门")}
    return Matter(
        **{
            **{"id": id, "name": id, "stage": "3", "kind": fact, "summary": fact},
            **{"checked_on": "2026-11-01", "departments": [department]},
            **{"applies_when": rules, "results": results},
            **said,
        }
    )


def asked(catalogue: Catalogue, *matters: Matter) -> str | None:
    small = replace(catalogue, matters={one.id: one for one in matters})
    return discriminating_question(small, [one.id for one in matters])


@pytest.mark.parametrize(
    ("slugs", "question"),
    [
        (
            ["land-planning-permit-allocated", "land-planning-permit-granted"],
            "土地取得方式：划拨还是出让？",
        ),
        (["fire-acceptance", "fire-acceptance-filing"], "在消防上是否属于特殊建设工程？"),
        (["traffic-impact", "traffic-impact-compilation"], "您是要办审批手续还是请中介机构来做？"),
    ],
)
def test_neighbours_of_the_catalogue_are_told_apart(
    catalogue: Catalogue, slugs: list[str], question: str
) -> None:
    assert discriminating_question(catalogue, slugs) == question


def test_several_values_of_one_matter_are_one_answer(catalogue: Catalogue) -> None:
    long = matter("long", when=[{"eia_kind": ["report", "form"]}])
    short = matter("short", when=[{"eia_kind": "registration"}])
    assert asked(catalogue, long, short) == "环评文件类别：报告书或报告表还是登记表？"


def test_negations_and_alternatives_are_understood(catalogue: Catalogue) -> None:
    other = matter("other", when=[{"not": {"land": ["granted", "leased", "collective"]}}])
    granted = matter("granted", when=[{"any": [{"land": "granted"}, {"land": "leased"}]}])
    question = asked(catalogue, other, granted)
    assert question == "土地取得方式：划拨或已有用地（不新增）还是出让或租赁？"


def test_a_fact_that_only_one_of_them_asks_for_tells_nothing(catalogue: Catalogue) -> None:
    bound = matter("bound", when=[{"land": "granted"}])
    free = matter("free")
    assert asked(catalogue, bound, free) is None


def test_a_rule_of_one_city_does_not_speak_for_the_matter(catalogue: Catalogue) -> None:
    city = matter("city", when=[{"land": "granted"}])
    rule = city.applies_when[0].copy(update={"where": {"city": "shenyang"}})
    city = city.copy(update={"applies_when": [rule]})
    assert asked(catalogue, city, matter("other", when=[{"land": "allocated"}])) is None


def test_the_view_that_separates_most_is_asked_about(catalogue: Catalogue) -> None:
    matters = (
        matter("a", when=[{"land": "granted"}], results=["甲证"]),
        matter("b", when=[{"land": "granted"}], results=["乙证"]),
        matter("c", when=[{"land": "allocated"}], results=["丙证"]),
    )
    assert asked(catalogue, *matters) == "要拿到的是甲证、乙证还是丙证？"


def test_stages_are_asked_in_their_order(catalogue: Catalogue) -> None:
    question = asked(catalogue, matter("late", stage="4"), matter("early", stage="1"))
    assert question == "项目到哪一步了：立项用地规划许可还是竣工验收？"


def test_departments_tell_apart_what_is_otherwise_alike(catalogue: Catalogue) -> None:
    police = matter("police", department="公安交警部门（交警）")
    assert asked(catalogue, police, matter("town")) == "要找的是公安交警部门还是住建部门？"


def test_what_has_no_difference_gets_no_question(catalogue: Catalogue) -> None:
    assert asked(catalogue, matter("one"), matter("other")) is None


def test_a_long_text_is_no_answer(catalogue: Catalogue) -> None:
    one, other = (
        matter(name, results=[f"一份很长很长很长很长很长的{name}结果文书"]) for name in ("x", "y")
    )
    assert asked(catalogue, one, other) is None
