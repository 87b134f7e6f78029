"""Somebody finds out what their project needs, one question at a time, as the widget sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest_asyncio

from bot.dialogue.engine import RasaDialogue
from bot.model.conversation import Enterprise
from connectors.channels.web.identity import sign
from tests.conversations.script import SAMPLES
from tests.fakes.product import SITE, SITE_KEY, Answer, Product, Visitor, product

MACHINES = SAMPLES["示例装备制造（沈阳）有限公司"]
PERMIT = "建筑工程施工许可证"


@dataclass
class Counter:
    """One enterprise at the counter; `answers` are the presses that were refused or taken."""

    product: Product
    visitor: Visitor | None = None
    answers: list[Answer] = field(default_factory=list)

    async def last(self) -> dict[str, Any]:
        assert self.visitor is not None
        page = await self.visitor.page()
        said: dict[str, Any] = [entry for entry in page["entries"] if entry["kind"] == "bot"][-1]
        return said


@pytest_asyncio.fixture
async def counter(database_url: str, dialogue: RasaDialogue) -> AsyncIterator[Counter]:
    async with product(database_url, dialogue) as running:
        yield Counter(running)


async def test_a_factory_learns_step_by_step_what_to_hand_in(counter: Counter) -> None:
    await given_a_visitor(counter)
    await when_they_say(counter, f"办{PERMIT}要准备哪些材料？")
    await then_they_are_told(counter, "需要（14项）", "看情况（5项）", "特殊建设工程")
    await then_they_may_press(counter, "是", "否", "不知道")

    await when_they_press(counter, "否")
    await then_they_are_told(counter, "记下了：不是特殊建设工程", "是哪类工程")
    await when_they_say(counter, "建厂房")
    await then_they_are_told(counter, "不需要：工程类型是工业厂房", "施工单位是招标确定的吗")

    await when_they_say(counter, "办这个要交多少钱？")
    await then_they_are_told(counter, "收费")
    await then_nothing_is_asked(counter)

    await when_they_say(counter, f"办{PERMIT}要准备哪些材料？")
    await then_they_are_told(counter, "已知情况：不是特殊建设工程；工程类型是工业厂房", "招标确定")
    await when_they_say(counter, "不知道")
    await when_they_say(counter, "请了监理")
    await then_they_are_told(
        counter,
        "中标通知书——看情况：施工单位是否招标确定",
        "监理合同——需要：属于必须监理的工程",
        "权属管理单位同意使用道路用地证明——不需要：工程类型是工业厂房",
    )
    await then_nothing_is_asked(counter)

    await when_they_say(counter, "不对，是市政道路")
    await then_they_are_told(
        counter, "权属管理单位同意使用道路用地证明——需要：工程类型是线性工程（道路、管线）"
    )


async def test_an_answer_that_was_never_offered_is_refused(counter: Counter) -> None:
    await given_a_visitor(counter)
    await when_they_say(counter, f"办{PERMIT}要准备哪些材料？")
    forged = '/ask_materials{"matter": "construction-permit", "fact": "tendered", "value": "no"}'
    await when_they_send(counter, forged, "否")
    then_it_is_refused(counter)


async def test_what_the_platform_knows_is_not_asked(counter: Counter) -> None:
    await given_a_verified_enterprise(counter, MACHINES)
    await when_they_say(counter, "2509-210106-04-01-900001 的施工许可证还缺什么材料")
    await then_they_are_told(counter, "视情况提供、还没有收到的有3项", "特殊建设工程")
    await when_they_press(counter, "不知道")
    await then_they_are_told(counter, "先不判断", "必须实行监理的工程")
    await when_they_say(counter, "有监理")
    await then_they_are_told(counter, "监理合同（需要：属于必须监理的工程）", "视情况提供")
    await then_nothing_is_asked(counter)


async def given_a_visitor(counter: Counter) -> None:
    counter.visitor = await counter.product.visitor()


async def given_a_verified_enterprise(counter: Counter, who: Enterprise) -> None:
    token = sign(SITE, "报建员小李", who, SITE_KEY, timedelta(minutes=5))
    counter.visitor = await counter.product.visitor(token)


async def when_they_say(counter: Counter, text: str) -> None:
    assert counter.visitor is not None
    await counter.visitor.says(text)
    await counter.product.settled(counter.visitor.conversation)


async def when_they_press(counter: Counter, title: str) -> None:
    buttons = (await counter.last())["buttons"]
    payload = next(button["payload"] for button in buttons if button["title"] == title)
    await when_they_send(counter, payload, title)
    assert counter.answers[-1].status == 202


async def when_they_send(counter: Counter, payload: str, title: str) -> None:
    assert counter.visitor is not None
    pressed = {"button": payload, "title": title}
    counter.answers.append(await counter.visitor.post("messages", json=pressed))
    await counter.product.settled(counter.visitor.conversation)


async def then_they_are_told(counter: Counter, *words: str) -> None:
    said = (await counter.last())["text"]
    assert not [word for word in words if word not in said], said


async def then_they_may_press(counter: Counter, *titles: str) -> None:
    offered = [button["title"] for button in (await counter.last())["buttons"]]
    assert offered[: len(titles)] == list(titles)


async def then_nothing_is_asked(counter: Counter) -> None:
    assert "还想了解一点" not in (await counter.last())["text"]


def then_it_is_refused(counter: Counter) -> None:
    assert counter.answers[-1].is_problem
