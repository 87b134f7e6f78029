"""The whole mission on the real product, from both sides: ask, be answered from the catalogue,
see one's case, be taken over by a steward, be handed back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from bot.commands.serve import SAMPLE_STEWARD
from tests.browser.conftest import NewPage
from tests.browser.people import StewardAtDesk, Visitor
from tests.browser.product import bangban_up

ENTERPRISE = "示例装备制造（沈阳）有限公司"
PROJECT = "示例高端数控机床生产基地项目"
CODE = "2509-210106-04-01-900001"
PERMIT = "建设工程规划许可证核发"
PHONE = {"width": 390, "height": 844}
SOURCED = re.compile(r"(来源|依据)：")
CHECKED_ON = re.compile(r"资料核对日期：20\d\d-\d\d-\d\d")
READ_AT = re.compile(r"以上是20\d\d年\d+月\d+日\d\d:\d\d从审批系统读到的情况")
HOURS = re.compile(r"管家服务时间：工作日08:30—17:00，预计.+前答复您")


@pytest.fixture(scope="module")
def product(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `bangban up` on an empty database."""
    with bangban_up(tmp_path_factory.mktemp("product")) as address:
        yield address


def test_the_main_job(product: str, new_page: NewPage, tmp_path: Path) -> None:
    enterprise = given_somebody_on_the_page(product, new_page, ENTERPRISE)
    when_it_asks_in_its_own_words_it_is_answered_from_the_catalogue(enterprise)
    when_it_asks_for_its_case_it_gets_the_status_and_the_time_it_was_read(enterprise)
    when_it_asks_what_is_missing_it_gets_each_document_with_its_reason(enterprise)
    when_it_asks_something_ambiguous_it_is_asked_back_and_chooses(enterprise)
    when_it_asks_for_a_human_it_is_told_its_place_and_the_hours(enterprise)

    steward = given_a_steward_at_the_desk(product, new_page)
    then_the_queue_shows_enterprise_matter_and_project(steward)
    when_the_steward_claims_the_enterprise_is_told(steward, enterprise)
    then_the_bot_is_silent_while_the_steward_serves(steward, enterprise)
    enterprise.page.screenshot(path=tmp_path / "page.png")
    when_the_steward_leaves_a_note_the_enterprise_does_not_see_it(steward, enterprise)
    steward.page.screenshot(path=tmp_path / "desk.png")

    when_the_steward_hands_back_the_bot_answers_again(steward, enterprise)
    then_nothing_else_was_ever_said(enterprise)


def given_somebody_on_the_page(product: str, new_page: NewPage, name: str = "") -> Visitor:
    visitor = Visitor(new_page(), product)
    visitor.arrives()
    if name:
        visitor.signs_in_as(name)
    visitor.opens_the_widget()
    return visitor


def when_it_asks_in_its_own_words_it_is_answered_from_the_catalogue(enterprise: Visitor) -> None:
    answer = enterprise.asks("工地开工之前那个施工许可，要交些什么？")
    expect(answer).to_contain_text("建筑工程施工许可证核发")
    expect(answer).to_contain_text("施工合同")
    expect(answer).to_contain_text(SOURCED)
    expect(answer).to_contain_text(CHECKED_ON)


def when_it_asks_for_its_case_it_gets_the_status_and_the_time_it_was_read(
    enterprise: Visitor,
) -> None:
    answer = enterprise.asks(f"帮我看看{CODE}这个项目办到哪一步了")
    expect(answer).to_contain_text(PROJECT)
    expect(answer).to_contain_text("缺少工伤保险参保证明")
    expect(answer).to_contain_text("计时暂停")
    expect(answer).to_contain_text(READ_AT)


def when_it_asks_what_is_missing_it_gets_each_document_with_its_reason(
    enterprise: Visitor,
) -> None:
    answer = enterprise.asks("那这个项目还缺什么材料没交？")
    expect(answer).to_contain_text(re.compile(r"还要提交的有\d+项"))
    expect(answer).to_contain_text(re.compile(r"\d+\. 工伤保险参保证明（.+需要）"))
    expect(answer).to_contain_text(READ_AT)


def when_it_asks_something_ambiguous_it_is_asked_back_and_chooses(enterprise: Visitor) -> None:
    question = enterprise.asks("规划许可证怎么办")
    expect(question).to_contain_text("请选择一个")
    answers = enterprise.by("bot").count()
    enterprise.presses(re.compile(f"^{PERMIT}"))
    expect(enterprise.by("bot")).to_have_count(answers + 1)
    expect(enterprise.by("bot").last).to_contain_text(f"【{PERMIT}")
    expect(enterprise.by("bot").last).to_contain_text(SOURCED)


def when_it_asks_for_a_human_it_is_told_its_place_and_the_hours(enterprise: Visitor) -> None:
    enterprise.says("算了，还是找个工作人员跟我说吧")
    expect(enterprise.by("bot").last).to_contain_text("您排在第1位")
    expect(enterprise.by("bot").last).to_contain_text(HOURS)
    expect(enterprise.status).to_contain_text("您排在第一位")


def given_a_steward_at_the_desk(product: str, new_page: NewPage) -> StewardAtDesk:
    name, password = SAMPLE_STEWARD
    steward = StewardAtDesk(new_page(), product, name)
    steward.arrives()
    steward.signs_in(password)
    return steward


def then_the_queue_shows_enterprise_matter_and_project(steward: StewardAtDesk) -> None:
    row = the_row_of_the_enterprise(steward)
    expect(row).to_contain_text("第 1 位")
    expect(row).to_contain_text(PERMIT)
    steward.opens(row)
    for fact in (ENTERPRISE, PROJECT, CODE, PERMIT, "网页", "排队中"):
        expect(steward.facts).to_contain_text(fact)
    steward.sees("user", "工地开工之前那个施工许可，要交些什么？")


def the_row_of_the_enterprise(steward: StewardAtDesk) -> Locator:
    return steward.rows.filter(has_text=ENTERPRISE)


def when_the_steward_claims_the_enterprise_is_told(
    steward: StewardAtDesk, enterprise: Visitor
) -> None:
    steward.claims()
    expect(enterprise.by("owner").last).to_contain_text(f"项目管家{steward.name}为您服务")
    expect(enterprise.status).to_contain_text(f"项目管家 {steward.name} 正在为您服务")


def then_the_bot_is_silent_while_the_steward_serves(
    steward: StewardAtDesk, enterprise: Visitor
) -> None:
    enterprise.says("消防验收要多长时间？")
    steward.sees("user", "消防验收要多长时间？")
    steward.replies("您好，消防验收我来帮您确认，今天下班前答复您。")
    expect(enterprise.by("steward")).to_contain_text("今天下班前答复您")
    expect(enterprise.said.last).to_have_class("steward")


def when_the_steward_leaves_a_note_the_enterprise_does_not_see_it(
    steward: StewardAtDesk, enterprise: Visitor
) -> None:
    steward.notes("内部：已电话联系经办人。")
    steward.replies("已问到，请按系统里的补正意见先补参保证明。")
    expect(enterprise.by("steward")).to_have_count(2)
    expect(enterprise.widget).not_to_contain_text("内部：")


def when_the_steward_hands_back_the_bot_answers_again(
    steward: StewardAtDesk, enterprise: Visitor
) -> None:
    steward.hands_back()
    expect(enterprise.status).to_contain_text("智能助手正在为您服务")
    answer = enterprise.asks("施工许可证多少天能办下来？")
    expect(answer).to_contain_text("建筑工程施工许可证核发")
    expect(answer).to_contain_text("工作日")


def then_nothing_else_was_ever_said(enterprise: Visitor) -> None:
    """In the order of the log: turns of one conversation are in order, so whatever the bot had
    wanted to say while the steward served would stand before its last answer."""
    enterprise.page.reload()
    greeted, asked_and_answered = ["bot"], ["user", "bot"]
    expected = [
        *greeted,
        *asked_and_answered * 5,
        *["user", "owner", "bot"],
        *["owner", "user", "steward", "steward", "owner"],
        *asked_and_answered,
    ]
    expect(enterprise.said).to_have_count(len(expected))
    assert [line.get_attribute("class") for line in enterprise.said.all()] == expected


def test_an_anonymous_visitor_is_told_how_to_sign_in(product: str, new_page: NewPage) -> None:
    visitor = given_somebody_on_the_page(product, new_page)
    answer = visitor.asks(f"{CODE}办到哪一步了？")
    expect(answer).to_contain_text("请在办事网站登录企业账号")
    expect(answer).not_to_contain_text(PROJECT)


def test_a_message_of_emoji_gets_a_plain_sentence(
    product: str, new_page: NewPage, tmp_path: Path
) -> None:
    visitor = Visitor(new_page(viewport=PHONE, is_mobile=True, has_touch=True), product)
    visitor.arrives()
    visitor.opens_the_widget()
    expect(visitor.asks("😀😀🎉")).to_contain_text("您")
    expect(visitor.asks("办水土保持方案要交什么材料")).to_contain_text(SOURCED)
    visitor.page.screenshot(path=tmp_path / "phone.png")
