"""Questions about approval matters."""

from rasa_sdk import Tracker

from actions.base import AssistantAction
from actions.project_facts import known_facts, remembered_facts, told_fact
from actions.understanding import understood
from bot.model.reply import Reply
from bot.services.answer_for_project import COMPUTED
from bot.services.answer_question import answer_question
from bot.services.give_notice import notice_reply, wants_notice, with_offer
from bot.services.issue_receipt import with_receipt


class AnswerMatter(AssistantAction):
    def name(self) -> str:
        return "action_answer_matter"

    async def reply(self, tracker: Tracker) -> Reply:
        asked, today = understood(tracker), self.assistant.now().date()
        project = remembered_facts(self.assistant, tracker)
        if {asked.aspect, asked.aspect2} & set(COMPUTED):
            project = await known_facts(self.assistant, tracker)
        told = told_fact(self.assistant, tracker)
        catalogue = self.assistant.catalogue()
        if asked.matter in catalogue.matters and wants_notice(asked):
            known = project.with_told(told).known
            return with_receipt(
                catalogue, notice_reply(catalogue, asked.matter, known, today), today, today
            )
        reply = answer_question(catalogue, tracker.slots, asked, today, project, told)
        return with_receipt(catalogue, with_offer(reply), today, today)
