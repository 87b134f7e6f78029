"""What is kept of a question that could not be answered tells nothing about who asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.understanding import Act, Understanding
from bot.services.keep_unanswered import LONGEST, UNANSWERED, masked, unanswered


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("我电话13912345678，找谁", "我电话〔电话〕,找谁"),
        ("打0411-8765 4321找老王", "打〔电话〕找老王"),
        ("138-0013-8000", "〔电话〕"),
        ("１３９　１２３４　５６７８", "〔电话〕"),
        ("1391\u200b2345678", "〔电话〕"),
        ("+82 2-2123-4567 으로 연락", "〔电话〕 으로 연락"),
        ("call +49 30 901820 please", "call 〔电话〕 please"),
        ("一三九一二三四五六七八", "〔号码〕"),
        ("身份证210102199003077654能查吗", "身份证〔证件号〕能查吗"),
        ("21010219900307765X", "〔证件号〕"),
        ("210102 19900307 7654", "〔证件号〕"),
        ("邮箱zhang.san@qq.com发我", "邮箱〔邮箱〕发我"),
        ("信用代码91210100MA0000001X的件", "信用代码〔信用代码〕的件"),
        ("项目2308-210113-04-01-123456到哪了", "项目〔项目代码〕到哪了"),
        ("卡号6222020200112233445", "卡号〔号码〕"),
    ],
)
def test_what_names_a_person_or_a_firm_is_masked(said: str, kept: str) -> None:
    assert masked(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "建筑面积12000平方米,投资3500万,容积率1.2",
        "投资350000000元的项目",
        "2024年11月20日提交的",
        "辽住建[2018]102号第3条",
        "1250kVA的变压器,年耗电600万度",
    ],
)
def test_what_the_question_turns_on_stays(said: str) -> None:
    assert masked(said) == said


@given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True), st.sampled_from(["", " ", "，", "号"]))
def test_no_mobile_number_survives(number: str, after: str) -> None:
    assert number not in masked(f"请回电{number}{after}谢谢")


@given(st.text(max_size=300))
def test_any_text_can_be_masked_and_masked_again(text: str) -> None:
    once = masked(text)

    assert masked(once) == once


def test_nothing_is_kept_of_a_message_without_words() -> None:
    assert unanswered(Understanding(Act.ASK_MATTER, "？？123 😀")) == {}


def test_a_long_message_is_kept_in_part() -> None:
    kept = unanswered(Understanding(Act.ASK_MATTER, "话" * 5000))

    assert len(kept[UNANSWERED]) == LONGEST
