"""The second of two questions in one message is heard, and none is made up."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from knowledge.second_question import (
    agreed,
    asking_parts,
    in_order,
    outright,
    second_asked,
    to_be_heard,
    two_asked,
)
from knowledge.text import normalise


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("施工许可证要什么材料，几天能下来", "materials", "time_limit"),
        ("几天能下来，要什么材料", "time_limit", "materials"),
        ("排水证找谁办？收费不收费？", "department", "fee"),
        ("没办就开工罚多少，现在补怎么办", "penalty", "process"),
        ("What documents do I need, and how long does it take?", "materials", "time_limit"),
        ("必要書類は何ですか。何日かかりますか", "materials", "time_limit"),
    ],
)
def test_two_questions_are_heard(text: str, first: str, second: str) -> None:
    assert second_asked(normalise(text), first, {}) == second


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("施工许可证要什么材料", "materials"),
        ("我们厂刚摘了块地，要盖个库房，用不用办规划证", "conditions"),
        ("备案怎么办的时限是几天", "time_limit"),
        ("你好，麻烦问一下多久能批", "time_limit"),
        ("", "fee"),
    ],
)
def test_one_question_is_one(text: str, first: str) -> None:
    assert second_asked(normalise(text), first, {}) is None


def test_the_likelier_of_two_further_questions_is_the_second() -> None:
    text = normalise("要什么材料，多久能办，收费吗")

    assert second_asked(text, "materials", {"fee": 0.02, "time_limit": 0.01}) == "fee"
    assert second_asked(text, "materials", {"fee": 0.01, "time_limit": 0.02}) == "time_limit"


def test_what_is_asked_first_comes_first() -> None:
    text = normalise("找谁批，修复费咋收")

    assert in_order(text, "fee", "department") == ("department", "fee")
    assert in_order(text, "department", "fee") == ("department", "fee")
    assert in_order(text, "result", "fee") == ("result", "fee")


def heard_alone(parts: Sequence[str]) -> list[dict[str, float]]:
    """Parts, each by itself, as the classifier might hear them."""
    names = (*WORDS.values(), "overview")
    asked = [next((n for word, n in WORDS.items() if word in part), "overview") for part in parts]
    return [{name: 0.97 if name == of_part else 0.01 for name in names} for of_part in asked]


WORDS = {"图": "materials", "日子": "time_limit", "窗口": "department", "能免": "conditions"}
WHOLE = {"materials": 0.6, "time_limit": 0.3, "department": 0.03, "conditions": 0.02}


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
            ["Which office is it", " what does it cost"],
        ),
        ("必要書類は何ですか。何日かかりますか", ["必要書類は何ですか", "何日かかりますか"]),
        ("서류는 무엇인가요? 며칠 걸리나요?", ["서류는 무엇인가요", " 며칠 걸리나요"]),
        ("要啥，得几天，找谁办，花不花钱", ["得几天", "找谁办", "花不花钱"]),
        ("备几套图", []),
        ("图画好了，章也盖了", []),
        ("", []),
    ],
)
def test_the_parts_that_ask(text: str, parts: list[str]) -> None:
    assert asking_parts(text) == parts


@pytest.mark.parametrize(
    ("part", "aspect"),
    [
        ("要什么材料", "materials"),
        ("几天能下来", "time_limit"),
        ("要什么材料几天能下来", None),  # two
        ("这么弄行不行", None),  # none
        ("How long is it valid", None),
    ],
)
def test_a_part_says_outright_what_it_asks(part: str, aspect: str | None) -> None:
    assert outright(part) == aspect


def test_only_what_does_not_say_it_outright_has_to_be_heard() -> None:
    assert to_be_heard("要什么材料，备几套图，得几天") == ["备几套图"]
    assert to_be_heard("图画好了，备几套图") == []


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("备几套图，得等多少日子", ("materials", "time_limit")),
        ("得等多少日子，备几套图", ("time_limit", "materials")),
        ("这能免吗备几套图", ("conditions", "materials")),
        ("备几套图，得等多少日子，哪个窗口", ("materials", "time_limit")),
        ("备几套图，备哪些图", None),
    ],
)
def test_each_part_is_heard_by_itself(text: str, both: tuple[str, str] | None) -> None:
    assert two_asked(WHOLE, heard_alone(asking_parts(text))) == both


def test_a_part_that_does_not_surely_ask_something_else_is_no_second_question() -> None:
    unsure = {"materials": 0.6, "time_limit": 0.4}
    assert two_asked(unsure, [{"materials": 0.95, "time_limit": 0.05}, unsure]) is None


def test_what_is_told_beside_the_question_does_not_drown_it() -> None:
    whole = {"conditions": 0.84, "department": 0.12, "fee": 0.04}
    asking = {"conditions": 0.03, "department": 0.96, "fee": 0.01}
    both = agreed(whole, asking)
    assert max(both, key=both.__getitem__) == "department"
    assert sum(both.values()) == pytest.approx(1)
