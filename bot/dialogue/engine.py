"""Rasa as a function: (state, message) → (replies, state′).

`Turns` is that function on the loop it is called on. `RasaDialogue` gives it a thread of its own,
for commands and tests; the server runs it in worker processes (bot/dialogue/workers.py).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import threadpoolctl
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.utils.endpoints import EndpointConfig

from bot.dialogue import departures
from bot.dialogue.ahead import Ahead, Prepare
from bot.dialogue.in_process_actions import Failures, InProcessActions, RunAction, failures
from bot.dialogue.linear_runner import LinearGraphRunner
from bot.dialogue.replies import ReplyCollector
from bot.dialogue.turn_tracker import TurnTrackerStore, state_of
from bot.model.conversation import Conversation, Entry, EntryKind, Owner
from bot.services.ports import TurnResult
from bot.services.take_turn import apology

log = logging.getLogger(__name__)
TURN_SECONDS = 20  # a turn that takes longer is given up with an apology


class Turns:
    """One loaded model. `prepare` does the heavy part of understanding texts ahead of the graph.

    Many turns may be under way on one loop; they give way to each other while actions wait.
    """

    def __init__(self, model: Path, run_action: RunAction, prepare: Prepare | None = None) -> None:
        departures.install()
        self.store = TurnTrackerStore(Domain.empty())
        self.processor = load_processor(model, self.store, InProcessActions(run_action))
        # The matrices of a turn are small: a second thread only spins.
        threadpoolctl.threadpool_limits(1)
        self.prepare = prepare
        self._ahead = Ahead(prepare) if prepare else None

    def prepare_on(self, pool: Executor) -> None:
        """Prepares on these threads from now on, not on the loop that turns are taken on."""
        if self.prepare:
            self._ahead = Ahead(self.prepare, pool)

    async def take(self, conversation: Conversation, message: Entry) -> TurnResult:
        """One turn; never raises for what the message says, however odd."""
        try:
            return await asyncio.wait_for(self._turn(conversation, message), TURN_SECONDS)
        except Exception:
            log.exception("turn failed: conversation %s entry %d", conversation.id, message.no)
            return apology(conversation)

    async def expect(self, text: str) -> None:
        """The heavy part of a turn that will probably be asked for; whatever fails here will fail
        there, and is told there."""
        with suppress(Exception):
            await self._prepared(as_plain_text(text))

    async def rehearse(self, texts: Iterable[str]) -> None:
        """Takes turns that nobody hears, for what loads at its first use."""
        for number, text in enumerate(texts):
            now = datetime.now(timezone.utc)
            alone = Conversation(f"rehearsal-{number}", "none", "none", Owner.BOT, 0, 1, 0, {}, now)
            await self.take(alone, Entry(alone.id, 1, now, EntryKind.USER, text))

    async def parse(self, text: str) -> dict[str, Any]:
        """What Rasa's NLU makes of a text without a conversation."""
        text = as_plain_text(text)
        await self._prepared(text)
        return await self.processor.parse_message(UserMessage(text))

    async def _turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        text = message.payload or as_plain_text(message.text)
        if message.payload is None:
            await self._prepared(text)
        turn = self.store.begin(conversation.id, conversation.state)
        output = ReplyCollector()
        broken = Failures()
        failures.set(broken)
        try:
            await self.processor.handle_message(
                UserMessage(text, output, turn, metadata=metadata_of(conversation, message))
            )
        finally:
            tracker = self.store.end(turn)
        if broken:
            raise broken[0]
        state = state_of(tracker)
        why = state.pop("hand_over", None)
        if not output.drafts and why is None:
            raise RuntimeError("the dialogue said nothing")
        return TurnResult(tuple(output.drafts), state, why, understood(tracker.latest_message))

    async def _prepared(self, text: str) -> None:
        if self._ahead:
            await self._ahead(text)


class RasaDialogue:
    """Turns on a loop and a thread of their own; sentences are encoded on a small pool beside."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self._pool = ThreadPoolExecutor(2, "encode")
        turns.prepare_on(self._pool)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="dialogue", daemon=True)
        self._thread.start()

    async def turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        taken = asyncio.run_coroutine_threadsafe(self.turns.take(conversation, message), self._loop)
        return await asyncio.wrap_future(taken)

    async def parse(self, text: str) -> dict[str, Any]:
        """What Rasa's NLU makes of a text without a conversation."""
        parsed = asyncio.run_coroutine_threadsafe(self.turns.parse(text), self._loop)
        return await asyncio.wrap_future(parsed)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._pool.shutdown()
        self._loop.close()


def load_processor(
    model: Path, store: TurnTrackerStore, actions: EndpointConfig
) -> MessageProcessor:
    """Rasa's own processor with the departures plugged in."""
    agent = Agent.load(str(model), tracker_store=store, action_endpoint=actions)
    processor = agent.processor
    if processor is None:
        raise FileNotFoundError(f"{model}: no trained model; run `bangban train`")
    processor.tracker_store = store  # not the wrapper that falls back to memory on errors
    processor.graph_runner = LinearGraphRunner(processor.graph_runner)
    return processor


def understood(message: UserUttered | None) -> dict[str, Any]:
    """What the pipeline made of the message, in the words of the label guide."""
    if message is None:
        return {}
    found = {entity["entity"]: entity["value"] for entity in message.entities}
    if "understanding" in found:
        return dict(found["understanding"])
    intent = str(message.intent.get("name") or "")
    asked = intent.removeprefix("ask_") if intent.startswith("ask_") else None
    return {
        "act": "ask_matter" if asked else intent,
        "matter": found.get("matter"),
        "aspect": asked,
        "confidence": message.intent.get("confidence"),
    }


def as_plain_text(text: str) -> str:
    """Typed text is never a command: Rasa reads a leading slash as an intent, after any space."""
    text = text.strip()
    return "／" + text[1:] if text.startswith("/") else text


def metadata_of(conversation: Conversation, message: Entry) -> dict[str, Any]:
    """What actions may rely on; it comes from the log, never from what was said."""
    who = conversation.enterprise
    return {
        "enterprise": {"id": who.id, "name": who.name} if who else None,
        "conversation": conversation.id,
        "no": message.no,
        "said": message.text,
    }
