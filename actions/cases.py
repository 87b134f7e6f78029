"""Questions about one's own cases. The platform is read on a thread, with a time limit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from rasa_sdk import Tracker

from actions.base import AssistantAction, enterprise_of
from actions.project_facts import remembered_facts, told_fact
from actions.understanding import understood
from bot.model.reply import TO_STEWARD, Reply
from bot.services.my_cases import Wanted, tell_status
from bot.services.my_missing import tell_missing
from bot.services.platform_port import PlatformUnavailable

log = logging.getLogger(__name__)
PLATFORM_SECONDS = 8.0
AWAY = "审批系统暂时查询不到，请过几分钟再试；着急的话可以转人工，请项目管家帮您查。"


class ReportProgress(AssistantAction):
    def name(self) -> str:
        return "action_report_progress"

    async def reply(self, tracker: Tracker) -> Reply:
        who, wanted = enterprise_of(tracker), _wanted(tracker)
        return await _from_platform(lambda: tell_status(self.assistant, who, wanted))


class ListMissing(AssistantAction):
    def name(self) -> str:
        return "action_list_missing"

    async def reply(self, tracker: Tracker) -> Reply:
        who, wanted = enterprise_of(tracker), _wanted(tracker)
        known = remembered_facts(self.assistant, tracker)
        told = told_fact(self.assistant, tracker)
        return await _from_platform(lambda: tell_missing(self.assistant, who, wanted, known, told))


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
