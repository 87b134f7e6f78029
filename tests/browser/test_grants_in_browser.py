"""A steward lets a person see an enterprise's cases, and takes it back."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.people import StewardAtDesk, Visitor

CREDIT_CODE = "91210106MABBDEM143"
NAME = "示例装备制造（沈阳）有限公司"


def test_a_code_lets_a_person_in_until_it_is_revoked(
    steward: StewardAtDesk, visitor: Visitor
) -> None:
    page = steward.page
    page.get_by_role("button", name="授权").click()
    dialog = page.get_by_role("dialog", name="谁可以看企业的办件")
    expect(dialog).to_contain_text("没有授权")
    dialog.get_by_label("统一社会信用代码", exact=True).fill("91210106MABBDEM144")
    dialog.get_by_label("企业名称").fill(NAME)
    dialog.get_by_label("人员").fill("报建员 李工")
    dialog.get_by_role("button", name="发绑定码").click()
    expect(dialog.get_by_role("alert")).to_contain_text("末位是校验码")

    dialog.get_by_label("统一社会信用代码", exact=True).fill(CREDIT_CODE)
    dialog.get_by_role("button", name="发绑定码").click()
    shown = dialog.locator(".code strong")
    expect(shown).to_have_text(re.compile(r"^\w{4}-\w{4}$"))
    code = shown.inner_text()
    expect(dialog).to_contain_text("等待使用绑定码")

    expect(visitor.asks(f"绑定 {code}")).to_contain_text(f"可以查看{NAME}的办件")
    expect(visitor.widget).not_to_contain_text(code)
    expect(visitor.widget.locator(".heading")).to_contain_text(NAME)

    dialog.get_by_role("button", name="查看").click()
    expect(dialog.locator(".grants-list")).to_contain_text("有效")
    dialog.get_by_role("button", name="撤销").click()
    expect(dialog.locator(".grants-list")).to_contain_text("已撤销")
    dialog.get_by_text("全程留痕").click()
    for done in ("发出绑定码", "凭绑定码绑定", "撤销"):
        expect(dialog.locator(".grants-trail")).to_contain_text(done)

    expect(visitor.by("bot")).to_have_count(1)  # the session ended: a new one, of nobody
    expect(visitor.widget).not_to_contain_text(NAME)

    dialog.get_by_role("button", name="关闭").click()
    page.get_by_role("button", name="授权").click()
    expect(dialog.locator(".code")).to_have_count(0)
