"""Messages that wait at the same moment are prepared together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.dialogue.ahead import Ahead


class Preparing:
    def __init__(self) -> None:
        self.together: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> None:
        self.together.append(list(texts))
        if "bad" in texts:
            raise ValueError("cannot be prepared")


@pytest.mark.parametrize("threads", [0, 1])
async def test_those_that_wait_are_prepared_together(threads: int) -> None:
    preparing = Preparing()
    ahead = Ahead(preparing, ThreadPoolExecutor(threads) if threads else None)
    await asyncio.gather(*(ahead(text) for text in "abc"))
    await ahead("d")
    assert preparing.together == [["a", "b", "c"], ["d"]]


async def test_what_cannot_be_prepared_is_told_to_those_who_wait_and_to_no_one_later() -> None:
    ahead = Ahead(Preparing())
    told = await asyncio.gather(ahead("good"), ahead("bad"), return_exceptions=True)
    assert [str(error) for error in told] == ["cannot be prepared"] * 2
    await ahead("good")


async def test_one_that_is_given_up_holds_up_no_other() -> None:
    preparing = Preparing()
    ahead = Ahead(preparing)
    first, second = (asyncio.create_task(ahead(text)) for text in "ab")
    await asyncio.sleep(0)  # both wait
    first.cancel()
    await second
    assert preparing.together == [["a", "b"]]
    assert first.cancelled()
