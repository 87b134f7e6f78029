"""Questions about a whole project."""

from rasa_sdk import Tracker

from actions.base import AssistantAction
from actions.understanding import entity
from bot.model.reply import Reply
from bot.services.issue_receipt import with_receipt
from bot.services.plan_project import plan_project


class PlanProject(AssistantAction):
    def name(self) -> str:
        return "action_plan_project"

    async def reply(self, tracker: Tracker) -> Reply:
        catalogue, today = self.assistant.catalogue(), self.assistant.now().date()
        reply = plan_project(catalogue, entity(tracker, "path"))
        return with_receipt(catalogue, reply, today, today)
