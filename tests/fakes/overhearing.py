"""A dialogue that takes every text for a question about cases, so that no lack of understanding can
stand between somebody and what they must not see."""

from __future__ import annotations

import asyncio

from bot.model.conversation import Conversation, Draft, Enterprise, Entry, EntryKind
from bot.model.reply import Reply
from bot.services.assistant import Assistant
from bot.services.my_cases import Wanted, tell_status
from bot.services.my_missing import tell_missing
from bot.services.ports import TurnResult

EVERY_STEP = "每一步"


class OverhearingDialogue:
    """Answers each message with the status, every step of it, and what is missing."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant

    def whose(self, conversation: Conversation, message: Entry) -> Enterprise | None:
        return conversation.enterprise

    async def turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        known = conversation.state.get("project") or {}
        who = self.whose(conversation, message)
        told = f"{message.text}{message.payload or ''}{EVERY_STEP}"
        wanted = Wanted(told, None, known.get("code"))
        replies = await asyncio.to_thread(self._tell, who, wanted)
        state = dict(conversation.state)
        for reply in replies:
            state.update(reply.remember)
        drafts = [
            Draft(EntryKind.BOT, r.text, buttons=r.buttons, facts=r.facts, receipt=r.receipt)
            for r in replies
        ]
        return TurnResult(tuple(drafts), state)

    def _tell(self, who: Enterprise | None, wanted: Wanted) -> list[Reply]:
        return [tell_status(self.assistant, who, wanted), tell_missing(self.assistant, who, wanted)]
