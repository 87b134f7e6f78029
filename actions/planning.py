"""Questions about a whole project."""

from rasa_sdk import Tracker

from actions.base import AssistantAction
from actions.understanding import entity
from bot.model.reply import Reply
from bot.services.plan_project import plan_project


class PlanProject(AssistantAction):
    def name(self) -> str:
        return "action_plan_project"

    async def reply(self, tracker: Tracker) -> Reply:
        return plan_project(self.assistant.catalogue(), entity(tracker, "path"))
