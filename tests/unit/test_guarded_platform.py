"""The guard around a platform: a second attempt, then a rest, then one question that decides."""

import threading

import pytest
from purgatory.domain import model

from bot.services.platform_port import PlatformUnavailable, PlatformUnreadable
from connectors.platforms.guarded import GuardedPlatform


class Flaky:
    """A platform that fails as often as it is told."""

    def __init__(self, failures=0, error=None):
        self.failures = failures
        self.error = error or PlatformUnavailable("读不到。", "稍后再试。")
        self.asked = 0

    def project(self, code):
        self.asked += 1
        if self.failures:
            self.failures -= 1
            raise self.error


def fail(guarded, times):
    for _ in range(times):
        with pytest.raises(PlatformUnavailable):
            guarded.project("x")


def test_one_quick_failure_is_not_noticed():
    platform = Flaky(failures=1)
    assert GuardedPlatform(platform).project("x") is None
    assert platform.asked == 2


def test_after_failures_in_a_row_it_is_left_alone_and_tried_again(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(model.time, "time", lambda: now[0])
    platform = Flaky(failures=100)
    guarded = GuardedPlatform(platform, failures=3, rest=30)
    fail(guarded, 3)
    asked = platform.asked
    with pytest.raises(PlatformUnavailable) as error:
        guarded.project("x")
    assert "暂时不再询问" in error.value.what
    assert "30秒" in error.value.what_to_do
    assert platform.asked == asked
    now[0] += 31
    fail(guarded, 1)  # half open: asked, still away, and left alone again
    assert platform.asked > asked
    asked = platform.asked
    fail(guarded, 1)
    assert platform.asked == asked
    now[0] += 31
    platform.failures = 0
    assert guarded.project("x") is None
    assert guarded.project("x") is None


def test_a_platform_that_answers_is_not_left_alone():
    platform = Flaky(failures=100, error=PlatformUnreadable("缺表。", "请补齐。"))
    guarded = GuardedPlatform(platform, failures=3)
    for _ in range(5):
        with pytest.raises(PlatformUnreadable):
            guarded.project("x")
    assert platform.asked == 5  # and never a second attempt: it would say the same


def test_questions_are_asked_side_by_side():
    together = threading.Barrier(4, timeout=5)

    class Slow:
        def project(self, code):
            together.wait()  # broken, were the questions asked one after another

    guarded = GuardedPlatform(Slow())
    threads = [threading.Thread(target=guarded.project, args=["x"]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not together.broken
