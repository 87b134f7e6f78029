"""Questions about a whole project."""

from dataclasses import replace

from rasa_sdk import Tracker

from actions.base import AssistantAction
from actions.project_facts import known_facts, told_facts
from actions.understanding import entity, understood
from bot.model.reply import Reply
from bot.services.ask_facts import with_noted
from bot.services.issue_receipt import with_receipt
from bot.services.local_rules import PLACE, here
from bot.services.plan_project import plan_project
from bot.services.project_facts import SLOT
from knowledge.days import day_meant


class PlanProject(AssistantAction):
    def name(self) -> str:
        return "action_plan_project"

    async def reply(self, tracker: Tracker) -> Reply:
        catalogue, today = self.assistant.catalogue(), self.assistant.now().date()
        said, project = understood(tracker).text, await known_facts(self.assistant, tracker)
        before, default = tracker.get_slot(PLACE), self.assistant.place
        told = told_facts(self.assistant, tracker)
        place, after = here(catalogue, said, before, project.with_told(*told), default)
        day = day_meant(said, today) or today
        path, matter = entity(tracker, "path"), tracker.get_slot("matter")
        reply = plan_project(catalogue, path, place, day, under_discussion=matter)
        reply = with_noted(catalogue.vocabulary, reply, project, told)
        remember = {**reply.remember, SLOT: after.as_slot(), PLACE: place}
        return with_receipt(catalogue, replace(reply, remember=remember), today, today)
