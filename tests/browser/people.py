"""Who sits at the two ends of a conversation, and what they see and do in their browsers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, Route, expect

ANONYMOUS = "匿名访问"
CLAIMED = "我接待中"


class Visitor:
    """Somebody in front of the sample page with the widget."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.widget = page.get_by_role("dialog")
        self.input = self.widget.get_by_role("textbox", name="输入您的问题")
        self.said = self.widget.get_by_role("log").get_by_role("listitem")
        self.status = self.widget.locator(".status")

    def arrives(self) -> None:
        self.page.goto(self.address)

    def signs_in_as(self, enterprise: str) -> None:
        self.page.get_by_label("以谁的身份咨询").select_option(enterprise)
        expect(self.page.locator("#identity-state")).to_contain_text(enterprise)

    def signs_out(self) -> None:
        self.page.get_by_label("以谁的身份咨询").select_option(ANONYMOUS)
        expect(self.page.locator("#identity-state")).to_contain_text("匿名可以查事项")

    def opens_the_widget(self) -> None:
        self.page.get_by_role("button", name=re.compile("^打开")).click()
        expect(self.by("bot")).not_to_have_count(0)

    def says(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def asks(self, text: str) -> Locator:
        """Says it and waits for the bot's answer, which is returned."""
        expect(self.by("bot")).not_to_have_count(0)  # the page may still be on its way
        answers = self.by("bot").count()
        self.says(text)
        expect(self.by("bot")).to_have_count(answers + 1, timeout=15_000)
        return self.by("bot").last

    def presses(self, title: str | re.Pattern[str]) -> None:
        self.choices.get_by_role("button", name=title).click()

    def asks_for_a_human(self) -> None:
        self.widget.get_by_role("button", name="转人工", exact=True).last.click()
        expect(self.status).to_contain_text("排队等待人工")

    @property
    def choices(self) -> Locator:
        return self.widget.get_by_role("group", name="可选择的回答")

    def by(self, kind: str) -> Locator:
        """The lines of one kind: user, bot, steward, owner."""
        return self.widget.locator(f"[role=log] li.{kind}")

    def sees(self, lines: Sequence[tuple[str, str]]) -> None:
        """The lines of the conversation as (kind, text), these and no others."""
        expect(self.said).to_have_count(len(lines))
        for line, (kind, text) in zip(self.said.all(), lines, strict=True):
            expect(line).to_have_class(kind)
            expect(line.locator(".event" if kind == "owner" else ".bubble")).to_contain_text(text)


class StewardAtDesk:
    """A steward in front of the desk."""

    def __init__(self, page: Page, address: str, name: str) -> None:
        self.page = page
        self.address = address
        self.name = name
        self.rows = page.get_by_role("navigation", name="会话").locator(".row")
        self.entries = page.locator(".transcript li")
        self.writing = page.locator(".writing textarea")
        self.tag = page.locator(".conversation-head .tag")
        self.error = page.locator(".conversation > .error")
        self.facts = page.get_by_role("complementary", name="企业、项目和事项")

    def arrives(self) -> None:
        self.page.goto(f"{self.address}/desk")

    def signs_in(self, password: str) -> None:
        self.page.get_by_label("姓名").fill(self.name)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="登录").click()

    def looks_at(self, tab: str) -> None:
        self.page.get_by_role("group", name="会话分组").get_by_role("button", name=tab).click()

    def opens(self, row: Locator) -> None:
        row.click()
        expect(self.entries).not_to_have_count(0)

    def presses_claim(self) -> None:
        self.page.get_by_role("button", name="接管", exact=True).click()

    def claims(self) -> None:
        self.presses_claim()
        expect(self.tag).to_have_text(CLAIMED)

    def replies(self, text: str) -> None:
        self._writes("回复", text)
        expect(self.entries.filter(has_text=text)).to_have_class("steward")

    def notes(self, text: str) -> None:
        self._writes("备注", text)
        expect(self.entries.filter(has_text=text)).to_have_class("note")

    def hands_back(self) -> None:
        self.page.get_by_role("button", name="交还机器人").click()
        expect(self.tag).to_have_text("机器人接待中")

    def sees(self, kind: str, text: str) -> None:
        """A line of this kind: user, bot, steward, note, owner, rating."""
        lines = self.page.locator(f".transcript li.{kind}")
        expect(lines.filter(has_text=text)).to_be_visible()

    def _writes(self, kind: str, text: str) -> None:
        kinds = self.page.get_by_role("group", name="写给谁")
        kinds.get_by_role("button", name=kind).click()
        self.writing.fill(text)
        self.writing.press("Control+Enter")


def hold(page: Page, address: str) -> list[Route]:
    """Requests to this address stop on their way; they are put into the list that is returned."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route))
    return held
