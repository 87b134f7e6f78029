"""Leaves a platform alone that is away: fails at once for a while instead of waiting each time."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import TypeVar

from purgatory import SyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState
from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from bot.model.case import Case, PlatformDescription, Project, ReceivedMaterial
from bot.services.platform_port import (
    Platform,
    PlatformMisdescribed,
    PlatformUnavailable,
    PlatformUnreadable,
)

log = logging.getLogger(__name__)
Result = TypeVar("Result")
# The platform answers in both cases; that it lacks a table will not pass by waiting.
_ANSWERED = (PlatformUnreadable, PlatformMisdescribed)
_QUICK = 1.0  # seconds: a failure that took longer is not tried again, somebody is waiting


class GuardedPlatform:
    """Implements bot.services.platform_port.Platform around another one.

    A failure that came quickly is tried again once. After `failures` in a row nothing is asked for
    `rest` seconds; then one question decides. Safe to use from several threads.
    """

    def __init__(self, platform: Platform, failures: int = 3, rest: float = 30) -> None:
        self._platform = platform
        self._rest = rest
        self._lock = Lock()
        breakers = SyncCircuitBreakerFactory(failures, rest, exclude=list(_ANSWERED))
        self._breaker = breakers.get_breaker("platform")

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
        attempts = Retrying(
            stop=stop_after_attempt(2) | stop_after_delay(_QUICK),
            wait=wait_random_exponential(0.1, max=0.5),
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )
        with self._counted():
            return attempts(question)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        # Only the breaker's own bookkeeping is locked: questions are asked side by side.
        try:
            with self._lock:
                self._breaker.__enter__()
        except OpenedState as error:
            raise PlatformUnavailable(
                "审批系统连续几次读不到，暂时不再询问。", f"过{self._rest:g}秒会自动再试。"
            ) from error
        try:
            yield
        except BaseException:
            self._leave(*sys.exc_info())
            raise
        self._leave(None, None, None)

    def _leave(self, *raised: object) -> None:
        with self._lock:
            before = self._breaker.context.state
            self._breaker.__exit__(*raised)  # type: ignore[arg-type]
            after = self._breaker.context.state
        if after != before:
            log.warning("platform: %s → %s", before, after)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, PlatformUnavailable) and not isinstance(error, _ANSWERED)
