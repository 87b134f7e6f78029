"""SIGKILL at any instant loses nothing and repeats nothing (bot/decisions/0003, rule 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from bot.model.conversation import Entry, EntryKind
from tests.chaos.runner import Found, Sent, count_faults, run

MESSAGES, KILLS, SEED = 300, 14, 20261122


async def test_nothing_is_lost_doubled_or_out_of_order(
    database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    found = await run(database_url, MESSAGES, KILLS, SEED)
    with capfd.disabled():
        print(f"\nkill test, {database_url.partition(':')[0]}: {found}")
    assert found.faults == 0
    assert (found.messages, found.kills, found.restarts) == (MESSAGES, KILLS, KILLS)
    assert found.resent > 0  # the kills met requests under way


NOTHING = Found(0.0, *[0] * 11)
GOOD = ["您好", "一", "答：一", "二", "三", "答：二", "答：三"]


def log_of(texts: list[str]) -> list[Entry]:
    at = datetime(2026, 11, 22, tzinfo=timezone.utc)
    kinds = [EntryKind.BOT if text[0] in "您答" else EntryKind.USER for text in texts]
    return [
        Entry("c", no, at, kind, text)
        for no, (kind, text) in enumerate(zip(kinds, texts, strict=True), 1)
    ]


def judged(log: list[Entry], numbers: tuple[int, ...] = (2, 4, 5)) -> Found:
    found = replace(NOTHING)
    count_faults(found, Sent("c", {}, ["一", "二", "三"], list(numbers)), log)
    return found


def test_the_count_accepts_a_good_log() -> None:
    assert judged(log_of(GOOD)).faults == 0


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        (["您好", "一", "答：一", "二", "三", "答：二"], "lost"),
        (["您好", "一", "答：一", "三", "答：三"], "lost"),
        ([*GOOD, "答：三"], "doubled"),
        ([*GOOD, "一"], "doubled"),
        (["您好", "一", "答：一", "二", "三", "答：三", "答：二"], "out_of_order"),
        (["您好", "一", "答：一", "三", "二", "答：二", "答：三"], "out_of_order"),
        (["您好", "答：一", "一", "二", "三", "答：二", "答：三"], "out_of_order"),
    ],
)
def test_the_count_sees_a_planted_fault(texts: list[str], fault: str) -> None:
    assert getattr(judged(log_of(texts)), fault) > 0


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda log: [*log[:-1], replace(log[-1], no=9)], "gaps"),
        (lambda log: log, "renumbered"),
    ],
)
def test_the_count_sees_wrong_numbers(
    change: Callable[[list[Entry]], list[Entry]], fault: str
) -> None:
    found = judged(change(log_of(GOOD)), numbers=(2, 4, 6))
    assert getattr(found, fault) == 1
