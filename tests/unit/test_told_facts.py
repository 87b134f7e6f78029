"""What people type about their project, read as facts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.loader import load_catalogue
from knowledge.told_facts import UNKNOWN, Told, read_answer, read_correction, read_value

VOCABULARY = load_catalogue().vocabulary
DIALOGUES = Path(__file__).parents[1] / "nlu" / "dev_dialogues.jsonl"


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        ("floor_area", "八千平", "8000"),
        ("floor_area", "1.2万平米", "12000"),
        ("floor_area", "大概八千吧", "8000"),
        ("floor_area", "一万二", "12000"),
        ("floor_area", "两万五千平方米左右", "25000"),
        ("floor_area", "12,000 ㎡", "12000"),
        ("floor_area", "３公顷", "30000"),
        ("floor_area", "8000多平", "8000"),
        ("floor_area", "总建筑面积是8000平", "8000"),
        ("floor_area", "500", "500"),
        ("cost", "3000万", "3000"),
        ("cost", "3000万元左右", "3000"),
        ("cost", "3000", "3000"),  # the question asks for 万元
        ("cost", "两个亿", "20000"),
        ("cost", "1.5亿", "15000"),
        ("cost", "一点五亿", "15000"),
        ("cost", "1亿2千万", "12000"),
        ("cost", "5000w", "5000"),
        ("earthwork", "5万方", "5"),
        ("power_use", "600万度", "600"),
        ("tendered", "是", "yes"),
        ("tendered", "嗯", "yes"),
        ("tendered", "是的，招标了", "yes"),
        ("tendered", "公开招标的", "yes"),
        ("tendered", "没有", "no"),
        ("tendered", "没招", "no"),
        ("tendered", "直接发包的", "no"),
        ("tendered", "应该不是吧", "no"),
        ("tendered", "yes", "yes"),
        ("investment", "我们是民营的", "enterprise"),
        ("investment", "财政资金", "government"),
        ("investment", "第三个", "mixed"),
        ("investment", "政府投資", "government"),
        ("land", "招拍挂来的", "granted"),
        ("work", "市政道路", "linear"),
        ("work", "不知道", UNKNOWN),
        ("floor_area", "不清楚啊", UNKNOWN),
        ("cost", "还没定呢", UNKNOWN),
    ],
)
def test_an_answer_is_read(fact: str, text: str, value: str) -> None:
    assert read_answer(VOCABULARY[fact], text) == value


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("floor_area", "800万元"),
        ("floor_area", "二十天"),
        ("floor_area", "施工许可证多少天"),
        ("floor_area", "-5"),
        ("floor_area", "是"),
        ("cost", "八千平"),
        ("tendered", "不是，我说的是消防验收"),
        ("tendered", "什么叫必须招标"),
        ("tendered", "好的谢谢"),
        ("tendered", "8000"),
        ("investment", "这个怎么判断"),
        ("investment", "第九个"),
        ("investment", "政府投资项目要不要办节能审查"),
        ("work", ""),
        ("work", "转人工"),
    ],
)
def test_what_is_no_answer_is_left_to_be_understood(fact: str, text: str) -> None:
    assert read_answer(VOCABULARY[fact], text) is None


@given(st.sampled_from(sorted(VOCABULARY)), st.text(max_size=40))
def test_any_text_reads_as_a_possible_value_or_none(name: str, text: str) -> None:
    fact = VOCABULARY[name]
    value = read_answer(fact, text)
    assert value in (None, UNKNOWN, *fact.values) or fact.kind == "number"
    if fact.kind == "number" and value not in (None, UNKNOWN):
        assert read_value(fact, value) == value


@given(st.integers(1, 99_999_999))
def test_a_plain_number_is_read_as_itself(number: int) -> None:
    assert read_answer(VOCABULARY["floor_area"], f"{number}平方米") == str(number)


def test_each_value_is_read_from_its_own_button() -> None:
    for fact in VOCABULARY.values():
        for value, title in (fact.choices or {}).items():
            assert read_answer(fact, title) == value, (fact.id, title)
        if fact.kind == "yes_no":
            assert read_answer(fact, fact.if_yes) == "yes", fact.id
            assert read_answer(fact, fact.if_no) == "no", fact.id


def test_no_word_means_two_values_of_a_fact() -> None:
    for fact in VOCABULARY.values():
        words = [word for value in fact.values for word in fact.words.get(value, ())]
        assert len(words) == len(set(words)), fact.id


TOLD = [VOCABULARY[name] for name in ("site_area", "floor_area", "investment", "tendered")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("不对，是政府投资", Told("investment", "government")),
        ("不对 我们是社会投资的", Told("investment", "enterprise")),
        ("错了，没有招标", Told("tendered", "no")),
        ("不对，是8000平", Told("floor_area", "8000")),  # of two areas the one told last
        ("建筑面积改成5000平", Told("floor_area", "5000")),
        ("投资来源是政府", Told("investment", "government")),
    ],
)
def test_a_correction_finds_its_fact(text: str, told: Told) -> None:
    assert read_correction(TOLD, text) == told


@pytest.mark.parametrize(
    "text", ["不对", "不是", "不对，8000", "不是，我说的是消防验收", "不对，是划拨", "政府投资"]
)
def test_what_puts_no_told_fact_right_is_no_correction(text: str) -> None:
    assert read_correction(TOLD, text) is None


def test_no_message_of_real_dialogues_is_taken_for_an_answer() -> None:
    """None of these was written with such a question in mind."""
    for line in DIALOGUES.read_text("utf-8").splitlines():
        for turn in json.loads(line)["turns"]:
            for fact in VOCABULARY.values():
                assert read_answer(fact, turn["user"]) is None, (fact.id, turn["user"])
            assert read_correction(VOCABULARY.values(), turn["user"]) is None, turn["user"]


@pytest.mark.parametrize("text", ["前面那个呢", "第二个呢", "后者呢"])
def test_a_question_about_another_matter_chooses_no_value(text: str) -> None:
    assert read_answer(VOCABULARY["work"], text) is None
