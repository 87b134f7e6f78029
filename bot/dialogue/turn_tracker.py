"""Departure from stock Rasa: a tracker lives for one turn and is built from a bounded state.

A stock tracker grows with the conversation and is read, replayed and written for every message; a
lock store makes waiters poll once a second. Here the log orders the messages of a conversation
and the state is its slots, so nothing is read back and nothing is locked.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

TRANSIENT = {"session_started_metadata", "requested_slot"}


class TurnTrackerStore(TrackerStore):
    """Holds the trackers of the turns under way, by turn id."""

    def __init__(self, domain: Domain) -> None:
        super().__init__(domain)
        self._turns: dict[str, DialogueStateTracker] = {}

    def begin(self, conversation: str, state: dict[str, Any]) -> str:
        """Puts a tracker with these slots there, as if it had just been listening; its id."""
        turn = f"{conversation}/{uuid.uuid4().hex}"
        slots = {slot.name for slot in self.domain.slots}
        events = [SlotSet(name, value) for name, value in state.items() if name in slots]
        self._turns[turn] = DialogueStateTracker.from_events(
            turn, [*events, ActionExecuted(ACTION_LISTEN_NAME)], self.domain.slots
        )
        return turn

    def end(self, turn: str) -> DialogueStateTracker:
        return self._turns.pop(turn)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        return self._turns.get(sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        self._turns[tracker.sender_id] = tracker

    async def keys(self) -> Iterable[str]:
        return self._turns.keys()


def state_of(tracker: DialogueStateTracker) -> dict[str, Any]:
    """The slots that are set: all that a conversation remembers."""
    values = tracker.current_slot_values()
    return {k: v for k, v in values.items() if v is not None and k not in TRANSIENT}
