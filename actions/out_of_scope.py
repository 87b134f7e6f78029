"""What is not our business, attempts to manipulate included: calm, fixed answers."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events
from actions.understanding import understood
from bot.services.decline import decline_attempt, doubt


class Decline(Action):
    def name(self) -> str:
        return "action_decline"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        asked = understood(tracker)
        reply = decline_attempt(asked.text)
        if reply is None:
            dispatcher.utter_message(response="utter_out_of_scope", facts=doubt(asked))
            return []
        buttons = [{"title": b.title, "payload": b.payload} for b in reply.buttons]
        dispatcher.utter_message(text=reply.text, buttons=buttons, facts=reply.facts)
        return []
