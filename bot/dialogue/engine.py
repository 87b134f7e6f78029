"""Rasa as a function: (state, message) → (replies, state′), on a thread of its own.

The event loop that serves HTTP never waits for it: turns run on a second loop, sentences are
encoded on a small pool beside it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import threadpoolctl
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.utils.endpoints import EndpointConfig

from bot.dialogue import action_schema, event_types, step_log
from bot.dialogue.in_process_actions import Failures, InProcessActions, RunAction, failures
from bot.dialogue.linear_runner import LinearGraphRunner
from bot.dialogue.replies import ReplyCollector
from bot.dialogue.turn_tracker import TurnTrackerStore, state_of
from bot.model.conversation import Conversation, Entry
from bot.services.ports import TurnResult
from bot.services.take_turn import apology

log = logging.getLogger(__name__)
TURN_SECONDS = 20  # a turn that takes longer is given up with an apology


class RasaDialogue:
    """One loaded model. `prepare` does the heavy part of understanding a text ahead of the graph,
    off both loops (it is called on a pool)."""

    def __init__(
        self, model: Path, run_action: RunAction, prepare: Callable[[str], object] | None = None
    ) -> None:
        action_schema.install()
        event_types.install()
        step_log.install()
        self._store = TurnTrackerStore(Domain.empty())
        self._processor = load_processor(model, self._store, InProcessActions(run_action))
        # The matrices of a turn are small: a second thread only spins.
        threadpoolctl.threadpool_limits(1)
        self._prepare = prepare
        self._pool = ThreadPoolExecutor(2, "encode")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="dialogue", daemon=True)
        self._thread.start()

    async def turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        """One turn; never raises for what the message says, however odd."""
        turn = asyncio.run_coroutine_threadsafe(
            self._guarded_turn(conversation, message), self._loop
        )
        return await asyncio.wrap_future(turn)

    async def parse(self, text: str) -> dict[str, Any]:
        """What Rasa's NLU makes of a text without a conversation."""
        parsed = asyncio.run_coroutine_threadsafe(self._parse(text), self._loop)
        return await asyncio.wrap_future(parsed)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._pool.shutdown()
        self._loop.close()

    async def _guarded_turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        try:
            return await asyncio.wait_for(self._turn(conversation, message), TURN_SECONDS)
        except Exception:
            log.exception("turn failed: conversation %s entry %d", conversation.id, message.no)
            return apology(conversation)

    async def _turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        text = message.payload or as_plain_text(message.text)
        if message.payload is None:
            await self._encode(text)
        turn = self._store.begin(conversation.id, conversation.state)
        output = ReplyCollector()
        broken = Failures()
        failures.set(broken)
        try:
            await self._processor.handle_message(
                UserMessage(text, output, turn, metadata=metadata_of(conversation, message))
            )
        finally:
            tracker = self._store.end(turn)
        if broken:
            raise broken[0]
        state = state_of(tracker)
        why = state.pop("hand_over", None)
        if not output.drafts and why is None:
            raise RuntimeError("the dialogue said nothing")
        return TurnResult(tuple(output.drafts), state, why, understood(tracker.latest_message))

    async def _encode(self, text: str) -> None:
        if self._prepare:
            await asyncio.get_running_loop().run_in_executor(self._pool, self._prepare, text)

    async def _parse(self, text: str) -> dict[str, Any]:
        text = as_plain_text(text)
        await self._encode(text)
        return await self._processor.parse_message(UserMessage(text))


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
