"""Word of a case comes unasked: to the enterprise in its widget, to the steward at the desk."""

from __future__ import annotations

from playwright.sync_api import expect

from bot.model.conversation import Enterprise
from bot.model.word import WordKind
from connectors.platforms.demo import SAMPLE_ENTERPRISES
from tests.browser.conftest import NewPage, picture, signed_in
from tests.browser.people import Visitor
from tests.browser.rehearsal import STEWARDS, Rehearsal
from tests.fakes.words import a_word

SAMPLE = SAMPLE_ENTERPRISES[0]
WHO = Enterprise(SAMPLE.credit_code, SAMPLE.name)
ACCEPTED = a_word("2026年11月20日受理，办理时限7个工作日。", who=WHO)
OVER = a_word("已超过办理时限1个工作日。", WordKind.OVERDUE, who=WHO)
GONE = a_word("审批系统里不再有这个办件。", WordKind.VANISHED, who=WHO)


def test_an_enterprise_hears_of_its_case_and_may_stop_it(
    new_page: NewPage, rehearsal: Rehearsal
) -> None:
    visitor = given_a_signed_in_visitor(new_page, rehearsal)
    rehearsal.brings(ACCEPTED)
    told = visitor.by("bot").last
    expect(told).to_contain_text("您的办件有新进展")
    expect(told).to_contain_text(ACCEPTED.text)
    visitor.presses("不再提醒")
    expect(visitor.by("bot").last).to_contain_text("不再主动提醒您")
    rehearsal.brings(OVER)
    assert all(OVER.text not in text for _, text in rehearsal.log())


def test_a_steward_looks_at_cases_and_switches_reminders_off(
    new_page: NewPage, rehearsal: Rehearsal
) -> None:
    given_a_signed_in_visitor(new_page, rehearsal).asks("你好")
    rehearsal.brings(OVER, GONE)
    steward = signed_in(new_page, rehearsal, STEWARDS[0])
    button = steward.page.get_by_role("button", name="办件提醒")
    expect(button).to_contain_text("2")
    button.click()
    dialog = steward.page.get_by_role("dialog", name="办件提醒")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    gone = dialog.get_by_role("listitem").filter(has_text="办件消失")
    gone.get_by_role("button", name="变化记录").click()
    history = steward.page.get_by_role("dialog", name="变化记录")
    expect(history).to_contain_text("跟踪审批系统以来没有这个办件的变化。")  # none is followed here
    picture(steward.page, "alert-history")
    history.get_by_role("button", name="关闭").click()
    gone.get_by_role("button", name="已查看").click()
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    dialog.get_by_role("button", name="打开会话").click()
    steward.page.get_by_role("button", name="提醒：开").click()
    expect(steward.page.get_by_role("button", name="提醒：关")).to_be_visible()
    steward.sees("note", "关闭了本会话的办件提醒")


def given_a_signed_in_visitor(new_page: NewPage, rehearsal: Rehearsal) -> Visitor:
    visitor = Visitor(new_page(), rehearsal.address)
    visitor.arrives()
    visitor.signs_in_as(WHO.name)
    visitor.opens_the_widget()
    return visitor
