"""Questions about one's own cases. The platform is read on a thread, with a time limit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from rasa_sdk import Tracker

from actions.base import AssistantAction, enterprise_of
from actions.project_facts import remembered_facts, told_facts
from actions.understanding import understood
from bot.model.reply import TO_STEWARD, Reply
from bot.model.understanding import Act
from bot.services.in_time import ANSWER_SECONDS
from bot.services.my_cases import Wanted, tell_status
from bot.services.my_missing import tell_missing
from bot.services.platform_port import PlatformUnavailable

log = logging.getLogger(__name__)
# The platform has ANSWER_SECONDS; then the last reading is looked up, for which there is time left.
PLATFORM_SECONDS = ANSWER_SECONDS + 4.0
AWAY = "审批系统暂时查询不到，请过几分钟再试；着急的话可以转人工，请项目管家帮您查。"


class ReportProgress(AssistantAction):
    def name(self) -> str:
        return "action_report_progress"

    async def reply(self, tracker: Tracker) -> Reply:
        who, wanted = enterprise_of(tracker), _wanted(tracker)
        reply = await _from_platform(lambda: tell_status(self.assistant, who, wanted))
        return _under_discussion(reply, Act.CASE_STATUS)


class ListMissing(AssistantAction):
    def name(self) -> str:
        return "action_list_missing"

    async def reply(self, tracker: Tracker) -> Reply:
        who, wanted = enterprise_of(tracker), _wanted(tracker)
        told = told_facts(self.assistant, tracker)
        known = remembered_facts(self.assistant, tracker).with_told(*told[:-1])
        newest = told[-1] if told else None
        reply = await _from_platform(
            lambda: tell_missing(self.assistant, who, wanted, known, newest)
        )
        return _under_discussion(reply, Act.MISSING_DOCUMENTS)


def _under_discussion(reply: Reply, act: Act) -> Reply:
    """A short question that follows is about one's own cases: “那啥时候能下来”."""
    return replace(reply, remember={**reply.remember, "offer_aspect": act.value})


def _wanted(tracker: Tracker) -> Wanted:
    asked = understood(tracker)
    project = tracker.get_slot("project") or {}
    return Wanted(asked.text, asked.matter, project.get("code"))


async def _from_platform(tell: Callable[[], Reply]) -> Reply:
    try:
        return await asyncio.wait_for(asyncio.to_thread(tell), PLATFORM_SECONDS)
    except (PlatformUnavailable, asyncio.TimeoutError) as error:
        log.warning("platform not read: %s", error or "time limit")
        return Reply(AWAY, (TO_STEWARD,))
