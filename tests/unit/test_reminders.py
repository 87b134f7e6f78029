"""Which messages are a wish about reminders, and when an enterprise is left in peace."""

from __future__ import annotations

from datetime import datetime, time, timezone

import pytest

from bot.model.conversation import Conversation, Enterprise, Entry, EntryKind, Owner
from bot.model.times import CHINA
from bot.services.quiet_hours import NEVER, QuietHours, quiet_hours
from bot.services.reminders import NOBODY, REMINDERS, RESUME, STOP, grant, wish

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=CHINA)


@pytest.mark.parametrize(
    "text",
    [
        "不要再提醒我",
        "不要再提醒我了！",
        "别再提醒我了",
        "请不要再给我发提醒",
        "不用提醒",
        "停止提醒",
        "关闭提醒功能",
        "取消提醒，谢谢",
        "不想再收到提醒了",
        "請不要再提醒我",
        "退订",
        "TD",
        "Stop reminding me",
        "unsubscribe",
    ],
)
def test_no_more_reminders(text: str) -> None:
    assert wish(text) is False


@pytest.mark.parametrize(
    "text", ["恢复提醒", "请恢复提醒", "重新提醒我", "继续提醒我吧", "打开提醒", "resume reminders"]
)
def test_reminders_again(text: str) -> None:
    assert wish(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "别再提醒我了，我想问施工许可证要什么材料",
        "取消施工许可怎么办",
        "不要再让我补材料了",
        "提醒我一下施工许可证要什么材料",
        "补正通知书怎么看",
        "恢复施工要办什么手续",
        "关闭项目怎么办",
        "继续",
        "不要",
        "",
    ],
)
def test_anything_else_is_for_the_dialogue(text: str) -> None:
    assert wish(text) is None


def test_the_buttons_mean_what_they_say() -> None:
    assert wish(STOP.title, STOP.payload) is False
    assert wish(RESUME.title, RESUME.payload) is True
    assert wish("不要再提醒我", "/steward") is None


def test_a_wish_is_granted_with_a_word_and_kept_in_the_facts() -> None:
    head = Conversation("c1", "web", "p", Owner.BOT, 0, 1, 0, {"matter": "x"}, NOW)
    message = Entry("c1", 1, NOW, EntryKind.USER, "不要再提醒我")
    anonymous = grant(head, message)
    head.enterprise = Enterprise("91210100MA0000001X", "沈阳测试有限公司")
    verified = grant(head, message)
    assert anonymous is not None
    assert anonymous.replies[0].text == NOBODY
    assert verified is not None
    assert "不再主动提醒" in verified.replies[0].text
    assert verified.replies[0].facts == {REMINDERS: False}
    assert verified.replies[0].buttons == (RESUME,)
    assert verified.state == {"matter": "x"}


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"),
    [(20, 59, False), (21, 0, True), (23, 59, True), (0, 0, True), (7, 59, True), (8, 0, False)],
)
def test_quiet_hours_pass_midnight(hour: int, minute: int, quiet: bool) -> None:
    moment = datetime(2026, 11, 20, hour, minute, tzinfo=CHINA)
    assert quiet_hours("21:00-08:00").hold(moment) is quiet
    assert quiet_hours("21:00-08:00").hold(moment.astimezone(timezone.utc)) is quiet


def test_quiet_hours_within_a_day_and_none() -> None:
    assert quiet_hours("12:00 - 13:30") == QuietHours(time(12), time(13, 30))
    assert quiet_hours("12:00-13:30").hold(datetime(2026, 11, 20, 12, 30, tzinfo=CHINA))
    assert quiet_hours("off") == NEVER
    assert not NEVER.hold(datetime(2026, 11, 20, 0, 0, tzinfo=CHINA))


@pytest.mark.parametrize("written", ["", "21-8", "25:00-08:00", "21:00-08:60", "nights"])
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"expected|hour|minute"):
        quiet_hours(written)
