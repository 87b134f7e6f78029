"""The actions as one function, for a dialogue in the same process."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.base import AssistantAction
from actions.cases import ListMissing, ReportProgress
from actions.handoff import HandOver
from actions.matters import AnswerMatter
from actions.out_of_scope import Decline
from actions.planning import PlanProject
from actions.policy import ExplainTerm
from actions.small_talk import SmallTalk
from bot.dialogue.in_process_actions import ActionRejected, RunAction
from bot.services.assistant import Assistant

WITH_ASSISTANT: tuple[type[AssistantAction], ...] = (
    AnswerMatter,
    ExplainTerm,
    HandOver,
    ListMissing,
    PlanProject,
    ReportProgress,
)


def in_process(assistant: Assistant) -> RunAction:
    """Runs an action call of Rasa and returns its result; raises ActionRejected."""
    executor = ActionExecutor()
    for action in WITH_ASSISTANT:
        executor.register_action(action(assistant))
    for plain in (SmallTalk, Decline):
        executor.register_action(plain())

    async def run(call: dict[str, Any]) -> dict[str, Any] | None:
        try:
            return await executor.run(call)
        except ActionExecutionRejection as rejected:
            raise ActionRejected(rejected.action_name) from rejected

    return run
