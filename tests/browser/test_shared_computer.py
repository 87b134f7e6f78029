"""The widget on a computer that others use too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import NewPage
from tests.browser.people import Visitor
from tests.browser.rehearsal import Rehearsal

SECRET = "给下一位看不得"
KEPT = "[...Object.values(localStorage), ...Object.values(sessionStorage)].join()"
LOCAL = "Object.keys(localStorage)"
SESSION = """Object.values(sessionStorage).filter((raw) => raw.startsWith("{"))
    .map((raw) => JSON.parse(raw).session)[0]"""
PAGE = """<!doctype html><meta charset="utf-8"><title>办事大厅</title>
<script src="/widget.js" data-shared="true" data-idle-minutes="10"></script>"""


@pytest.fixture
def hall(new_page: NewPage, rehearsal: Rehearsal) -> Visitor:
    """Somebody at the computer of a service hall."""
    page = new_page()
    address = f"{rehearsal.address}/hall"
    page.route(address, lambda route: show(route))
    page.clock.install()
    visitor = Visitor(page, address)
    visitor.arrives()
    visitor.opens_the_widget()
    return visitor


def show(route: Route) -> None:
    route.fulfill(body=PAGE, content_type="text/html")


def is_ended(page: Page, rehearsal: Rehearsal, session: str) -> bool:
    bearer = {"Authorization": f"Bearer {session}"}
    return page.request.get(f"{rehearsal.address}/api/chat/entries", headers=bearer).status == 401


def test_one_tap_ends_and_wipes_everything(hall: Visitor, rehearsal: Rehearsal) -> None:
    hall.asks(SECRET)
    hall.input.fill("没发出去的草稿")
    assert hall.page.evaluate(LOCAL) == []
    session = hall.page.evaluate(SESSION)

    with hall.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        hall.widget.get_by_role("button", name="结束并清除").click()

    expect(hall.widget).not_to_contain_text(SECRET)
    expect(hall.input).to_have_value("")
    assert hall.page.evaluate(LOCAL) == []
    assert session not in hall.page.evaluate(KEPT)
    assert is_ended(hall.page, rehearsal, session)


def test_a_reload_goes_on_with_the_conversation(hall: Visitor) -> None:
    hall.asks(SECRET)
    hall.page.reload()
    expect(hall.widget).to_contain_text(SECRET)


def test_another_window_knows_nothing(hall: Visitor) -> None:
    hall.asks(SECRET)
    other = hall.page.context.new_page()
    other.route(hall.address, lambda route: show(route))
    beside = Visitor(other, hall.address)
    beside.arrives()
    beside.opens_the_widget()
    expect(beside.widget).not_to_contain_text(SECRET)


def test_who_walks_away_leaves_nothing_behind(hall: Visitor, rehearsal: Rehearsal) -> None:
    hall.asks(SECRET)
    session = hall.page.evaluate(SESSION)

    hall.page.clock.fast_forward("09:45")
    expect(hall.status).to_contain_text("很久没有操作")
    expect(hall.widget).to_contain_text(SECRET)
    with hall.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        hall.page.clock.fast_forward("00:16")

    expect(hall.status).to_contain_text("长时间没有操作，已结束会话并清除记录")
    expect(hall.widget).not_to_contain_text(SECRET)
    assert is_ended(hall.page, rehearsal, session)


def test_who_is_still_there_goes_on(hall: Visitor) -> None:
    hall.asks(SECRET)
    hall.page.clock.fast_forward("09:45")
    expect(hall.status).to_contain_text("很久没有操作")
    hall.input.press("a")
    expect(hall.status).not_to_contain_text("很久没有操作")
    hall.page.clock.fast_forward("09:00")
    expect(hall.widget).to_contain_text(SECRET)
