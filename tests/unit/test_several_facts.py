"""Several facts of a project in one message."""

from __future__ import annotations

import pytest

from bot.settings import read_settings
from knowledge.compiled import catalogue_in
from knowledge.several_facts import read_several
from knowledge.told_facts import Told

VOCABULARY = catalogue_in(read_settings().served).vocabulary


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("沈阳的，8000平，投了三千万", {"city": "shenyang", "floor_area": "8000", "cost": "3000"}),
        (
            "政府投的厂房，招过标了",
            {"investment": "government", "work": "industrial", "tendered": "yes"},
        ),
        ("占地20000平，建筑面积8000平", {"site_area": "20000", "floor_area": "8000"}),
        ("我们是外资，地是招拍挂的", {"foreign": "yes", "land": "granted"}),
        ("厂房，8000平，不知道招没招标", {"work": "industrial", "floor_area": "8000"}),
        ("嗯，大连的，请监理了", {"city": "dalian", "supervised": "yes"}),
    ],
)
def test_each_clause_is_a_fact(text: str, told: dict[str, str]) -> None:
    found = read_several(VOCABULARY, None, text)
    assert {one.fact: one.value for one in found} == told


@pytest.mark.parametrize(
    "text",
    [
        "沈阳的",
        "沈阳，要多久",
        "施工许可证和环评",
        "要什么材料，多少天",
        "8000平，不对，9000平",
        "好的，谢谢",
        "8000，三千",
    ],
)
def test_anything_else_said_makes_it_no_list_of_facts(text: str) -> None:
    assert read_several(VOCABULARY, None, text) == ()


def test_one_clause_may_answer_what_was_asked() -> None:
    told = read_several(VOCABULARY, VOCABULARY["special_fire"], "不是，厂房")
    assert told == (Told("special_fire", "no"), Told("work", "industrial"))
