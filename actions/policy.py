"""Questions about the terms of the reform."""

from rasa_sdk import Tracker

from actions.base import AssistantAction
from actions.understanding import understood
from bot.model.reply import Reply
from bot.services.explain_term import explain_term


class ExplainTerm(AssistantAction):
    def name(self) -> str:
        return "action_explain_term"

    async def reply(self, tracker: Tracker) -> Reply:
        return explain_term(self.assistant.catalogue(), tracker.slots, understood(tracker))
