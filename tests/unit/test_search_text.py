"""One spelling, pinyin, and misheard characters."""

from __future__ import annotations

import unicodedata
from importlib.resources import files

import pytest
from opencc import OpenCC

from knowledge.search.pinyin import initials, split_syllables, syllables, typed_syllables
from knowledge.search.spelling import Speller
from knowledge.text import comparable, mask_codes, normalise


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("ＡＢＣ　１２３", "abc 123"),
        ("請問施工許可證", "请问施工许可证"),
        ("施 工 许 可 证", "施工许可证"),
        ("你好\u200b😀\x07吗", "你好吗"),
        ("建築許可を申請", "建築許可を申請"),
        ("  多   空格  here ", "多空格 here"),
    ],
)
def test_normalise(written: str, expected: str) -> None:
    assert normalise(written) == expected


def test_what_is_taken_for_simplified_is_what_the_library_leaves_alone() -> None:
    library = OpenCC("t2s")
    for name in ("TSCharacters.txt", "TSPhrases.txt"):
        lines = files("opencc").joinpath("dictionary", name).read_text("utf-8").splitlines()
        words = [unicodedata.normalize("NFKC", line.split("\t")[0]) for line in lines]
        assert len(words) > 250
        for word in words:
            assert normalise(f"请{word}吗") == library.convert(f"请{word}吗"), word


def test_a_long_message_is_cut() -> None:
    assert len(normalise("字" * 100_000)) == 2_000


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("代码2401-210112-04-01-123456", "代码项目代码"),
        ("91210100ma0xxxxx1n的公司", "信用代码的公司"),
        ("受理号20250317042到哪了", "受理号号码到哪了"),
        ("面积3000平", "面积3000平"),
    ],
)
def test_mask_codes(written: str, expected: str) -> None:
    assert mask_codes(written) == expected


def test_comparable_leaves_only_what_is_said() -> None:
    assert comparable("施工许可证，要 啥材料？") == comparable("施工許可證要啥材料")


@pytest.mark.parametrize(
    ("word", "expected"),
    [("dixiashi", ("di", "xia", "shi")), ("bei'an", ("bei", "an")), ("permit", None)],
)
def test_split_syllables(word: str, expected: tuple[str, ...] | None) -> None:
    assert split_syllables(word) == expected


@pytest.mark.parametrize("text", ["can you help", "what is the fee", "办sgxkz要啥", "ok"])
def test_what_is_not_pinyin(text: str) -> None:
    assert typed_syllables(text) is None


def test_initials() -> None:
    assert initials(syllables("施工许可证")) == "sgxkz"


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(
        ["消防验收", "消防设计审查", "施工许可证", "消防验收要什么材料", "备案怎么办"] * 4
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("xiaofang yanshou yao shenme cailiao", "消防验收要什么材料"),
        ("消房验收", "消防验收"),
        ("施工许可政", "施工许可证"),
        ("天然气监测", "天然气监测"),
        ("what about the fee", "what about the fee"),
    ],
)
def test_the_speller_reads_what_was_meant(speller: Speller, written: str, read: str) -> None:
    assert speller.read(written) == read


def test_no_misheard_character_becomes_a_japanese_one() -> None:
    japanese = ["建設工事の許可が必要ですか", "許可はいくらですか", "許可の書類は"] * 4
    mixed = Speller([*["施工许可证", "许可证要什么材料", "许诺", "也许"] * 4, *japanese])
    assert mixed.read("施工徐可证") == "施工许可证"
    assert mixed.read("施工徐可证はいくらですか") == "施工徐可证はいくらですか"


def test_a_slip_that_others_made_before_is_still_a_slip() -> None:
    heard = [*["施工许可证要什么材料", "许可证办理"] * 40, "施工徐可证", "许可正办理"]
    assert Speller(heard).read("施工徐可正办理") == "施工许可证办理"
