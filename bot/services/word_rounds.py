"""Speaking up unasked (主动帮办): look what is new, say it, and sum up the morning."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from bot.services.followed_cases import FollowedCases
from bot.services.give_word import Tellings, tell_all
from bot.services.notice_words import Words, notice_changes, notice_limits
from bot.services.platform_port import PlatformUnavailable
from bot.services.ports import Announcer, StoreUnavailable
from bot.services.quiet_hours import QuietHours

log = logging.getLogger(__name__)
EVERY_SECONDS = 5.0  # a round without news is four short queries


class WordStore(Words, Tellings, Protocol):
    """Both sides of the same words."""


async def one_round(
    words: WordStore,
    history: FollowedCases | None,
    announcer: Announcer,
    quiet: QuietHours,
    now: datetime,
) -> int:
    """Keeps what is new at `now` (aware) and says what may be said; how many conversations heard
    of something. It may end anywhere and be run again, here or in another process."""
    if history is not None:
        await notice_changes(words, history, now)
        await notice_limits(words, history, now)
    return await tell_all(words, announcer, quiet.hold(now))


class Rounds:
    """Runs `round` from `start` until `close`, every so often."""

    def __init__(self, round: Callable[[], Awaitable[None]], every: float = EVERY_SECONDS) -> None:
        self._round, self._every = round, every
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Ends at once; what was left is taken up after the next start."""
        if self._running is None:
            return
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running

    async def _run(self) -> None:
        while True:
            try:
                await self._round()
            except (StoreUnavailable, PlatformUnavailable) as away:
                log.warning("words: %s", away)
            except Exception:  # one bad round must not end the rounds
                log.exception("words: a round failed; it is tried again")
            await asyncio.sleep(self._every)
