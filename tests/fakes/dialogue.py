"""A dialogue without a model (bot.services.ports.Dialogue)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from bot.model.conversation import Conversation, Draft, Entry, EntryKind
from bot.services.ports import TurnResult

PATIENCE_SECONDS = 20


class ScriptedDialogue:
    """Answers a text with its `script`, anything else by repeating it; `heard` is every text or
    payload in order. While `may_think` is clear it thinks.

    `asks_for_human` maps a text to why a human is needed; a text of `fails` raises.
    """

    def __init__(
        self,
        script: dict[str, Sequence[Draft]] | None = None,
        asks_for_human: Mapping[str, str] | None = None,
        fails: Sequence[str] = (),
    ) -> None:
        self.script = script or {}
        self.asks_for_human = asks_for_human or {}
        self.fails = fails
        self.heard: list[str] = []
        self.may_think = asyncio.Event()
        self.may_think.set()
        self._hears = asyncio.Condition()

    async def turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        said = message.payload or message.text
        async with self._hears:
            self.heard.append(said)
            self._hears.notify_all()
        await self.may_think.wait()
        if said in self.fails:
            raise RuntimeError(f"cannot make sense of {said}")
        state = {"turns": conversation.state.get("turns", 0) + 1}
        if said in self.asks_for_human:
            return TurnResult((), state, self.asks_for_human[said])
        replies = self.script.get(said, [Draft(EntryKind.BOT, f"答：{said}")])
        return TurnResult(tuple(replies), state)

    async def thinks_about(self, said: str) -> None:
        """Returns once `said` has been heard; fails the test when that takes too long."""
        async with self._hears:
            await asyncio.wait_for(
                self._hears.wait_for(lambda: said in self.heard), PATIENCE_SECONDS
            )
