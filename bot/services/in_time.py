"""One answer's questions to a platform, within one time: each is limited alone, a chain is not."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from contextvars import copy_context
from datetime import datetime
from typing import TypeVar

from bot.model.case import Case, PlatformDescription, Project, ReceivedMaterial
from bot.services.platform_port import Platform, PlatformUnavailable

Result = TypeVar("Result")
ANSWER_SECONDS = 8.0  # a little more than one reading may take (6 s); who asks is waiting


class InTime:
    """Implements bot.services.platform_port.Platform around another one, for one answer.

    The time begins with the first question. Once `seconds` are over, the question under way and
    all later ones are given up with PlatformUnavailable, so that the last reading is told. What was
    given up ends by its own limit, and its result is dropped.
    """

    def __init__(self, platform: Platform, seconds: float = ANSWER_SECONDS) -> None:
        self._platform = platform
        self._seconds = seconds
        self._until: float | None = None

    def describe(self, now: datetime) -> PlatformDescription:
        return self._ask(lambda: self._platform.describe(now))

    def project(self, code: str) -> Project | None:
        return self._ask(lambda: self._platform.project(code))

    def projects_of(self, credit_code: str) -> list[Project]:
        return self._ask(lambda: self._platform.projects_of(credit_code))

    def cases(self, project: Project) -> list[Case]:
        return self._ask(lambda: self._platform.cases(project))

    def received_materials(self, project: Project) -> list[ReceivedMaterial]:
        return self._ask(lambda: self._platform.received_materials(project))

    def _ask(self, question: Callable[[], Result]) -> Result:
        now = time.monotonic()
        if self._until is None:
            self._until = now + self._seconds
        if now >= self._until:
            raise _too_slow()
        thread = ThreadPoolExecutor(1, "platform")
        try:
            asked = thread.submit(copy_context().run, question)
            try:
                return asked.result(timeout=self._until - now)
            except TookTooLong as error:
                raise _too_slow() from error
        finally:
            thread.shutdown(wait=False)


def _too_slow() -> PlatformUnavailable:
    return PlatformUnavailable("审批系统答得太慢。", "请过一会儿再查。")
