"""Attempts to see another enterprise's case, by every road there is.

The burglars know a lot: her name, credit code, project and case numbers, the ids of her
conversations, the payloads of her buttons, an identity token and a code that she has used, half of
the address of her checklist. What they have said themselves proves nothing when it comes back;
anything else of hers in an answer is a break-in.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.model.receipt import ALPHABET
from bot.services.binding_code import new_code
from bot.services.ports import Log
from connectors.channels import telegram
from connectors.channels.web.identity import sign
from tests.burglary.burgled_house import (
    BURGLAR,
    BURGLARS_CHAT,
    MINUTES,
    STATUS,
    STRANGERS_CHAT,
    VICTIM,
    VICTIMS_CHAT,
    Loot,
)
from tests.burglary.lies import a_text, a_token
from tests.fakes.product import SITE, SITE_KEY, Product, Visitor
from tests.fakes.telegram_product import SECRET, WEBHOOK

QUIET_SECONDS = 2


@dataclass
class Person:
    """A burglar; `said` is everything that they have sent."""

    name: str
    visitor: Visitor | None = None
    chat: int | None = None
    said: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class BreakIn:
    road: str
    what: str
    seen: tuple[str, ...]


Attempt = Callable[[], Awaitable[tuple[Person, str]]]


class Burglary:
    """`attempt` makes the next attempt; `tried` counts them by road; `succeeded` are break-ins."""

    def __init__(self, product: Product, loot: Loot, seed: int) -> None:
        self.product = product
        self.loot = loot
        self.random = random.Random(seed)
        self.numbers = itertools.count(900_000_000)
        desk = [door for door in doors_of(product) if door[1].startswith("/api/desk")]
        self.desk_doors = itertools.cycle(self.random.sample(desk, len(desk)))
        self.http = product.browser()
        self.people: list[Person] = []
        self.tried: Counter[str] = Counter()
        self.succeeded: list[BreakIn] = []
        self.roads: Mapping[str, Attempt] = {
            "chat text": self.by_text,
            "REST": self.by_rest,
            "Telegram text": self.by_telegram,
            "button": self.by_button,
            "Telegram button": self.by_telegram_button,
            "identity token": self.by_identity_token,
            "session": self.by_session,
            "binding code": self.by_binding_code,
            "document address": self.by_document,
            "desk": self.by_desk,
        }

    async def begin(self) -> None:
        """The burglars take their places: a stranger, and somebody of another enterprise."""
        stranger = await self.product.visitor()
        other = await self.product.visitor(sign(SITE, "小偷", BURGLAR, SITE_KEY, MINUTES))
        self.people = [
            Person("a stranger in the widget", stranger),
            Person("another enterprise in the widget", other),
            Person("a stranger in Telegram", chat=STRANGERS_CHAT),
            Person("another enterprise in Telegram", chat=BURGLARS_CHAT),
        ]

    async def attempt(self, road: str) -> None:
        person, seen = await self.roads[road]()
        self.tried[road] += 1
        own = "\n".join(person.said)
        found = tuple(sorted(c for c in self.loot.canaries if c in seen and c not in own))
        if found:
            self.succeeded.append(BreakIn(road, f"{person.name}: {person.said[-1:]}", found))

    # What the burglars say

    async def by_text(self) -> tuple[Person, str]:
        person = self.one(self.people[:2])
        return person, await self.says(person, {"text": a_text(self.random, self.loot)})

    async def by_rest(self) -> tuple[Person, str]:
        senders = (
            "burglar",
            str(VICTIMS_CHAT),
            f"{SITE}:{VICTIM.id}:报建员",
            self.one(self.loot.conversations),
            VICTIM.id,
        )
        person, text = Person("a REST client"), a_text(self.random, self.loot)
        wish = {"sender": self.one(senders), "message": text, "metadata": {"enterprise": VICTIM.id}}
        person.said += [text, str(wish["sender"])]
        return person, await self.request("POST", "/webhooks/rest/webhook", json=wish)

    async def by_telegram(self) -> tuple[Person, str]:
        person, text = self.one(self.people[2:]), a_text(self.random, self.loot)
        who = {"id": person.chat, "is_bot": False, "first_name": VICTIM.name}
        chat = {"id": person.chat, "type": "private", "first_name": VICTIM.name}
        message = {"message_id": next(self.numbers), "date": 1795313087, "from": who, "chat": chat}
        if self.random.random() < 0.2:  # as if the victim had said it
            victim = {"id": VICTIMS_CHAT, "is_bot": False, "first_name": VICTIM.name}
            message["forward_origin"] = {"type": "user", "date": 1795313000, "sender_user": victim}
        return person, await self.update(person, {"message": {**message, "text": text}}, text)

    async def by_button(self) -> tuple[Person, str]:
        person, project = self.one(self.people[:2]), self.one(self.loot.projects)
        payloads = (
            f'/choose_project{{"project": "{project}"}}',
            f'/report_progress{{"project": "{project}", "enterprise": "{VICTIM.id}"}}',
            "/case_status",
            self.one(self.loot.buttons).payload,
        )
        title = self.one((f"{project} 的进度", "查进度"))
        return person, await self.says(person, {"button": self.one(payloads), "title": title})

    async def by_telegram_button(self) -> tuple[Person, str]:
        person = self.one(self.people[2:])
        chat = self.one((person.chat, person.chat, VICTIMS_CHAT))
        secret = SECRET if chat == person.chat else self.one(("", "guessed", SECRET[:-1]))
        who = {"id": person.chat, "is_bot": False, "first_name": "x"}
        data = self.one(("b:1:0", "b:2:0", "b:2:1", "b:4:0", f"b:{VICTIM.id}:0", "b:999999999:0"))
        there = {"id": chat, "type": "private", "first_name": "x"}
        message = {"message_id": 1, "date": 1795313300, "chat": there, "text": "x"}
        query = {"id": uuid.uuid4().hex, "from": who, "message": message, "data": data}
        query["chat_instance"] = "1"
        return person, await self.update(person, {"callback_query": query}, data, secret)

    async def by_identity_token(self) -> tuple[Person, str]:
        """A token that is none of theirs, and everything that it opens."""
        person = Person("a bearer of a token")
        token = a_token(self.random, self.loot)
        wish = {"identity_token": token}
        opened = await self.request("POST", "/api/chat/sessions", json=wish)
        answer, _ = json.JSONDecoder().raw_decode(opened[opened.index("\n{") + 1 :])
        if "session" not in answer:
            return person, json.dumps(answer)
        person.visitor = Visitor(self.http, answer["session"], answer)
        shown = json.dumps(answer, ensure_ascii=False)
        return person, shown + await self.says(person, {"text": STATUS})

    async def by_session(self) -> tuple[Person, str]:
        """Somebody else's session by what is known of it: ids, altered tokens, keys of others."""
        person = self.one(self.people[:2])
        assert person.visitor is not None
        conversation, own = self.one(self.loot.conversations), person.visitor.session
        guesses = (
            conversation,
            f"{own}{conversation}",
            own[:-1] + self.one("ABab01"),
            own.swapcase(),
            f"{conversation}:{VICTIM.id}",
            uuid.uuid4().hex,
        )
        bearer = {"Authorization": f"Bearer {self.one(guesses)}"}
        mine = {**person.visitor.bearer, "X-Conversation": conversation}
        after = self.one((0, 1, -1, 2**31 - 1))
        keys = {**mine, "Idempotency-Key": self.loot.key}
        text = a_text(self.random, self.loot)
        person.said.append(text)
        where = f"conversation={conversation}"
        doors: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("GET", f"/api/chat/entries?after={after}", {"headers": bearer}),
            ("GET", f"/api/chat/entries?after=0&{where}", {"headers": mine}),
            ("GET", f"/api/chat/stream?after={after}", {"headers": bearer}),
            ("POST", "/api/chat/messages", {"headers": {**bearer, **keys, **bearer}}),
            ("POST", f"/api/chat/messages?{where}", {"headers": keys}),
            ("POST", "/api/chat/rating", {"headers": bearer}),
            ("POST", "/api/chat/uploads", {"headers": bearer}),
            ("DELETE", "/api/chat/sessions", {"headers": bearer}),
        )
        method, address, given = self.one(doors)
        body = {"text": text, "score": 5, "conversation": conversation}
        seen = await self.request(method, address, json=body if method == "POST" else None, **given)
        return person, seen + await self.all_entries(person.visitor)

    async def by_binding_code(self) -> tuple[Person, str]:
        used = self.loot.code.replace("-", "")
        place = self.random.randrange(len(used))
        near = used[:place] + self.one("23456789BCDF") + used[place + 1 :]
        guess = self.one((used, near, new_code(), used[::-1], used[:7], VICTIM.id, used.lower()))
        form = self.one(("绑定 {}", "{}", "绑定码是{}", "/start {}"))
        fresh = await self.product.visitor()  # each try from a new conversation
        person = Person("somebody with a code", fresh)
        seen = await self.says(person, {"text": form.format(guess)})
        return person, seen + await self.says(person, {"text": STATUS})

    async def by_document(self) -> tuple[Person, str]:
        code, _, key = self.loot.checklist.rpartition("/")[2].partition("-")
        wrong = "".join(self.random.choices(ALPHABET, k=len(key)))
        case = self.one(self.loot.cases)
        doors = (
            f"/checklists/{code}-{wrong}",
            f"/checklists/{code}-{key[:-1]}{self.one([a for a in ALPHABET if a != key[-1]])}",
            f"/checklists/{code}",
            f"/checklists/{code}-",
            f"/checklists/{case}",
            f"/receipts/{code}",
            f"/receipts/{code}?key={wrong}",
            f"/receipts/{''.join(self.random.choices(ALPHABET, k=10))}",
            f"/receipts/{case}",
            f"/notices/construction-permit?receipt={code}",
            f"/notices/construction-permit.pdf?receipt={code}",
            f"/notices/construction-permit.docx?receipt={code}",
            f"/notices/construction-permit?fact=project={self.one(self.loot.projects)}",
            f"/notices/{self.one(self.loot.projects)}",
            f"/demo/identity?enterprise={VICTIM.id}",
        )
        person, address = Person("somebody with an address"), self.one(doors)
        person.said.append(address)
        return person, await self.request("GET", address)

    async def by_desk(self) -> tuple[Person, str]:
        """Every address of the desk, with what a burglar can put into it."""
        person = self.one(self.people[:2])
        assert person.visitor is not None
        method, address = next(self.desk_doors)
        conversation, project = self.one(self.loot.conversations), self.one(self.loot.projects)
        names = {
            "conversation": conversation,
            "grant": str(self.loot.grant),
            "code": self.loot.checklist.rpartition("/")[2][:10],
        }
        address = re.sub(r"\{(\w+)\}", lambda part: names.get(part[1], "1"), address)
        session = person.visitor.session
        cookies = self.one(
            ({}, {"bangban_desk": session}, {"bangban_desk": conversation}, {"bangban_desk": "1"})
        )
        headers = {"X-Bangban-Desk": "1", **self.one(({}, person.visitor.bearer))}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        query = f"?enterprise={VICTIM.id}&conversation={conversation}&project={project}&owner=all"
        body = {"enterprise": VICTIM.id, "enterprise_name": VICTIM.name, "person": "小偷"}
        person.said += [json.dumps(body, ensure_ascii=False), query]
        given = body if method == "POST" else None
        return person, await self.request(method, address + query, json=given, headers=headers)

    # How it is sent

    async def says(self, person: Person, body: dict[str, str]) -> str:
        visitor = person.visitor
        assert visitor is not None
        person.said.append(json.dumps(body, ensure_ascii=False))
        person.said += body.values()
        headers = {**visitor.bearer, "Idempotency-Key": uuid.uuid4().hex}
        taken = await self.request("POST", "/api/chat/messages", json=body, headers=headers)
        await self.product.settled(visitor.conversation)
        return taken + await self.all_entries(visitor)

    async def all_entries(self, visitor: Visitor) -> str:
        """The last of them: the earlier ones were looked at before."""
        head = await self.product.head(visitor.conversation)
        address = f"/api/chat/entries?after={max(0, head.last_no - 6)}"
        return await self.request("GET", address, headers=visitor.bearer)

    async def update(
        self, person: Person, content: dict[str, Any], said: str, secret: str = SECRET
    ) -> str:
        person.said.append(said)
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        update = {"update_id": next(self.numbers), **content}
        seen = await self.request("POST", WEBHOOK, json=update, headers=headers)

        def newest(log: Log) -> tuple[str, str]:
            head = log.find_by_peer(telegram.CHANNEL, str(person.chat))
            last = log.entries(head.id, head.last_no - 6, 10, notes=False) if head else ()
            return head.id if head else "", "\n".join(entry.text for entry in last)

        database = self.product.parts.database
        conversation, _ = await database.read(newest)
        if conversation:
            await self.product.settled(conversation)
        return seen + (await database.read(newest))[1]

    async def request(self, method: str, address: str, **given: Any) -> str:
        async with self.http.request(method, address, **given) as response:
            headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
            if response.content_type == "text/event-stream":
                return headers + await _what_streams(response.content)
            raw = await response.read()
        return f"{headers}\n{_readable(raw.decode('utf-8', 'replace'))}"

    def one(self, things: Any) -> Any:
        return self.random.choice(list(things))


async def _what_streams(content: Any) -> str:
    """What a stream says before it has nothing more to say."""
    seen = b""
    with suppress(asyncio.TimeoutError):  # a stream that says nothing shows nothing
        while b"event: state" not in seen and not content.at_eof():
            seen += await asyncio.wait_for(content.readany(), QUIET_SECONDS)
    return _readable(seen.decode("utf-8", "replace"))


def _readable(text: str) -> str:
    """With what JSON escapes spelled out."""
    return text + text.encode("ascii", "ignore").decode("unicode_escape") if "\\u" in text else text


def doors_of(product: Product) -> list[tuple[str, str]]:
    """Every (method, address) that the application answers."""
    routes = product.app.router.routes()
    doors = {(route.method, route.resource.canonical) for route in routes if route.resource}
    return sorted(door for door in doors if door[0] != "HEAD")
