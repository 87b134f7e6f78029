"""The follower's thread: it goes on through everything, waits longer each time, and stops."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from threading import Event

import pytest

from bot.services import keep_following
from bot.services.follow_port import LeaseLost, Position
from bot.services.keep_following import Following
from bot.services.platform_port import PlatformUnavailable
from bot.services.ports import StoreUnavailable

AWAY = PlatformUnavailable("审批系统连不上。", "请稍后再试。")


class Platform:
    """Nothing is in it; what a round meets is scripted, and after the script all is well."""

    def __init__(self, script: Sequence[Exception | None]) -> None:
        self.script = list(script)
        self.finished, self.released = Event(), False

    def glance(self) -> str:
        if not self.script:
            self.finished.set()
            return "same"
        error = self.script.pop(0)
        if error is not None:
            raise error
        return "same"

    def hold(self, at: datetime) -> Position:
        return Position("same", at)

    def reach(self, position: Position) -> None: ...

    def longest_unread(self, limit: int) -> list[str]:
        return []

    def release(self) -> None:
        self.released = True


class Waits(Event):
    """Remembers how long was to be waited, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.asked.append(timeout or 0)
        return super().wait(0.001)


def run(
    platform: Platform, opened: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> list[float]:
    waits = Waits()
    monkeypatch.setattr(keep_following, "Event", lambda: waits)
    following = Following(opened, 60, lambda: datetime.now(timezone.utc))  # type: ignore[arg-type]
    following.start()
    assert platform.finished.wait(20)
    following.close()
    return waits.asked


def test_it_waits_longer_while_the_platform_is_away_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    platform = Platform([None, AWAY, AWAY, StoreUnavailable("gone"), None, AWAY])

    asked = run(platform, lambda: (platform, platform), monkeypatch)

    assert asked[:7] == [60, 120, 240, 480, 60, 120, 60]
    assert platform.released
    assert sum("审批系统连不上" in record.message for record in caplog.records) == 2


def test_it_never_waits_longer_than_a_quarter_of_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Platform([AWAY] * 9)

    assert max(run(platform, lambda: (platform, platform), monkeypatch)) == 900


def test_neither_a_fault_nor_a_lost_lease_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Platform([LeaseLost(), ValueError("a fault"), None])

    asked = run(platform, lambda: (platform, platform), monkeypatch)

    assert asked[:4] == [60, 120, 60, 60]


def test_a_platform_that_cannot_be_opened_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    platform, left = Platform([]), [AWAY, AWAY]

    def opened() -> object:
        if left:
            raise left.pop()
        return platform, platform

    assert run(platform, opened, monkeypatch)[:3] == [120, 240, 60]
