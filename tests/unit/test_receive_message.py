"""What is left of a text when everything that cannot be shown is gone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.receive_message import printable


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("施工许可证要什么材料？", "施工许可证要什么材料？"),
        ("\u3000全角　空格 \n", "全角　空格"),
        ("一\r\n二\t三", "一\n二\t三"),
        ("\x00\x07\x1b", ""),
        ("\ud800", ""),
        ("\u200d\u200b\ufeff", ""),
        ("\U0001f44d\U0001f3fd", "\U0001f44d\U0001f3fd"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("\u202e倒写", "倒写"),
    ],
    ids=ascii,
)
def test_what_can_be_shown_is_kept(text: str, kept: str) -> None:
    assert printable(text) == kept


@given(st.text(st.characters()))
def test_the_rest_can_always_be_stored(text: str) -> None:
    kept = printable(text)
    kept.encode("utf-8")
    assert "\x00" not in kept
    assert kept == kept.strip()
    assert printable(kept) == kept


@given(st.text(st.sampled_from("施工许可证，。？abcXYZ019 ")))
def test_plain_text_only_loses_outer_space(text: str) -> None:
    assert printable(text) == text.strip()
