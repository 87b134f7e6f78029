"""What Telegram shows of an entry."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.conversation import Button, Entry, EntryKind
from connectors.channels.telegram.render import LIMIT, Part, messages, parts, split, units

AT = datetime(2026, 11, 20, 2, 0, tzinfo=timezone.utc)
words = st.text(st.sampled_from("材料审批。；😀ab \n"), max_size=300)


def entry(text: str, kind: EntryKind = EntryKind.BOT, **more: object) -> Entry:
    return Entry("c", 12, AT, kind, text, **more)  # type: ignore[arg-type]


@given(words, st.integers(min_value=8, max_value=60))
def test_pieces_are_short_and_lose_only_line_ends(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(units(piece) <= limit for piece in pieces if piece != text)
    kept = "".join("".join(pieces).split())
    assert kept == "".join(text.split())


def test_a_cut_falls_on_a_line_end_then_on_a_sentence_end() -> None:
    assert split("第一行\n第二行\n第三行", 8) == ["第一行\n第二行", "第三行"]
    assert split("申请人提交材料。窗口当场受理。十日办结。", 15) == [
        "申请人提交材料。窗口当场受理。",
        "十日办结。",
    ]
    assert split("一二三四五六七八九十", 4) == ["一二三四", "五六七八", "九十"]


def test_an_emoji_counts_twice_as_telegram_counts() -> None:
    assert [units(piece) for piece in split("😀" * 5000, LIMIT)] == [4096, 4096, 1808]


def test_buttons_stand_under_the_last_message_and_fit_into_64_bytes() -> None:
    buttons = tuple(Button(f"选项{n}", "/choose" + "x" * 500) for n in range(100))
    first, last = parts(entry("一行\n" * 1500, buttons=buttons))
    assert first.keyboard is None
    assert last.keyboard
    data = [row[0].callback_data for row in last.keyboard.inline_keyboard]
    assert data[99] == "b:12:99"
    assert max(len(str(one).encode()) for one in data) <= 64


@pytest.mark.parametrize(
    ("author", "shown"),
    [("王敏", "【项目管家 王敏】\n请补充图纸。"), (None, "【项目管家】\n请补充图纸。")],
)
def test_a_steward_is_named(author: str | None, shown: str) -> None:
    (part,) = parts(entry("请补充图纸。", EntryKind.STEWARD, author=author))
    assert part.text == shown


def test_a_checklist_is_a_link_where_the_server_has_a_public_address() -> None:
    facts = {"checklist": {"page": "/checklists/0123456789-KEY", "until": "2026-11-27"}}
    (shown,) = messages(entry("还要提交的有1项", facts=facts), "https://help.example/")
    assert isinstance(shown, Part)
    assert shown.text.splitlines() == [
        "还要提交的有1项",
        "材料核对清单（查看、打印，7天内有效）：https://help.example/checklists/0123456789-KEY",
    ]
    (bare,) = messages(entry("还要提交的有1项", facts=facts), None)
    assert isinstance(bare, Part)
    assert bare.text == "还要提交的有1项"
