"""One enterprise at the counter, as the widget sees it: what happens in words, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.model.conversation import Enterprise
from connectors.channels.web.identity import sign
from tests.fakes.product import SITE, SITE_KEY, Answer, Product, Visitor


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


async def then_they_are_not_told(counter: Counter, *words: str) -> None:
    said = (await counter.last())["text"]
    assert not [word for word in words if word in said], said
