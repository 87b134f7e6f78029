"""A long story is summed up in one line before its answer; both of two questions are answered."""

from __future__ import annotations

from datetime import date

import pytest

from bot.model.understanding import Act, Aspect, Understanding
from bot.services.answer_question import answer_question
from bot.services.sum_up import is_long, summed_up
from knowledge.loader import load_catalogue

CATALOGUE = load_catalogue()
TODAY = date(2026, 11, 20)
STORY = (
    "我们老板去年在开发区摘了块地，前期手续是原来一个同事跑的，他上个月辞职了，留下一堆文件我也看不太懂，"
    "现在土建队伍都进场等着了，施工许可证到底要交哪些材料，交上去几天能下来"
)


def answer(text: str, second: Aspect | None = None) -> str:
    asked = Understanding(
        Act.ASK_MATTER, text, "construction-permit", Aspect.MATERIALS, second, confidence=0.9
    )
    return answer_question(CATALOGUE, {}, asked, TODAY).text


def test_a_long_story_begins_with_what_was_understood() -> None:
    first, *rest = answer(STORY, Aspect.TIME_LIMIT).splitlines()

    name = CATALOGUE.name("construction-permit")
    assert first == f"您问的是：{name}——申请材料、办理时限"
    assert "\n".join(rest) == answer("施工许可证材料和时限", Aspect.TIME_LIMIT)


def test_a_short_question_is_answered_at_once() -> None:
    assert "您问的是" not in answer("施工许可证要啥材料")


def test_both_of_two_questions_are_answered() -> None:
    both = answer("要啥材料，几天", Aspect.TIME_LIMIT)

    assert "申请材料" in both
    assert "办理时限" in both


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("How long does the permit take?", "You asked about: "),
        ("許可はどのくらいかかりますか", "お尋ねの件："),
        ("허가는 얼마나 걸립니까", "문의하신 내용: "),
    ],
)
def test_it_is_said_in_the_language_of_the_story(text: str, begins: str) -> None:
    said = summed_up(CATALOGUE, "construction-permit", [Aspect.TIME_LIMIT], text)

    assert said.startswith(begins)


def test_length_is_counted_in_words_not_letters() -> None:
    assert is_long(STORY)
    assert not is_long("We are a German auto-parts company planning a factory in Shenyang. " * 2)
    assert is_long("We are a German auto-parts company planning a factory in Shenyang. " * 6)
