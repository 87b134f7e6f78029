"""Questions about approval matters."""

from rasa_sdk import Tracker

from actions.base import AssistantAction
from actions.project_facts import in_passing, known_facts, remembered_facts, told_facts
from actions.understanding import understood
from bot.model.reply import Reply
from bot.services.answer_for_project import COMPUTED
from bot.services.answer_question import answer_question
from bot.services.ask_facts import with_noted
from bot.services.give_notice import notice_reply, wants_notice, with_offer
from bot.services.issue_receipt import with_receipt
from bot.services.local_rules import PLACE, here, place_noted, with_place_question
from knowledge.days import day_meant
from knowledge.places import CITY


class AnswerMatter(AssistantAction):
    def name(self) -> str:
        return "action_answer_matter"

    async def reply(self, tracker: Tracker) -> Reply:
        asked, today = understood(tracker), self.assistant.now().date()
        project = remembered_facts(self.assistant, tracker)
        if {asked.aspect, asked.aspect2} & set(COMPUTED) or CITY not in project.known:
            project = await known_facts(self.assistant, tracker)
        told, day = told_facts(self.assistant, tracker), day_meant(asked.text, today) or today
        country, remembered = self.assistant.catalogue(), tracker.get_slot(PLACE)
        place, after = here(
            country, asked.text, remembered, project.with_told(*told), self.assistant.place
        )
        catalogue = country.at(place).on(day, today)
        beside = in_passing(tracker)
        if told and asked.matter is None and not beside:
            reply = place_noted(catalogue, place, after)
        elif asked.matter and asked.matter in catalogue.matters and wants_notice(asked):
            reply = notice_reply(catalogue, asked.matter, after.known, day)
        else:
            before, answer = (project, told) if told and not beside else (after, ())
            reply = answer_question(catalogue, tracker.slots, asked, day, before, answer)
            if beside:
                reply = with_noted(catalogue.vocabulary, reply, project, told)
            reply = with_place_question(country, with_offer(reply), after, place)
        return with_receipt(catalogue, reply, day, today)
