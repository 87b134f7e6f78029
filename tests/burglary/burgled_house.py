"""The house that is broken into: the real application on the sample platform, with one enterprise
living in it, and what the burglars know of her."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from aiohttp import web

from bot.app.parts import Parts
from bot.model.conversation import Button, Enterprise
from bot.services.assistant import Assistant
from bot.services.ports import Dialogue
from connectors.channels import telegram
from connectors.channels.web import pages
from connectors.channels.web.identity import sign
from connectors.platforms.demo import SAMPLE_ENTERPRISES
from tests.fakes.product import SITE, SITE_KEY, Desk, Product, product
from tests.fakes.telegram_api import TOKEN, TelegramApi
from tests.fakes.telegram_product import QUICK, SECRET, WEBHOOK

BURGLAR, VICTIM = (Enterprise(s.credit_code, s.name) for s in SAMPLE_ENTERPRISES[:2])
VICTIMS_CHAT, STRANGERS_CHAT, BURGLARS_CHAT = 5550002001, 5550002002, 5550002003
MINUTES = timedelta(minutes=10)
STATUS, MISSING = "我的项目办到哪一步了", "还缺什么材料"
SHORTEST = 4  # a canary of fewer signs sings by chance


@dataclass
class Loot:
    """`canaries` are words of hers that must never be heard; the rest the burglars know."""

    canaries: frozenset[str]
    projects: list[str]
    cases: list[str]
    conversations: list[str] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    key: str = field(default_factory=lambda: uuid.uuid4().hex)  # an Idempotency-Key of hers
    token: str = ""
    code: str = ""
    checklist: str = ""  # its address
    grant: int = 0
    doors: set[tuple[str, str]] = field(default_factory=set)  # (method, address) knocked at


@asynccontextmanager
async def burgled_house(
    url: str, assistant: Assistant, api: TelegramApi, dialogue: Dialogue
) -> AsyncIterator[tuple[Product, Loot]]:
    """The house while the block runs, and what there is to be had."""
    given = {"telegram_api": api.url, "telegram_token": TOKEN, "telegram_secret": SECRET}
    loot = what_there_is(assistant)

    def watch(app: web.Application, parts: Parts) -> None:
        async def note(request: web.Request, response: web.StreamResponse) -> None:
            resource = request.match_info.route.resource
            if resource is not None:
                loot.doors.add((request.method, resource.canonical))

        app.on_response_prepare.append(note)  # type: ignore[arg-type]  # aiosignal's types are newer

    more = (partial(telegram.plug, patience=QUICK), pages.plug, watch)
    async with product(url, dialogue, assistant, more, **given) as house:
        desk = await house.desk()
        await she_lives_there(house, desk, loot)
        code = await a_code(desk, BURGLAR)
        await writes(house, BURGLARS_CHAT, f"绑定 {code}", 1)
        loot.doors.clear()
        yield house, loot


def what_there_is(assistant: Assistant) -> Loot:
    """Every text that the platform has of her and of nobody else."""
    platform = assistant.platform
    assert platform is not None
    hers, others = set[str](), set[str]()
    projects, cases = [], []
    for sample in SAMPLE_ENTERPRISES:
        for project in platform.projects_of(sample.credit_code):
            found = platform.cases(project)
            words = set(_texts([project, found, platform.received_materials(project)]))
            if sample.credit_code == VICTIM.id:
                hers |= words
                projects.append(project.code)
                cases += [case.case_no for case in found]
            else:
                others |= words
    known = {name for text in assistant.catalogue().matters.values() for name in _texts(text)}
    canaries = {word for word in hers - others - known if len(word) >= SHORTEST}
    return Loot(frozenset(canaries), projects, cases)


def _texts(thing: Any) -> list[str]:
    if isinstance(thing, str):
        return [thing]
    if is_dataclass(thing):
        return [text for one in fields(thing) for text in _texts(getattr(thing, one.name))]
    if isinstance(thing, (list, tuple, set, frozenset)):
        return [text for one in thing for text in _texts(one)]
    if isinstance(thing, dict):
        return [text for one in thing.values() for text in _texts(one)]
    return [thing.name] if hasattr(thing, "aliases") else []


async def she_lives_there(house: Product, desk: Desk, loot: Loot) -> None:
    """In the widget and in Telegram, with her answers, a checklist and a code that is used up."""
    loot.token = sign(SITE, "报建员", VICTIM, SITE_KEY, MINUTES)
    visitor = await house.visitor(loot.token)
    await visitor.post("messages", loot.key, json={"text": STATUS})
    await visitor.says(MISSING)
    await house.settled(visitor.conversation)
    loot.code = await a_code(desk, VICTIM)
    await writes(house, VICTIMS_CHAT, f"绑定 {loot.code}", 2)
    chat = await writes(house, VICTIMS_CHAT, STATUS, 3)
    loot.conversations = [visitor.conversation, chat]
    for conversation in loot.conversations:
        for entry in await house.entries(conversation):
            loot.buttons += entry.buttons
            loot.checklist = entry.facts.get("checklist", {}).get("page", loot.checklist)
    answer = await desk.get(f"grants?enterprise={VICTIM.id}")
    loot.grant = answer.body["grants"][0]["id"]


async def a_code(desk: Desk, who: Enterprise) -> str:
    wish = {"enterprise": who.id, "enterprise_name": who.name, "person": "报建员"}
    return str((await desk.post("grants", json=wish)).body["code"])


async def writes(house: Product, chat: int, text: str, number: int) -> str:
    """Somebody writes in Telegram; returns the conversation once the bot has answered."""
    who = {"id": chat, "is_bot": False, "first_name": "x"}
    message = {"message_id": number, "date": 1795313087, "from": who, "text": text}
    message["chat"] = {"id": chat, "type": "private", "first_name": "x"}
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    update = {"update_id": chat + number, "message": message}
    async with house.browser().post(WEBHOOK, json=update, headers=headers) as response:
        assert response.status == 200
    head = await house.parts.database.read(lambda log: log.find_by_peer("telegram", str(chat)))
    assert head is not None
    await house.settled(head.id)
    return head.id
