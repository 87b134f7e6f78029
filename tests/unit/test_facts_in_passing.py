"""Facts of a project that a question tells in passing."""

from __future__ import annotations

import pytest

from bot.settings import read_settings
from knowledge.compiled import catalogue_in
from knowledge.facts_in_passing import facts_in_passing

VOCABULARY = catalogue_in(read_settings().served).vocabulary


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "我在开发区盖个3000平厂房，要办施工许可吗",
            {"floor_area": "3000", "work": "industrial"},
        ),
        ("我们占地八千平，挖填土方两万方，水保用做吗", {"site_area": "8000", "earthwork": "2"}),
        ("我这就是个三千平的丁类厂房，用得着办吗", {"floor_area": "3000"}),
        ("项目总投资三个亿，要不要做稳评", {"cost": "30000"}),
        ("投了2000万，施工要招标吗", {"cost": "2000"}),
        ("拿了20亩地准备建车间，环评怎么办", {"site_area": "13333.3333", "work": "industrial"}),
        ("我们地是招拍挂来的，规划许可证要啥材料", {"land": "granted"}),
        ("地是政府划拨的，用地规划许可要几天", {"land": "allocated"}),
        ("我们这个项目是政府投资的，可研谁批", {"investment": "government"}),
        ("楼高60米，要做抗震专项审查吗", {"height": "60"}),
    ],
)
def test_a_question_tells_facts(text: str, told: dict[str, str]) -> None:
    assert {one.fact: one.value for one in facts_in_passing(VOCABULARY, text)} == told


@pytest.mark.parametrize(
    "text",
    [
        "3000平以上的厂房要办施工许可吗",
        "建筑面积不到300平的要不要办施工许可证",
        "投资超过一个亿的项目要稳评吗",
        "盖多少平的房子才用办施工许可",
        "占地5公顷以下的还用编水保方案吗",
        "挖填土方不到一千方，水保还用做吗",
        "如果盖500平的仓库用办吗",
        "厂房消防验收要什么材料",
        "划拨用地规划许可证要几天",
        "政府投资项目可研谁批",
        "建2000平还是3000平的厂房手续一样吗",
        "建设单位要交多少钱",
    ],
)
def test_a_general_question_tells_none(text: str) -> None:
    assert facts_in_passing(VOCABULARY, text) == ()
