"""The parts of a message that ask something."""

from __future__ import annotations

import pytest

from knowledge.second_question import asking_parts, cued_aspects, to_be_heard
from knowledge.text import normalise


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("备几套图，得等多少日子", ["备几套图", "得等多少日子"]),
        ("得等多少日子 备几套图", ["得等多少日子", "备几套图"]),
        ("这能免吗备几套图", ["这能免吗", "备几套图"]),
        ("图都画好了，得等多少日子", ["得等多少日子"]),
        ("钢结构不费多少钱，要不要办", ["要不要办"]),
        ("什么项目要做节能审查，怎么报", ["什么项目要做节能审查", "怎么报"]),
        (
            "Which office is it, and what does it cost?",
            ["Which office is it", " what does it cost?"],
        ),
        ("必要書類は何ですか。何日かかりますか", ["必要書類は何ですか", "何日かかりますか"]),
        ("서류는 무엇인가요? 며칠 걸리나요?", ["서류는 무엇인가요?", " 며칠 걸리나요?"]),
        ("自家的棚子自己扒，也要备案？不备又咋的", ["也要备案？", "不备又咋的"]),
        ("旧章还有效吗，找谁换", ["旧章还有效吗", "找谁换"]),
        ("偷着干没证会罚多少，补办几天", ["偷着干没证会罚多少", "补办几天"]),
        ("며칠 걸리고 비용은 얼마인가요?", ["며칠 걸리고", "비용은 얼마인가요?"]),
        ("要啥，得几天，找谁办，花不花钱", ["得几天", "找谁办", "花不花钱"]),
        ("备几套图", []),
        ("图画好了，章也盖了", []),
        ("", []),
    ],
)
def test_the_parts_that_ask(text: str, parts: list[str]) -> None:
    assert asking_parts(text) == parts


@pytest.mark.parametrize(
    ("part", "aspects"),
    [
        ("要什么材料", {"materials"}),
        ("几天能下来", {"time_limit"}),
        ("要什么材料几天能下来", {"materials", "time_limit"}),
        ("这么弄行不行", set()),
    ],
)
def test_what_a_part_asks_for_in_words_of_its_own(part: str, aspects: set[str]) -> None:
    assert cued_aspects(normalise(part)) == aspects


def test_parts_are_heard_where_several_ask() -> None:
    assert to_be_heard("要什么材料，备几套图，章盖好了") == ["要什么材料", "备几套图"]
    assert to_be_heard("图画好了，备几套图") == []
