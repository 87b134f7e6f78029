"""The second of two questions in one message is heard, and none is made up."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from knowledge.second_question import asked_in_parts, in_order, second_asked
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
    ("text", "both"),
    [
        ("备几套图，得等些日子吧", ("materials", "time_limit")),
        ("得等些日子吧 备几套图", ("time_limit", "materials")),
        ("这能免吗备几套图", ("conditions", "materials")),
        ("备几套图，得等些日子吧，哪个窗口", ("materials", "time_limit")),
        ("备几套图，备哪些图", None),
        ("备几套图", None),
    ],
)
def test_each_part_is_heard_by_itself(text: str, both: tuple[str, str] | None) -> None:
    assert asked_in_parts(text, WHOLE, lambda part: True, heard_alone) == both


def test_a_part_that_asks_nothing_is_not_heard() -> None:
    text = "图都画好了，得等些日子吧"

    assert asked_in_parts(text, WHOLE, lambda part: "吧" in part, heard_alone) is None


def test_no_part_is_heard_where_the_whole_asks_for_one_thing() -> None:
    def refused(parts: Sequence[str]) -> list[dict[str, float]]:
        raise AssertionError(parts)

    surely = {"materials": 0.999, "time_limit": 0.001}
    assert asked_in_parts("备几套图，得等些日子吧", surely, lambda part: True, refused) is None
