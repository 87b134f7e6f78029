"""A host site's word about a person: once, in one browser, until it is taken back."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Any

import jwt
import pytest
import pytest_asyncio

from bot.model.conversation import Enterprise
from connectors.channels.web.identity import sign
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import SITE, SITE_KEY, Answer, Product, answer_of, product

FACTORY = Enterprise("91210106MABBDEM143", "示例装备制造（沈阳）有限公司")
SHOWN = {"id": FACTORY.id, "name": FACTORY.name}


@pytest_asyncio.fixture
async def running(database_url: str) -> AsyncIterator[Product]:
    async with product(database_url, ScriptedDialogue()) as running:
        yield running


def a_token(person: str = "小李") -> str:
    return sign(SITE, person, FACTORY, SITE_KEY, timedelta(minutes=5))


async def opened(running: Product, token: str, **more: Any) -> Answer:
    wish = {"identity_token": token, **more}
    async with running.browser().post("/api/chat/sessions", json=wish) as response:
        return await answer_of(response)


async def known_as(running: Product, token: str, **more: Any) -> Any:
    answer = await opened(running, token, **more)
    assert answer.status == 201, answer
    return answer.body["enterprise"]


async def test_a_token_that_was_used_is_nobodys(running: Product) -> None:
    token = a_token()
    assert await known_as(running, token) == SHOWN
    assert await known_as(running, token) is None
    assert await known_as(running, token, browser=uuid.uuid4().hex) is None
    assert await known_as(running, a_token()) == SHOWN


async def test_the_browser_that_used_it_may_go_on(running: Product) -> None:
    token, browser = a_token(), uuid.uuid4().hex
    first = await opened(running, token, browser=browser)
    again = await opened(running, token, browser=browser)  # as when the first answer was lost
    assert again.body["conversation"] == first.body["conversation"]
    assert await known_as(running, token, browser=uuid.uuid4().hex) is None
    assert await known_as(running, token) is None


async def test_the_browsers_secret_of_one_token_opens_no_other(running: Product) -> None:
    browser = uuid.uuid4().hex
    first, second = a_token("小李"), a_token("小王")
    await known_as(running, first, browser=browser)
    await known_as(running, second)
    assert await known_as(running, second, browser=browser) is None


async def test_a_token_without_a_name_holds_once_too(running: Product) -> None:
    claims = jwt.decode(a_token(), options={"verify_signature": False})
    plain = {name: value for name, value in claims.items() if name not in ("jti", "iat")}
    token = jwt.encode(plain, SITE_KEY.get_secret_value(), "HS256")
    assert await known_as(running, token) == SHOWN
    assert await known_as(running, token) is None
    assert await known_as(running, f"{token}=") is None


async def test_of_two_processes_one_lets_the_token_in(running: Product, database_url: str) -> None:
    token = a_token()
    async with product(database_url, ScriptedDialogue()) as beside:
        known = await asyncio.gather(
            *(known_as(one, token) for one in (running, beside, running, beside))
        )
    assert sorted(map(bool, known)) == [False, False, False, True]


async def test_who_is_revoked_is_nobody_until_restored(running: Product) -> None:
    desk = await running.desk()
    leaver, stayer = await running.visitor(a_token("小王")), await running.visitor(a_token("小李"))
    listed = (await desk.get(f"grants?enterprise={FACTORY.id}")).body["grants"]
    assert [(g["person"], g["site"], g["state"]) for g in listed] == [
        ("小李", SITE, "active"),
        ("小王", SITE, "active"),
    ]
    grant = listed[1]["id"]
    assert (await desk.post(f"grants/{grant}/revoke")).status == 200

    assert (await leaver.get("entries?after=0")).status == 401
    assert (await stayer.get("entries?after=0")).status == 200
    assert await known_as(running, a_token("小王")) is None
    assert await known_as(running, a_token("小李")) == SHOWN

    assert (await desk.post(f"grants/{grant}/restore")).status == 200
    back = await running.visitor(a_token("小王"))
    assert back.opened["enterprise"] == SHOWN
    assert back.conversation == leaver.conversation
    trail = (await desk.get(f"grants?enterprise={FACTORY.id}")).body["trail"]
    happened = [line["what"] for line in reversed(trail)]
    assert happened == ["vouched", "vouched", "revoked", "turned_away", "restored"]


async def test_a_code_in_lower_case_is_the_same_enterprise(running: Product) -> None:
    desk = await running.desk()
    lower = Enterprise(FACTORY.id.lower(), FACTORY.name)
    token = sign(SITE, "小王", lower, SITE_KEY, timedelta(minutes=5))
    assert await known_as(running, token) == SHOWN
    listed = (await desk.get(f"grants?enterprise={FACTORY.id}")).body["grants"]
    assert (await desk.post(f"grants/{listed[0]['id']}/revoke")).status == 200
    again = sign(SITE, "小王", lower, SITE_KEY, timedelta(minutes=5))
    assert await known_as(running, again) is None


async def test_a_token_of_days_is_nobodys(running: Product) -> None:
    token = sign(SITE, "小李", FACTORY, SITE_KEY, timedelta(days=2))
    assert await known_as(running, token) is None


async def test_what_was_used_is_forgotten_when_it_has_expired(running: Product) -> None:
    await known_as(running, a_token())
    later = datetime.now(timezone.utc) + timedelta(hours=1)

    def used_later(log: Any) -> bool:
        return bool(log.bindings.first_use("of another time", "", later, later))

    assert await running.parts.database.transact(used_later)
    kept = await running.parts.database.run(
        lambda c: c.exec_driver_sql("SELECT count(*) FROM identity_tokens").scalar(), write=False
    )
    assert kept == 1


async def test_a_stream_ends_with_its_session(running: Product) -> None:
    visitor = await running.visitor(a_token())
    async with visitor.streaming() as stream:
        await stream.until(lambda event: event.kind == "state")
        async with visitor.http.delete("/api/chat/sessions", headers=visitor.bearer) as response:
            assert response.status == 204
        with pytest.raises(ConnectionError, match="ended"):
            await stream.until(lambda event: False)
