"""The stewards' desk: the door, the queue, drafts, claims. The bot repeats what it hears."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import NewPage
from tests.browser.people import CLAIMED, StewardAtDesk, Visitor, hold
from tests.browser.rehearsal import PASSWORD, Rehearsal

UNTOUCHED = "window.untouched"
CLAIMS = "**/api/desk/conversations/*/claim"
REPLIES = "**/api/desk/conversations/*/reply"


def test_a_wrong_password_is_told(new_page: NewPage, rehearsal: Rehearsal) -> None:
    steward = StewardAtDesk(new_page(), rehearsal.address, "李敏")
    steward.arrives()
    steward.signs_in("not the password")
    expect(steward.page.get_by_role("alert")).to_have_text("姓名或密码不正确。")
    steward.signs_in(PASSWORD)
    expect(steward.page.locator(".who-am-i")).to_have_text("李敏")


def test_too_many_wrong_passwords_close_the_door(new_page: NewPage, rehearsal: Rehearsal) -> None:
    steward = StewardAtDesk(new_page(), rehearsal.address, "没有这个人")
    steward.arrives()
    for number in range(10):
        with steward.page.expect_response("**/api/desk/session") as answer:
            steward.signs_in(f"wrong password {number}")
        assert answer.value.status == 401
    steward.signs_in(PASSWORD)
    expect(steward.page.get_by_role("alert")).to_contain_text("尝试次数过多")


def test_the_desk_is_live_without_a_reload(
    visitor: Visitor, steward: StewardAtDesk, rehearsal: Rehearsal
) -> None:
    steward.page.evaluate(f"{UNTOUCHED} = true")
    visitor.asks("第一个问题")
    visitor.asks_for_a_human()
    expect(steward.rows).to_have_count(1)
    expect(steward.page).to_have_title(re.compile(r"^\(1\) "))
    steward.opens(steward.rows.first)
    steward.sees("bot", "答：第一个问题")
    visitor.says("补充一句")
    steward.sees("user", "补充一句")
    assert steward.page.evaluate(UNTOUCHED) is True


def test_a_draft_survives_an_expired_session(visitor: Visitor, steward: StewardAtDesk) -> None:
    given_a_conversation_taken_over(visitor, steward)
    steward.writing.fill("写了一半的回复")
    when_the_session_expires(steward)
    visitor.says("您还在吗")
    expect(steward.page.get_by_text("登录已过期，请重新登录")).to_be_visible()
    steward.signs_in(PASSWORD)
    expect(steward.writing).to_have_value("写了一半的回复")
    steward.sees("user", "您还在吗")


def test_a_reply_refused_by_an_expired_session_goes_out_after_signing_in(
    visitor: Visitor, steward: StewardAtDesk, rehearsal: Rehearsal
) -> None:
    given_a_conversation_taken_over(visitor, steward)
    replies = hold(steward.page, REPLIES)
    with steward.page.expect_request(REPLIES):
        steward.writing.fill("请补一份图纸")
        steward.writing.press("Control+Enter")
    when_the_session_expires(steward)
    replies[0].continue_()
    expect(steward.page.get_by_text("登录已过期，请重新登录")).to_be_visible()
    steward.page.unroute(REPLIES)
    steward.signs_in(PASSWORD)
    expect(visitor.by("steward")).to_have_count(1)
    assert rehearsal.log()[-1] == ("steward", "请补一份图纸")
    expect(steward.writing).to_have_value("")


def when_the_session_expires(steward: StewardAtDesk) -> None:
    address = f"{steward.address}/api/desk/session"
    answer = steward.page.request.delete(address, headers={"X-Bangban-Desk": "1"})
    assert answer.status == 204


def test_what_the_bot_was_thinking_is_not_said_after_a_steward_took_over(
    visitor: Visitor, steward: StewardAtDesk, rehearsal: Rehearsal
) -> None:
    visitor.asks("先问一句")
    rehearsal.let_think(False)
    visitor.says("想很久的问题")
    steward.looks_at("机器人接待中")
    steward.opens(steward.rows.first)
    steward.sees("user", "想很久的问题")
    steward.claims()
    rehearsal.let_think(True)
    steward.replies("我来回答")
    expect(visitor.by("steward")).to_have_count(1)
    assert [kind for kind, _ in rehearsal.log()][-3:] == ["user", "owner", "steward"]


def test_of_two_stewards_who_claim_at_once_one_wins_and_the_other_is_told(
    visitor: Visitor, steward: StewardAtDesk, colleague: StewardAtDesk, tmp_path: Path
) -> None:
    visitor.asks("谁来接")
    visitor.asks_for_a_human()
    claims = [hold(one.page, CLAIMS) for one in (steward, colleague)]
    for one in (steward, colleague):
        one.opens(one.rows.first)
        with one.page.expect_request(CLAIMS):
            one.presses_claim()
    for (claim,) in claims:
        claim.continue_()
    for one in (steward, colleague):
        expect(one.tag).to_have_class("tag steward")
    (winner,) = (one for one in (steward, colleague) if one.tag.inner_text() == CLAIMED)
    loser = colleague if winner is steward else steward
    expect(loser.error).to_have_text(f"会话已由{winner.name}接管。")
    expect(loser.tag).to_have_text(f"{winner.name} 接待中")
    expect(visitor.status).to_contain_text(f"项目管家 {winner.name} 正在为您服务")
    loser.page.screenshot(path=tmp_path / "told.png")


def test_a_conversation_of_a_colleague_is_read_only(
    visitor: Visitor, steward: StewardAtDesk, colleague: StewardAtDesk
) -> None:
    given_a_conversation_taken_over(visitor, steward)
    colleague.looks_at("我的")
    colleague.opens(colleague.rows.first)
    expect(colleague.page.get_by_text("李敏正在接待，您不能回复")).to_be_visible()
    expect(colleague.page.get_by_role("button", name="结束会话")).to_be_disabled()


def test_ending_a_conversation_asks_the_enterprise_for_a_rating(
    visitor: Visitor, steward: StewardAtDesk, rehearsal: Rehearsal
) -> None:
    given_a_conversation_taken_over(visitor, steward)
    steward.page.get_by_role("button", name="结束会话").click()
    steward.page.get_by_role("button", name="再点一次确认").click()
    visitor.widget.get_by_role("button", name="满意", exact=True).click()
    expect(visitor.widget).to_contain_text("感谢您的评价")
    steward.sees("rating", "企业评价")
    visitor.asks("再问一个")
    assert [kind for kind, _ in rehearsal.log()][-4:] == ["rating", "owner", "user", "bot"]


def given_a_conversation_taken_over(visitor: Visitor, steward: StewardAtDesk) -> None:
    visitor.asks("要人工")
    visitor.asks_for_a_human()
    steward.opens(steward.rows.first)
    steward.claims()
    expect(visitor.status).to_contain_text(f"项目管家 {steward.name} 正在为您服务")
