"""What is a code, and that none is left where it can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.binding_code import (
    ALPHABET,
    LENGTH,
    MASK,
    code_in,
    digest_of,
    new_code,
    spelled,
    without_codes,
)

CODE = "K7MP2XQ9"
SPELLINGS = ("K7MP2XQ9", "k7mp2xq9", "K7MP-2XQ9", "k7mp 2xq9", "Ｋ７ＭＰ２ＸＱ９")
AROUND = (
    "{}",
    " {} ",
    "{}。",
    "绑定 {}",
    "绑定{}",
    "绑定码：{}",
    "绑定码是{}，谢谢",
    "/start {}",
    "/bind {}",
)
NO_CODES = (
    "怎么绑定",
    "绑定",
    "material",
    "business",
    "20261123",
    "22222222",
    "施工许可证要哪些材料",
    "绑定 Revit 模型要什么材料",
    "2301-210106-04-01-334455",
    "/start",
    "/choose_matter",
    "Can we start 202506 with the site at zip code 110001?",
    "合同编号 HT2024-015",
)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("around", AROUND)
def test_however_it_is_written_it_is_the_code_and_is_masked(around: str, spelling: str) -> None:
    text = around.format(spelling)
    assert code_in(text) == CODE
    assert MASK in without_codes(text)
    assert not any(one in without_codes(text) for one in SPELLINGS)


@pytest.mark.parametrize("text", NO_CODES)
def test_other_words_are_no_codes_and_stay_as_they_are(text: str) -> None:
    assert code_in(text) is None
    assert without_codes(text) == text


def test_a_code_with_a_slip_is_a_code_that_is_wrong() -> None:
    assert code_in("绑定 K7MP2XQ") == "K7MP2XQ"
    assert without_codes("绑定 K7MP2XQ") == f"绑定 {MASK}"


def test_a_code_that_is_only_mentioned_is_masked_and_not_used() -> None:
    assert code_in("我收到的码是 K7MP2XQ9 但不知道发给谁") is None
    assert CODE not in without_codes("我收到的码是 K7MP2XQ9 但不知道发给谁")


@pytest.mark.parametrize(
    "before", ["（转发）", "（更正）", "（群聊）@some_bot ", "［图片］", "给你："]
)
def test_a_code_behind_what_a_channel_adds_is_masked(before: str) -> None:
    assert without_codes(f"{before}K7MP-2XQ9").endswith(MASK)


def test_new_codes_are_long_unlike_and_recognised() -> None:
    codes = [new_code() for _ in range(500)]
    assert len(set(codes)) == len(codes)
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in codes)
    assert all(code_in(spelled(code)) == code for code in codes)


def test_the_digest_is_the_same_for_every_spelling_and_not_the_code() -> None:
    assert len({digest_of(spelling) for spelling in ("K7MP2XQ9", "k7mp-2xq9")}) == 1
    assert digest_of("K7MP2XQ8") != digest_of(CODE)
    assert CODE not in digest_of(CODE).upper()


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_code_told_to_be_one_never_stays_in_a_text(before: str, after: str) -> None:
    text = f"{before}绑定码 {CODE} {after}"
    assert CODE not in without_codes(text).upper()
