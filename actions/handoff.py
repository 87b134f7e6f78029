"""Fetching a human. The queue answers when the turn is committed, so nothing is said here."""

from rasa_sdk import Tracker

from actions.base import AssistantAction
from bot.model.reply import Reply


class HandOver(AssistantAction):
    def name(self) -> str:
        return "action_hand_over"

    async def reply(self, tracker: Tracker) -> Reply:
        return Reply("", remember={"hand_over": "企业要求人工", "misses": None})
