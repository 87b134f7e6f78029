"""Running turns as messages arrive: one at a time per conversation, many side by side."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from bot.model.conversation import Change
from bot.services.hand_over import DeskHours
from bot.services.ports import Announcer, Dialogue, Store, StoreUnavailable
from bot.services.take_turn import take_turns

log = logging.getLogger(__name__)
RETRY_SECONDS = 2.0
BATCH = 500


class TurnScheduler:
    """`wake` it for every conversation that changed; `catch_up` after a start."""

    def __init__(
        self, store: Store, dialogue: Dialogue, announcer: Announcer, hours: DeskHours
    ) -> None:
        self._store = store
        self._dialogue = dialogue
        self._announcer = announcer
        self._hours = hours
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._closing = asyncio.Event()

    def wake(self, conversation: str, change: Change | None = None) -> None:
        """Something was said; `change` spares a look into the log."""
        if self._closing.is_set():
            return  # the next process takes it up
        if change and change.head.handled_no == change.head.last_no:
            return  # nothing is left to deal with
        if conversation in self._running:
            self._again.add(conversation)
            return
        self._running[conversation] = asyncio.create_task(self._run(conversation, change))

    async def catch_up(self) -> int:
        """Takes up what an earlier process left unanswered; returns how many conversations."""
        left = await self._store.read(lambda log_: log_.unhandled(BATCH))
        for conversation in left:
            self.wake(conversation)
        return len(left)

    async def close(self) -> None:
        """Lets the turns under way finish; what the database refuses is left for the next start."""
        self._closing.set()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _run(self, conversation: str, change: Change | None) -> None:
        try:
            await self._turns(conversation, change)
        finally:
            del self._running[conversation]
            if conversation in self._again:
                self._again.discard(conversation)
                self.wake(conversation)

    async def _turns(self, conversation: str, change: Change | None) -> None:
        parts = (self._store, self._dialogue, self._announcer, self._hours)
        while True:
            try:
                await take_turns(*parts, conversation, change)
            except StoreUnavailable:
                change = None
                if self._closing.is_set():
                    return
                log.warning("database away; conversation %s is taken up again", conversation)
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), RETRY_SECONDS)
            except Exception:
                log.exception("turns of conversation %s stopped", conversation)
                return
            else:
                return
