"""Questions about the terms of the reform."""

from rasa_sdk import Tracker

from actions.base import AssistantAction
from actions.project_facts import remembered_facts
from actions.understanding import understood
from bot.model.reply import Reply
from bot.services.explain_term import explain_term
from bot.services.give_notice import notice_reply, wants_notice
from bot.services.issue_receipt import with_receipt
from bot.services.local_rules import PLACE, place_of


class ExplainTerm(AssistantAction):
    def name(self) -> str:
        return "action_explain_term"

    async def reply(self, tracker: Tracker) -> Reply:
        asked, catalogue = understood(tracker), self.assistant.catalogue()
        matter, today = asked.matter or tracker.get_slot("matter"), self.assistant.now().date()
        if matter in catalogue.matters and wants_notice(asked):  # the paper, not the word
            known = remembered_facts(self.assistant, tracker).known
            place = place_of(catalogue, known, tracker.get_slot(PLACE), self.assistant.place)
            reply = notice_reply(catalogue.at(place), matter, known, today)
        else:
            reply = explain_term(catalogue, tracker.slots, asked)
        return with_receipt(catalogue, reply, today, today)
