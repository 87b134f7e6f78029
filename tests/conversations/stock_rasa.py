"""Stock Rasa, whole or in parts, to compare with."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.endpoint import create_app

from bot.dialogue.engine import as_plain_text, metadata_of, understood
from bot.dialogue.replies import ReplyCollector
from bot.dialogue.turn_tracker import state_of
from bot.model.conversation import Conversation, Entry
from bot.services.assistant import Assistant
from bot.services.ports import TurnResult


class GrowingTrackers(InMemoryTrackerStore):
    """Stock trackers, one for each conversation, in the place of TurnTrackerStore."""

    def begin(self, conversation: str, state: dict[str, Any]) -> str:
        return conversation

    def end(self, turn: str) -> DialogueStateTracker:
        return self.deserialise_tracker(turn, self.store[turn])

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """A wish for a human is cleared as it is when a turn is committed."""
        tracker = await super().retrieve(sender_id)
        if tracker is not None and tracker.get_slot("hand_over"):
            tracker.update(SlotSet("hand_over", None))
        return tracker


class StockDialogue:
    """Rasa's own agent, processor, graph runner, tracker and lock store, and an action server."""

    def __init__(self, model: Path, actions: str) -> None:
        self._trackers = GrowingTrackers(Domain.empty())
        self._agent = Agent.load(
            str(model),
            tracker_store=self._trackers,
            lock_store=InMemoryLockStore(),
            action_endpoint=EndpointConfig(actions),
        )

    async def turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        output = ReplyCollector()
        await self._agent.handle_message(
            UserMessage(
                message.payload or as_plain_text(message.text),
                output,
                conversation.id,
                metadata=metadata_of(conversation, message),
            )
        )
        tracker = self._trackers.end(conversation.id)
        state = state_of(tracker)
        why = state.pop("hand_over", None)
        return TurnResult(tuple(output.drafts), state, why, understood(tracker.latest_message))


@contextmanager
def action_server(assistant: Assistant) -> Iterator[str]:
    """The address of rasa_sdk's own server with our actions, as `rasa run actions` starts it."""
    with pytest.MonkeyPatch.context() as patch, socket() as listening:
        patch.setattr("bot.bootstrap.default_assistant", lambda: assistant)
        listening.bind(("127.0.0.1", 0))
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(_started(listening))
        thread = threading.Thread(target=loop.run_forever, name="action server")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/webhook"
        finally:
            asyncio.run_coroutine_threadsafe(_stopped(server), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


async def _started(listening: socket) -> Any:
    server = await create_app("actions").create_server(
        sock=listening, return_asyncio_server=True, access_log=False
    )
    assert server is not None
    await server.startup()
    await server.start_serving()
    return server


async def _stopped(server: Any) -> None:
    server.close()
    await server.wait_closed()
