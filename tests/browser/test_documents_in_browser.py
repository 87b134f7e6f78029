"""Notices and receipts as a person meets them: a link in the chat, a page, paper, the desk."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pypdfium2
from playwright.sync_api import Page, expect

from bot.model.conversation import Draft, EntryKind
from bot.model.reply import Reply
from bot.model.times import CHINA
from bot.services.give_notice import notice_reply
from bot.services.issue_receipt import with_receipt
from bot.settings import ROOT
from knowledge.live import shared_catalogue
from knowledge.loader import Catalogue
from tests.browser.conftest import NewPage, signed_in
from tests.browser.people import Visitor
from tests.browser.rehearsal import STEWARDS, Rehearsal

MATTER = "construction-permit"
PHONE = {"width": 390, "height": 800}


def catalogue() -> Catalogue:
    return shared_catalogue(ROOT / "knowledge")()


def given_an_answer(rehearsal: Rehearsal, text: str, reply: Reply) -> None:
    """The bot will say this reply to a text, under a receipt."""
    today = datetime.now(CHINA).date()
    signed = with_receipt(catalogue(), reply, today, today)
    draft = Draft(EntryKind.BOT, signed.text, facts=signed.facts, receipt=signed.receipt)
    rehearsal.dialogue.script = {**rehearsal.dialogue.script, text: [draft]}


def given_a_notice(rehearsal: Rehearsal) -> None:
    today = datetime.now(CHINA).date()
    given_an_answer(rehearsal, "告知书", notice_reply(catalogue(), MATTER, {}, today))


def opened(visitor: Visitor, name: str | re.Pattern[str]) -> Page:
    """The page behind a link in the newest answer."""
    with visitor.page.context.expect_page() as page:
        visitor.by("bot").last.get_by_role("link", name=name).click()
    return page.value


def test_a_notice_is_one_click_from_the_chat(visitor: Visitor, rehearsal: Rehearsal) -> None:
    given_a_notice(rehearsal)
    visitor.asks("告知书")

    page = opened(visitor, re.compile("一次性告知书"))
    expect(page.get_by_role("heading", level=1)).to_have_text(
        f"{catalogue().name(MATTER)}一次性告知书"
    )
    page.get_by_label("施工单位是招标确定的吗").select_option("是")
    page.get_by_role("button", name="按这些情况重新列出").click()
    expect(page.get_by_text("施工单位招标确定").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 PDF").click()
    assert download.value.suggested_filename.endswith("一次性告知书.pdf")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_a_notice_prints_on_a4_without_its_tools(new_page: NewPage, rehearsal: Rehearsal) -> None:
    page = new_page()
    page.goto(f"{rehearsal.address}/notices/{MATTER}")

    paper = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))

    text = "".join(sheet.get_textpage().get_text_range() for sheet in paper)
    assert [round(side) for side in paper[0].get_size()] == [595, 842]
    assert "申请材料清单" in text
    assert "下载" not in text
    assert "重新列出" not in text


def test_a_notice_fits_a_telephone(new_page: NewPage, rehearsal: Rehearsal) -> None:
    page = new_page(viewport=PHONE)
    page.goto(f"{rehearsal.address}/notices/{MATTER}")

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_code_of_an_answer_leads_to_what_was_said(
    visitor: Visitor, rehearsal: Rehearsal
) -> None:
    facts = {"matter": MATTER, "aspects": ["fee"], "catalogue": catalogue().version}
    given_an_answer(rehearsal, "多少钱", Reply("不收费", facts=facts))
    visitor.asks("多少钱")

    page = opened(visitor, re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{6}$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("答复凭证")
    expect(page.locator(".answer")).to_have_text("不收费")
    expect(page.get_by_text("至今没有变化")).to_be_visible()


def test_a_steward_sees_whom_to_tell_and_settles_it(
    visitor: Visitor, rehearsal: Rehearsal, new_page: NewPage
) -> None:
    old = catalogue().matters[MATTER]
    limit = old.statutory_limits[0].copy(update={"text": "自收到申请之日起15日内发证", "days": 15})
    changed = {MATTER: old.copy(update={"statutory_limits": [limit]})}
    then = replace(catalogue(), matters=changed, version="before")
    facts = {"matter": MATTER, "aspects": ["time_limit"], "catalogue": then.version}
    today = datetime.now(CHINA).date()
    signed = with_receipt(then, Reply("15日", facts=facts), today, today)
    draft = Draft(EntryKind.BOT, signed.text, facts=signed.facts, receipt=signed.receipt)
    rehearsal.dialogue.script = {**rehearsal.dialogue.script, "多久": [draft]}
    visitor.asks("多久")
    (head,) = rehearsal.all_conversations()
    steward = signed_in(new_page, rehearsal, STEWARDS[0])

    steward.page.get_by_role("button", name="待更正").click()
    listed = steward.page.get_by_role("dialog").get_by_role("listitem").first
    expect(listed).to_contain_text("15日")
    listed.get_by_role("button", name="打开会话").click()
    expect(steward.page).to_have_url(re.compile(head.id))
    steward.page.get_by_role("button", name="待更正").click()
    listed.get_by_role("button", name="已更正").click()
    expect(steward.page.get_by_text("没有需要更正的答复")).to_be_visible()
