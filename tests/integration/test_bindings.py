"""Binding by a one-time code: issued at the desk, used in chat, given up, revoked."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.model.conversation import Conversation, Draft, Enterprise, Entry, EntryKind
from bot.services import bind_enterprise as bind
from bot.services.bind_enterprise import TRIES
from bot.services.binding_code import new_code, spelled
from bot.services.grant_access import NO_CONTACT
from bot.services.ports import TurnResult
from bot.storage.binding_tables import grants, trail
from bot.storage.tables import conversations, entries, outbox
from connectors.channels.web.identity import sign
from tests.fakes.product import SITE, SITE_KEY, Answer, Desk, Product, Visitor, product

FACTORY = Enterprise("91210106MABBDEM143", "示例装备制造（沈阳）有限公司")
OTHER = Enterprise("91210213MABBDEM227", "示例置业（大连）有限公司")
MINUTES = timedelta(minutes=5)


class WhoAmI:
    """Says who it takes the person for; keeps what it heard of, as a dialogue does."""

    def __init__(self) -> None:
        self.may_think = asyncio.Event()
        self.may_think.set()
        self.thinking = asyncio.Event()

    async def turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        self.thinking.set()
        await self.may_think.wait()
        who = conversation.enterprise.name if conversation.enterprise else "匿名"
        heard = [*conversation.state.get("heard", []), who]
        return TurnResult((Draft(EntryKind.BOT, f"您是{who}"),), {"heard": heard})


@pytest.fixture
def dialogue() -> WhoAmI:
    return WhoAmI()


@pytest_asyncio.fixture
async def running(database_url: str, dialogue: WhoAmI) -> AsyncIterator[Product]:
    async with product(database_url, dialogue) as running:
        yield running


async def issued(
    desk: Desk, who: Enterprise = FACTORY, person: str = "李工", **more: Any
) -> Answer:
    wish = {"enterprise": who.id, "enterprise_name": who.name, "person": person, **more}
    return await desk.post("grants", json=wish)


async def a_code(desk: Desk, who: Enterprise = FACTORY, person: str = "李工") -> str:
    answer = await issued(desk, who, person)
    assert answer.status == 201, answer
    return str(answer.body["code"])


async def told(running: Product, visitor: Visitor, text: str) -> str:
    """What the bot says to a text."""
    await visitor.says(text)
    await running.settled(visitor.conversation)
    return next(t for k, t in reversed(await visitor.lines()) if k == "bot")


async def grants_of(desk: Desk, who: Enterprise = FACTORY) -> list[dict[str, Any]]:
    answer = await desk.get(f"grants?enterprise={who.id}")
    assert answer.status == 200
    return list(answer.body["grants"])


async def trail_of(desk: Desk, who: Enterprise | None = FACTORY) -> list[str]:
    answer = await desk.get("grants" + (f"?enterprise={who.id}" if who else ""))
    return [line["what"] for line in reversed(answer.body["trail"])]


async def everything_kept(running: Product) -> str:
    """Every word of the database that a code could have come to rest in."""
    tables = (conversations, entries, outbox, grants, trail)

    def work(connection: sa.engine.Connection) -> str:
        return "\n".join(str(tuple(r)) for t in tables for r in connection.execute(sa.select(t)))

    return await running.parts.database.run(work, write=False)


async def test_a_code_binds_once_and_is_nowhere_in_clear(running: Product) -> None:
    desk, visitor, thief = await running.desk(), await running.visitor(), await running.visitor()
    code = await a_code(desk)
    assert re.fullmatch(r"[2-9B-Z]{4}-[2-9B-Z]{4}", code)
    assert await told(running, visitor, "我是谁") == "您是匿名"

    said = await told(running, visitor, f"绑定 {code.lower()}")

    assert said == bind.BOUND.format(name=FACTORY.name)
    assert await told(running, visitor, "我是谁") == f"您是{FACTORY.name}"
    assert await told(running, thief, f"绑定 {code}") == bind.WRONG
    kept = (await everything_kept(running)).upper()
    assert code not in kept
    assert code.replace("-", "") not in kept
    assert "绑定 〔绑定码〕" in [text for _, text in await visitor.lines()]
    assert [grant["state"] for grant in await grants_of(desk)] == ["active"]
    assert await trail_of(desk) == ["issued", "used", "failed"]


async def test_the_code_alone_is_enough(running: Product) -> None:
    desk, visitor = await running.desk(), await running.visitor()
    said = await told(running, visitor, (await a_code(desk)).replace("-", ""))
    assert said == bind.BOUND.format(name=FACTORY.name)


async def test_of_many_who_use_a_code_at_once_one_is_bound(running: Product) -> None:
    desk = await running.desk()
    code = await a_code(desk)
    visitors = [await running.visitor() for _ in range(6)]
    await asyncio.gather(*(visitor.says(f"绑定 {code}") for visitor in visitors))
    await running.settled(*(visitor.conversation for visitor in visitors))
    heads = [await running.head(visitor.conversation) for visitor in visitors]
    assert sorted(head.enterprise is not None for head in heads) == [False] * 5 + [True]


async def test_wrong_used_late_and_revoked_codes_are_refused_in_the_same_words(
    running: Product,
) -> None:
    desk, first = await running.desk(), await running.visitor()
    used, late, revoked = [await a_code(desk) for _ in range(3)]
    await told(running, first, f"绑定 {used}")
    waiting = [grant["id"] for grant in await grants_of(desk) if grant["state"] == "waiting"]
    assert (await desk.post(f"grants/{waiting[0]}/revoke")).status == 200
    past = datetime.now(timezone.utc) - timedelta(seconds=1)
    lapse = sa.update(grants).where(grants.c.id == waiting[1]).values(code_expires_at=past)
    await running.parts.database.run(lambda c: c.execute(lapse))

    said = {}
    for name, code in {
        "used": used,
        "late": late,
        "revoked": revoked,
        "made up": new_code(),
    }.items():
        visitor = await running.visitor()
        said[name] = await told(running, visitor, f"绑定 {code}")
        assert (await running.head(visitor.conversation)).enterprise is None

    assert set(said.values()) == {bind.WRONG}


async def test_tries_are_limited_in_a_conversation_even_for_a_right_code(running: Product) -> None:
    desk, visitor = await running.desk(), await running.visitor()
    code = await a_code(desk)
    for _ in range(TRIES):
        assert await told(running, visitor, f"绑定 {new_code()}") == bind.WRONG
    assert await told(running, visitor, f"绑定 {code}") == bind.TOO_MANY
    assert (await running.head(visitor.conversation)).enterprise is None
    assert await trail_of(desk, None) == ["issued", *["failed"] * TRIES, "held_off"]
    honest = await running.visitor()
    assert await told(running, honest, f"绑定 {code}") == bind.BOUND.format(name=FACTORY.name)


async def test_tries_are_limited_over_all_conversations(
    running: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bind, "TRIES_OF_ALL", 3)
    for _ in range(3):
        assert await told(running, await running.visitor(), f"绑定 {new_code()}") == bind.WRONG
    visitor = await running.visitor()
    assert await told(running, visitor, f"绑定 {new_code()}") == bind.TOO_MANY


async def test_a_message_delivered_twice_uses_one_try(running: Product) -> None:
    desk, visitor = await running.desk(), await running.visitor()
    text = f"绑定 {await a_code(desk)}"
    assert await visitor.says(text, key="once-and-again") == await visitor.says(
        text, key="once-and-again"
    )
    await running.settled(visitor.conversation)
    assert await trail_of(desk) == ["issued", "used"]


async def test_who_gives_up_is_nobody_and_the_dialogue_forgets(running: Product) -> None:
    desk, visitor = await running.desk(), await running.visitor()
    assert await told(running, visitor, "解除绑定") == bind.NOT_BOUND
    await told(running, visitor, f"绑定 {await a_code(desk)}")
    await told(running, visitor, "我是谁")

    assert await told(running, visitor, "解除绑定") == bind.RELEASED.format(name=FACTORY.name)

    head = await running.head(visitor.conversation)
    assert (head.enterprise, head.state) == (None, {})
    assert await told(running, visitor, "我是谁") == "您是匿名"
    assert [grant["state"] for grant in await grants_of(desk)] == ["given_up"]


async def test_another_enterprises_code_replaces_the_first(running: Product) -> None:
    desk, visitor = await running.desk(), await running.visitor()
    await told(running, visitor, f"绑定 {await a_code(desk)}")
    await told(running, visitor, "我是谁")
    await told(running, visitor, f"绑定 {await a_code(desk, OTHER)}")
    assert await told(running, visitor, "我是谁") == f"您是{OTHER.name}"
    head = await running.head(visitor.conversation)
    assert head.state == {"heard": [OTHER.name]}
    assert [grant["state"] for grant in await grants_of(desk)] == ["given_up"]


async def test_of_several_people_one_is_revoked_at_once(running: Product) -> None:
    desk = await running.desk()
    leaver, stayer = await running.visitor(), await running.visitor()
    await told(running, leaver, f"绑定 {await a_code(desk, person='王工')}")
    await told(running, stayer, f"绑定 {await a_code(desk, person='李工')}")
    wanted = next(g["id"] for g in await grants_of(desk) if g["person"] == "王工")

    async with leaver.streaming() as stream:
        await stream.until(lambda event: event.kind == "state")
        assert (await desk.post(f"grants/{wanted}/revoke")).status == 200
        with pytest.raises(ConnectionError, match="ended"):
            await stream.until(lambda event: False)

    assert (await leaver.get("entries?after=0")).status == 401
    assert (await leaver.post("messages", json={"text": "我是谁"})).status == 401
    assert (await running.head(leaver.conversation)).enterprise is None
    assert await told(running, stayer, "我是谁") == f"您是{FACTORY.name}"
    assert (await desk.post(f"grants/{wanted}/revoke")).status == 409
    assert (await desk.post("grants/4711/revoke")).status == 404


async def test_what_is_thought_of_while_it_is_revoked_is_thought_over_again(
    running: Product, dialogue: WhoAmI
) -> None:
    desk, visitor = await running.desk(), await running.visitor()
    await told(running, visitor, f"绑定 {await a_code(desk)}")
    dialogue.may_think.clear()
    dialogue.thinking.clear()
    await visitor.says("我是谁")
    await dialogue.thinking.wait()
    (grant,) = await grants_of(desk)
    assert (await desk.post(f"grants/{grant['id']}/revoke")).status == 200
    dialogue.may_think.set()
    await running.settled(visitor.conversation)
    assert (await running.lines(visitor.conversation))[-1] == ("bot", "您是匿名")


async def test_a_rest_client_is_nobody_whatever_code_it_sends(running: Product) -> None:
    desk = await running.desk()
    code = await a_code(desk)
    async with running.browser().post(
        "/webhooks/rest/webhook", json={"sender": "anybody", "message": f"绑定 {code}"}
    ) as response:
        assert [reply["text"] for reply in await response.json()] == [bind.NOT_PROVEN]
    assert code not in await everything_kept(running)
    visitor = await running.visitor()  # and the code still holds
    assert await told(running, visitor, f"绑定 {code}") == bind.BOUND.format(name=FACTORY.name)


async def test_whom_a_site_vouches_for_needs_no_code(running: Product) -> None:
    desk = await running.desk()
    visitor = await running.visitor(sign(SITE, "小李", FACTORY, SITE_KEY, MINUTES))
    code = await a_code(desk, OTHER)
    assert await told(running, visitor, f"绑定 {code}") == bind.BY_SITE
    assert await told(running, visitor, "我是谁") == f"您是{FACTORY.name}"


async def test_the_steward_sees_what_a_code_did_while_they_speak(running: Product) -> None:
    desk, visitor = await running.desk(), await running.visitor()
    await visitor.says("转人工")
    await running.settled(visitor.conversation)
    assert (await desk.change("claim", visitor.conversation)).status == 200
    await visitor.says(f"绑定 {await a_code(desk)}")
    await running.settled(visitor.conversation)
    said = bind.BOUND.format(name=FACTORY.name)
    lines = await running.lines(visitor.conversation)
    assert lines[-2:] == [
        ("user", "绑定 〔绑定码〕"),
        ("note", f"系统的答复（没有发给对方）：{said}"),
    ]
    summary = await desk.conversation(visitor.conversation)
    assert summary["enterprise"] == {"id": FACTORY.id, "name": FACTORY.name}


async def test_how_to_bind_is_told(running: Product) -> None:
    visitor = await running.visitor()
    for text in ("怎么绑定企业？", "绑定", f"绑定 {FACTORY.id}"):
        assert await told(running, visitor, text) == bind.HOW


@pytest.mark.parametrize(
    "wrong",
    [
        {"enterprise": "91210106MABBDEM144"},
        {"enterprise": "工厂"},
        {"enterprise_name": " "},
        {"person": " "},
        {"person": 7},
    ],
)
async def test_a_grant_needs_a_true_credit_code_a_name_and_a_person(
    running: Product, wrong: dict[str, Any]
) -> None:
    desk = await running.desk()
    answer = await issued(desk, **wrong)
    assert answer.status == 422
    assert answer.is_problem
    assert await grants_of(desk) == []


async def test_only_stewards_grant(running: Product) -> None:
    http = running.browser()
    for path in ("grants", "grants/1/revoke", "grants/1/restore"):
        async with http.post(
            f"/api/desk/{path}", json={}, headers={"X-Bangban-Desk": "1"}
        ) as response:
            assert response.status == 401
    async with http.get("/api/desk/grants") as response:
        assert response.status == 401


async def test_without_registered_contacts_the_desk_is_told_so(running: Product) -> None:
    desk = await running.desk()
    answer = await issued(desk, send=True)
    assert (answer.status, answer.body["detail"]) == (422, NO_CONTACT)
    assert [grant["state"] for grant in await grants_of(desk)] == ["revoked"]


@dataclass
class Contacts:
    """The register of a city that has one."""

    sent: list[str] = field(default_factory=list)

    async def send(self, enterprise: Enterprise, text: str) -> str | None:
        if enterprise != FACTORY:
            return None
        self.sent.append(text)
        return "138****0000"


async def test_a_code_goes_to_the_registered_contact_and_is_not_shown(
    database_url: str, dialogue: WhoAmI, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = Contacts()
    from tests.fakes import product as fakes

    plain = fakes.parts_for
    monkeypatch.setattr(
        fakes, "parts_for", lambda *a, **k: replace(plain(*a, **k), contacts=contacts)
    )
    async with product(database_url, dialogue) as running:
        desk, visitor = await running.desk(), await running.visitor()
        answer = await issued(desk, send=True)
        assert (answer.status, answer.body["code"]) == (201, None)
        assert answer.body["sent_to"] == "138****0000"
        (text,) = contacts.sent
        found = re.search(r"\w{4}-\w{4}", text)
        assert found
        assert FACTORY.name in text
        assert await told(running, visitor, found[0]) == bind.BOUND.format(name=FACTORY.name)
        assert (await issued(desk, OTHER, send=True)).status == 422
        assert await trail_of(desk) == ["issued", "sent", "used"]


def test_a_code_is_spelled_in_two_groups() -> None:
    assert spelled("K7MP2XQ9") == "K7MP-2XQ9"
