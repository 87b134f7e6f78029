"""Departure from stock Rasa: custom actions run in this process instead of behind HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from rasa.core.actions.action import ActionExecutionRejection
from rasa.utils.endpoints import EndpointConfig

Call = dict[str, Any]
RunAction = Callable[[Call], Awaitable[dict[str, Any] | None]]


class ActionRejected(Exception):
    """An action declines to run; another may be predicted."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


class Failures(list[BaseException]):
    """What went wrong in the actions of one turn; Rasa itself swallows it."""


failures: ContextVar[Failures] = ContextVar("failures")


class InProcessActions(EndpointConfig):
    """Looks like an action server to Rasa and calls `run` instead."""

    def __init__(self, run: RunAction) -> None:
        super().__init__("http://in-process", enable_selective_domain=True)
        self._run = run

    async def request(self, method: str = "post", **call: Any) -> dict[str, Any] | None:  # type: ignore[override]
        try:
            return await self._run(call["json"])
        except ActionRejected as rejected:
            raise ActionExecutionRejection(rejected.action) from rejected
        except Exception as error:
            failures.get().append(error)
            raise
