"""Questions about approval matters."""

from rasa_sdk import Tracker

from actions.base import AssistantAction
from actions.understanding import understood
from bot.model.reply import Reply
from bot.services.answer_question import answer_question


class AnswerMatter(AssistantAction):
    def name(self) -> str:
        return "action_answer_matter"

    async def reply(self, tracker: Tracker) -> Reply:
        today = self.assistant.now().date()
        return answer_question(
            self.assistant.catalogue(), tracker.slots, understood(tracker), today
        )
