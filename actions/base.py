"""What every action shares: slots in → service → slots out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.model.conversation import Enterprise
from bot.model.reply import Reply
from bot.services.ask_facts import QUESTION
from bot.services.assistant import Assistant

Events = list[dict[str, Any]]


class AssistantAction(Action, ABC):
    """An action that asks the assistant for a reply.

    Without an assistant (`rasa run actions`) it makes one from the settings. It is abstract, or
    the action server would serve it as an action.
    """

    def __init__(self, assistant: Assistant | None = None) -> None:
        self._assistant = assistant

    @property
    def assistant(self) -> Assistant:
        if self._assistant is None:
            from bot.bootstrap import default_assistant

            self._assistant = default_assistant()
        return self._assistant

    @abstractmethod
    async def reply(self, tracker: Tracker) -> Reply:
        """What to say to the latest message."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        reply = await self.reply(tracker)
        if reply.text:
            buttons = [{"title": b.title, "payload": b.payload} for b in reply.buttons]
            receipt = vars(reply.receipt) if reply.receipt else None
            dispatcher.utter_message(
                text=reply.text, buttons=buttons, facts=reply.facts, receipt=receipt
            )
        remember = {**passed_question(tracker), **reply.remember}
        return [
            SlotSet(name, value)
            for name, value in remember.items()
            if value != tracker.get_slot(name)
        ]


def passed_question(tracker: Tracker) -> dict[str, Any]:
    """A question about the project that this turn did not answer no longer waits for an answer."""
    asked = tracker.get_slot(QUESTION)
    return {QUESTION: {**asked, "open": False}} if asked else {}


def enterprise_of(tracker: Tracker) -> Enterprise | None:
    """Who is asking, as the channel verified it; nothing in the message can change it."""
    who = (tracker.latest_message.get("metadata") or {}).get("enterprise")
    return Enterprise(who["id"], who["name"]) if who else None
