"""The widget through reloads, lost connections, shared computers, keyboards, phones and strict
host pages. The bot repeats what it hears; everything else is the product."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import NewPage
from tests.browser.people import ANONYMOUS, StewardAtDesk, Visitor, hold
from tests.browser.rehearsal import ACCEPTANCE, AMBIGUOUS, DESIGN, LONG, Rehearsal

MACHINES = "示例装备制造（沈阳）有限公司"
HOMES = "示例置业（大连）有限公司"
GREETING = ("bot", "您好，我是工程建设项目帮办助手")
PHONE = {"width": 390, "height": 844}
MESSAGES = "**/api/chat/messages"


def test_a_reload_resumes_the_conversation(visitor: Visitor, rehearsal: Rehearsal) -> None:
    visitor.asks("施工许可要什么材料")
    visitor.page.reload()
    said = [GREETING, ("user", "施工许可要什么材料"), ("bot", "答：施工许可要什么材料")]
    visitor.sees(said)
    visitor.asks("多长时间")
    visitor.sees([*said, ("user", "多长时间"), ("bot", "答：多长时间")])


def test_a_message_typed_while_offline_arrives_once(visitor: Visitor, rehearsal: Rehearsal) -> None:
    visitor.page.context.set_offline(True)
    visitor.says("断网时写的")
    expect(visitor.widget.locator(".pending")).to_contain_text("断网时写的")
    visitor.page.context.set_offline(False)
    then_it_arrived_once(visitor, rehearsal, "断网时写的")


def test_a_message_typed_while_the_server_is_away_arrives_once(
    visitor: Visitor, rehearsal: Rehearsal
) -> None:
    visitor.asks("重启前问的")
    rehearsal.stop()
    expect(visitor.status).to_contain_text("连接中断")
    visitor.says("重启时写的")
    rehearsal.start()
    expect(visitor.by("bot")).to_have_count(3, timeout=30_000)
    expected = [
        GREETING,
        ("user", "重启前问的"),
        ("bot", "答：重启前问的"),
        ("user", "重启时写的"),
        ("bot", "答：重启时写的"),
    ]
    visitor.sees(expected)
    assert [kind for kind, _ in rehearsal.log()] == [kind for kind, _ in expected]


def test_a_message_whose_answer_was_lost_on_the_way_arrives_once(
    visitor: Visitor, rehearsal: Rehearsal
) -> None:
    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    visitor.page.route(MESSAGES, lose_the_answer, times=1)
    with visitor.page.expect_request(MESSAGES), visitor.page.expect_response(MESSAGES):
        visitor.says("应答丢了")
    then_it_arrived_once(visitor, rehearsal, "应答丢了")


def test_a_message_left_unsent_goes_out_after_a_reload(
    visitor: Visitor, rehearsal: Rehearsal
) -> None:
    visitor.page.route(MESSAGES, lambda route: route.abort())
    visitor.says("还没发出去")
    expect(visitor.widget.locator(".pending")).to_contain_text("发送中")
    visitor.page.reload()
    expect(visitor.widget.locator(".pending")).to_contain_text("还没发出去")
    visitor.page.unroute(MESSAGES)
    then_it_arrived_once(visitor, rehearsal, "还没发出去")


def then_it_arrived_once(visitor: Visitor, rehearsal: Rehearsal, text: str) -> None:
    expected = [GREETING, ("user", text), ("bot", f"答：{text}")]
    expect(visitor.by("bot")).to_have_count(2, timeout=30_000)
    visitor.sees(expected)
    assert [kind for kind, _ in rehearsal.log()] == [kind for kind, _ in expected]
    assert rehearsal.dialogue.heard == [text]


def test_another_enterprise_at_the_same_computer_sees_nothing(
    visitor: Visitor, rehearsal: Rehearsal
) -> None:
    visitor.signs_in_as(MACHINES)
    visitor.asks("甲企业的秘密")
    visitor.signs_in_as(HOMES)
    visitor.sees([GREETING])
    expect(visitor.widget).to_contain_text(HOMES)
    expect(visitor.widget).not_to_contain_text(MACHINES)
    visitor.asks("乙企业的问题")
    visitor.signs_out()
    visitor.sees([GREETING])
    visitor.signs_in_as(MACHINES)
    visitor.sees([GREETING, ("user", "甲企业的秘密"), ("bot", "答：甲企业的秘密")])
    owners = {c.enterprise.name if c.enterprise else None for c in rehearsal.all_conversations()}
    assert owners == {None, MACHINES, HOMES}


def test_ending_wipes_the_conversation_from_the_computer(visitor: Visitor) -> None:
    visitor.asks("给下一位看不得")
    token = visitor.page.evaluate("JSON.parse(Object.values(localStorage)[0]).session")
    ending = visitor.widget.get_by_role("button", name="结束并清除记录")
    ending.click()
    with visitor.page.expect_response(
        lambda response: response.request.method == "DELETE"
    ) as deleted:
        visitor.widget.get_by_role("button", name="结束并清除", exact=True).click()
    assert deleted.value.status == 204
    expect(visitor.widget).not_to_contain_text("给下一位看不得")
    assert visitor.page.evaluate("Object.keys(localStorage)") == []
    answer = visitor.page.request.get(
        f"{visitor.address}/api/chat/entries", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status == 401
    visitor.page.reload()
    visitor.sees([GREETING])


def test_everything_works_with_the_keyboard_alone(new_page: NewPage, rehearsal: Rehearsal) -> None:
    visitor = Visitor(new_page(), rehearsal.address)
    visitor.arrives()
    launcher = visitor.page.get_by_role("button", name=re.compile("^打开"))
    expect(launcher).to_be_visible()
    given_the_focus_is_on(visitor.page, launcher)
    visitor.page.keyboard.press("Enter")
    expect(visitor.input).to_be_focused()
    visitor.page.keyboard.type(AMBIGUOUS)
    visitor.page.keyboard.press("Enter")
    choice = visitor.choices.get_by_role("button", name=ACCEPTANCE.title)
    expect(choice).to_be_enabled()
    given_the_focus_is_on(visitor.page, choice, "Shift+Tab")
    visitor.page.keyboard.press("Enter")
    expect(visitor.by("bot")).to_have_count(3)
    expect(visitor.input).to_be_focused()
    visitor.page.keyboard.press("Escape")
    expect(visitor.widget).to_be_hidden()
    expect(launcher).to_be_focused()


def given_the_focus_is_on(page: Page, wanted: Locator, key: str = "Tab") -> None:
    for _ in range(40):
        if wanted.evaluate("element => element === element.getRootNode().activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{key} does not lead to {wanted}")


def test_on_a_phone_the_widget_fills_the_screen(
    new_page: NewPage, rehearsal: Rehearsal, tmp_path: Path
) -> None:
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)
    visitor = Visitor(page, rehearsal.address)
    visitor.arrives()
    visitor.opens_the_widget()
    visitor.asks(AMBIGUOUS)
    assert visitor.widget.bounding_box() == {"x": 0, "y": 0, **PHONE}
    expect(visitor.widget.get_by_role("button", name="发送")).to_be_in_viewport(ratio=1)
    expect(visitor.choices.get_by_role("button").last).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.screenshot(path=tmp_path / "phone.png")


def test_in_a_long_conversation_only_the_transcript_scrolls(visitor: Visitor) -> None:
    for number in range(8):
        visitor.asks(f"问题{number}")
    overflow = "element => element.scrollHeight - element.clientHeight"
    assert visitor.widget.evaluate(overflow) == 0
    assert visitor.widget.get_by_label("聊天记录").evaluate(overflow) > 0


def test_a_long_answer_is_shown_from_its_beginning(visitor: Visitor) -> None:
    answer = visitor.asks(LONG)
    expect(answer.locator(".who")).to_be_in_viewport()


def test_the_pages_hold_their_own_content_security_policy(
    visitor: Visitor, steward: StewardAtDesk
) -> None:
    """A violation would be in the console, which fails every test (`new_page`)."""
    visitor.asks(AMBIGUOUS)
    for address in (visitor.address, steward.page.url):
        answer = visitor.page.request.get(address)
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "style=" not in answer.text()


def test_a_host_page_with_a_strict_policy_can_embed_it(new_page: NewPage, host_site: str) -> None:
    visitor = Visitor(new_page(), host_site)
    visitor.arrives()
    visitor.opens_the_widget()
    visitor.asks("在别的网站上问")
    visitor.sees([GREETING, ("user", "在别的网站上问"), ("bot", "答：在别的网站上问")])
    placed = visitor.widget.bounding_box()
    assert placed is not None
    assert placed["x"] > 640, "its styles are in force: it stands at the right"


def test_buttons_go_when_a_steward_takes_over(
    visitor: Visitor, steward: StewardAtDesk, rehearsal: Rehearsal
) -> None:
    visitor.asks(AMBIGUOUS)
    expect(visitor.choices.get_by_role("button")).to_have_count(2)
    steward.looks_at("机器人接待中")
    steward.opens(steward.rows.first)
    steward.claims()
    expect(visitor.status).to_contain_text("项目管家 李敏 正在为您服务")
    expect(visitor.choices).to_have_count(0)


def test_the_bot_does_not_answer_a_button_that_was_pressed_as_a_steward_took_over(
    visitor: Visitor, steward: StewardAtDesk, rehearsal: Rehearsal
) -> None:
    visitor.asks(AMBIGUOUS)
    held = hold(visitor.page, MESSAGES)
    with visitor.page.expect_request(MESSAGES):
        visitor.presses(DESIGN.title)
    steward.looks_at("机器人接待中")
    steward.opens(steward.rows.first)
    steward.claims()
    held[0].continue_()
    steward.sees("user", DESIGN.title)
    assert rehearsal.log()[-2:] == [
        ("owner", "项目管家李敏为您服务。"),
        ("user", DESIGN.title),
    ]
    assert rehearsal.dialogue.heard == [AMBIGUOUS]


def test_a_hundred_thousand_characters_get_a_clear_sentence(visitor: Visitor) -> None:
    visitor.input.fill("长" * 100_000)
    expect(visitor.widget).to_contain_text("最多 2000 字，请删去 98000 字后再发送。")
    expect(visitor.widget.get_by_role("button", name="发送")).to_be_disabled()
    visitor.input.press("Enter")
    visitor.asks("短问题")
    visitor.sees([GREETING, ("user", "短问题"), ("bot", "答：短问题")])


@pytest.mark.parametrize("text", ["😀👍🏽🎉", "👨‍👩‍👧‍👦", "​‮abc", "<img src=x onerror=alert(1)>"])
def test_odd_texts_are_shown_as_they_are_and_answered(visitor: Visitor, text: str) -> None:
    visitor.asks(text)
    expect(visitor.by("user")).to_have_count(1)
    expect(visitor.widget.get_by_role("log").locator("img")).to_have_count(0)


def test_blank_messages_do_not_go_out(visitor: Visitor, rehearsal: Rehearsal) -> None:
    visitor.says(" \n ")
    visitor.asks("有内容的")
    assert rehearsal.dialogue.heard == ["有内容的"]


def test_a_session_that_expired_is_replaced_quietly(visitor: Visitor, rehearsal: Rehearsal) -> None:
    visitor.signs_in_as(MACHINES)
    visitor.asks("过期前")
    token = visitor.page.evaluate(
        "Object.entries(localStorage).map(([, kept]) => JSON.parse(kept))"
        f".find(kept => kept.enterprise === '{MACHINES}').session"
    )
    visitor.page.request.delete(
        f"{visitor.address}/api/chat/sessions", headers={"Authorization": f"Bearer {token}"}
    )
    visitor.asks("过期后")
    visitor.sees(
        [
            GREETING,
            ("user", "过期前"),
            ("bot", "答：过期前"),
            ("user", "过期后"),
            ("bot", "答：过期后"),
        ]
    )


def test_the_sample_page_offers_anonymous_use(visitor: Visitor) -> None:
    expect(visitor.page.get_by_label("以谁的身份咨询")).to_have_value("")
    expect(visitor.page.get_by_role("option", name=ANONYMOUS)).to_be_attached()
    expect(visitor.widget).to_contain_text("匿名咨询")
