"""The checklist beside a conversation, its page to print, and the ledger's page, in a browser."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import ViewportSize, expect

from bot.model.conversation import Draft, Enterprise, EntryKind
from bot.services.give_checklist import TITLE
from bot.services.my_cases import Wanted
from bot.services.my_missing import tell_missing
from connectors.platforms.demo import SAMPLE_ENTERPRISES
from tests.browser.conftest import NewPage, picture
from tests.browser.people import StewardAtDesk, Visitor
from tests.browser.rehearsal import Rehearsal

MACHINES = SAMPLE_ENTERPRISES[0]
FACTORY = "2509-210106-04-01-900001"
INSURANCE = "工伤保险参保证明"
PHONE: ViewportSize = {"width": 390, "height": 800}
QUESTION = "还缺什么材料"


def given_what_is_missing(rehearsal: Rehearsal) -> None:
    """The bot will answer the question from the sample platform."""
    who = Enterprise(MACHINES.credit_code, MACHINES.name)
    reply = tell_missing(rehearsal.assistant, who, Wanted(f"{FACTORY}{QUESTION}"))
    draft = Draft(EntryKind.BOT, reply.text, facts=reply.facts, receipt=reply.receipt)
    rehearsal.dialogue.script = {**rehearsal.dialogue.script, QUESTION: [draft]}


def test_what_is_missing_is_printed_from_the_chat(visitor: Visitor, rehearsal: Rehearsal) -> None:
    visitor.signs_in_as(MACHINES.name)
    given_what_is_missing(rehearsal)
    answer = visitor.asks(QUESTION)
    expect(answer).to_contain_text(INSURANCE)
    with visitor.page.context.expect_page() as opened:
        answer.get_by_role("link", name=re.compile(TITLE)).click()
    page = opened.value

    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.get_by_text(f"办理意见：缺少{INSURANCE}").first).to_be_visible()
    picture(page, "checklist-1280")
    page.set_viewport_size(PHONE)
    picture(page, "checklist-390")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_a_steward_ticks_a_paper_beside_the_conversation(
    visitor: Visitor, steward: StewardAtDesk, rehearsal: Rehearsal
) -> None:
    visitor.signs_in_as(MACHINES.name)
    visitor.asks_for_a_human()
    page = steward.page
    steward.rows.first.click()
    beside = page.get_by_role("complementary")
    beside.get_by_text("材料清单").click()
    beside.get_by_label("项目", exact=True).select_option(FACTORY)
    permit = beside.get_by_label("办件", exact=True)
    expect(permit.locator("option:checked")).to_contain_text("建筑工程施工许可证核发")
    tick = beside.get_by_label(f"{INSURANCE}：已收到纸质件")
    expect(tick).not_to_be_checked()
    picture(page, "desk")
    picture(beside.locator(".checklist"), "desk-checklist")

    tick.click()
    expect(tick).to_be_checked()
    line = beside.get_by_role("listitem").filter(
        has=page.get_by_label(f"{INSURANCE}：已收到纸质件")
    )
    expect(line).to_contain_text("登记收到纸质件")
    tick.click()
    expect(tick).not_to_be_checked()
    expect(line).not_to_contain_text("登记收到纸质件")


def test_the_ledger_is_looked_through_and_taken_away(steward: StewardAtDesk) -> None:
    page = steward.page
    page.get_by_role("link", name="台账").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("台账")
    overdue = page.get_by_role("button", name=re.compile("超过时限"))
    expect(overdue).to_have_attribute("aria-pressed", "true")
    rows = page.locator(".cases tbody tr")
    expect(rows.first).to_contain_text("个工作日")
    picture(page, "ledger")

    page.get_by_role("button", name=re.compile("等待企业补正")).click()
    expect(page.get_by_text(f"缺少{INSURANCE}")).to_be_visible()
    page.get_by_label("项目、事项、办件号").fill("没有这样的项目")
    expect(page.get_by_text("没有这样的办件。")).to_be_visible()
    page.get_by_label("项目、事项、办件号").fill("数控机床")
    expect(rows).to_have_count(1)

    with page.expect_download() as download:
        page.get_by_role("link", name="下载 Excel").click()
    assert download.value.suggested_filename.startswith("审批台账")
    sheets = load_workbook(BytesIO(Path(download.value.path()).read_bytes())).sheetnames
    assert sheets[0] == "台账"
    assert sheets[-1] == "合计"


def test_what_was_seen_of_a_case_is_told_from_the_first_day(
    steward: StewardAtDesk, rehearsal: Rehearsal
) -> None:
    page = steward.page
    page.get_by_role("link", name="台账").click()
    row = page.locator(".cases tbody tr").first
    row.get_by_role("button", name="变化记录").click()
    dialog = page.get_by_role("dialog", name="变化记录")
    expect(dialog).to_contain_text("没有这个办件的变化")
    dialog.get_by_role("button", name="关闭").click()

    rehearsal.follow()
    row.get_by_role("button", name="变化记录").click()
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    expect(dialog).to_contain_text("新办件")
    expect(dialog).to_contain_text("看到（")
    picture(page, "ledger-history")


def test_the_ledger_is_for_stewards(new_page: NewPage, rehearsal: Rehearsal) -> None:
    page = new_page()
    page.goto(f"{rehearsal.address}/desk/ledger")
    expect(page.get_by_role("alert")).to_contain_text("登录工作台")
