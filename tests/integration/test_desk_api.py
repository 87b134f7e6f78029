"""The stewards' API: who may come in, the queue, what is said and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.storage.stewards import NameTaken
from bot.storage.tables import sessions, stewards
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import PASSWORD, Answer, Desk, Product, Visitor, answer_of, product

HEADER = "X-Bangban-Desk"
CHANGES = ["claim", "hand-back", "close", "reply", "note", "resend"]


@pytest_asyncio.fixture
async def running(database_url: str) -> AsyncIterator[Product]:
    async with product(database_url, ScriptedDialogue(asks_for_human={"转人工": "request"})) as it:
        yield it


@pytest_asyncio.fixture
async def desk(running: Product) -> Desk:
    return await running.desk()


@pytest_asyncio.fixture
async def visitor(running: Product) -> Visitor:
    visitor = await running.visitor()
    await visitor.says("转人工")
    await running.settled(visitor.conversation)
    return visitor


async def sign_in(running: Product, name: object, password: object) -> Answer:
    wish = {"name": name, "password": password}
    http = running.browser()
    async with http.post("/api/desk/session", json=wish, headers={HEADER: "1"}) as response:
        return await answer_of(response)


# --- who may come in


async def test_a_session_is_a_cookie_that_scripts_and_other_sites_cannot_use(
    running: Product,
) -> None:
    await running.parts.accounts.add_steward("王敏", PASSWORD)
    answer = await sign_in(running, "王敏", PASSWORD)
    assert (answer.status, answer.body["steward"]["name"]) == (200, "王敏")
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Path=/"))
    assert "Secure" not in cookie


async def test_behind_https_the_cookie_only_travels_there(database_url: str) -> None:
    async with product(database_url, ScriptedDialogue(), secure_cookies=True) as running:
        await running.parts.accounts.add_steward("王敏", PASSWORD)
        assert "Secure" in (await sign_in(running, "王敏", PASSWORD)).headers["Set-Cookie"]


async def test_the_desk_knows_who_is_signed_in(running: Product, desk: Desk) -> None:
    assert (await desk.get("session")).body["steward"]["name"] == "王敏"
    async with desk.http.delete("/api/desk/session", headers={HEADER: "1"}) as response:
        assert response.status == 204
    assert (await desk.get("session")).status == 401


async def test_an_ended_session_cannot_be_used_from_elsewhere(running: Product, desk: Desk) -> None:
    (cookie,) = [one for one in desk.http.cookie_jar if one.key == "bangban_desk"]
    async with desk.http.delete("/api/desk/session", headers={HEADER: "1"}):
        pass
    stolen = running.browser()
    headers = {"Cookie": f"bangban_desk={cookie.value}"}
    async with stolen.get("/api/desk/conversations", headers=headers) as response:
        assert response.status == 401


@pytest.mark.parametrize(
    ("name", "password"), [("王敏", "wrong"), ("nobody", PASSWORD), ("王敏", PASSWORD + " ")]
)
async def test_a_wrong_name_or_password_is_refused_alike(
    running: Product, name: str, password: str
) -> None:
    await running.parts.accounts.add_steward("王敏", PASSWORD)
    answer = await sign_in(running, name, password)
    assert (answer.status, answer.is_problem) == (401, True)
    assert answer.body["detail"] == "姓名或密码不正确。"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("name", "password"),
    [("", "x"), ("王敏", ""), (None, "x"), (5, "x"), ("a" * 101, "x"), ("王敏", "x" * 201)],
)
async def test_a_sign_in_that_is_none_is_refused(
    running: Product, name: object, password: object
) -> None:
    answer = await sign_in(running, name, password)
    assert (answer.status, answer.is_problem) == (422, True)


@pytest.mark.parametrize("odd", ["\ud800", "王\x00敏"])
async def test_a_name_that_cannot_be_stored_is_refused(running: Product, odd: str) -> None:
    for name, password in ((odd, PASSWORD), ("王敏", odd)):
        answer = await sign_in(running, name, password)
        assert (answer.status, answer.is_problem) == (422, True)


async def test_after_too_many_wrong_passwords_even_the_right_one_waits(running: Product) -> None:
    await running.parts.accounts.add_steward("王敏", PASSWORD)
    await running.parts.accounts.add_steward("李强", PASSWORD)
    for _ in range(10):
        assert (await sign_in(running, "王敏", "wrong")).status == 401
    answer = await sign_in(running, "王敏", PASSWORD)
    assert (answer.status, answer.is_problem) == (429, True)
    assert (await sign_in(running, "李强", PASSWORD)).status == 200


async def test_many_guesses_at_once_are_not_more_guesses(running: Product) -> None:
    await running.parts.accounts.add_steward("王敏", PASSWORD)
    answers = await asyncio.gather(*(sign_in(running, "王敏", f"guess {n}") for n in range(40)))
    assert [answer.status for answer in answers].count(401) == 10


async def test_a_right_password_forgets_the_wrong_ones(running: Product) -> None:
    await running.parts.accounts.add_steward("王敏", PASSWORD)
    for _ in range(3):
        for _ in range(9):
            await sign_in(running, "王敏", "wrong")
        assert (await sign_in(running, "王敏", PASSWORD)).status == 200


async def test_a_disabled_steward_is_out_at_once(running: Product, desk: Desk) -> None:
    disable = sa.update(stewards).values(disabled=True)
    await running.parts.database.run(lambda c: c.execute(disable))
    assert (await desk.get("conversations")).status == 401
    assert (await sign_in(running, "王敏", PASSWORD)).status == 401


async def test_an_expired_session_is_out(running: Product, desk: Desk) -> None:
    past = datetime.now(timezone.utc) - timedelta(seconds=1)
    expire = sa.update(sessions).values(expires_at=past)
    await running.parts.database.run(lambda c: c.execute(expire))
    assert (await desk.get("session")).status == 401


async def test_a_name_is_given_once(running: Product, desk: Desk) -> None:
    with pytest.raises(NameTaken):
        await running.parts.accounts.add_steward("王敏", "another password")


async def test_passwords_are_kept_as_hashes_only(running: Product, desk: Desk) -> None:
    query = sa.select(stewards.c.password_hash)
    stored = await running.parts.database.run(lambda c: c.execute(query).scalar_one())
    assert stored.startswith("$argon2id$")


@pytest.mark.parametrize("cookie", ["", "bangban_desk=nobody", "bangban_desk=\u00ff\u00fe"])
async def test_without_a_session_nothing_is_shown(
    running: Product, visitor: Visitor, cookie: str
) -> None:
    http = running.browser()
    one = f"/api/desk/conversations/{visitor.conversation}"
    headers = {"Cookie": cookie} if cookie else {}
    for path in ("/api/desk/conversations", "/api/desk/stream", one, f"{one}/entries"):
        async with http.get(path, headers=headers) as response:
            answer = await answer_of(response)
        assert (answer.status, answer.is_problem) == (401, True)


async def test_a_visitors_session_does_not_open_the_desk(
    running: Product, visitor: Visitor
) -> None:
    headers = {"Cookie": f"bangban_desk={visitor.session}"}
    async with running.browser().get("/api/desk/conversations", headers=headers) as response:
        assert response.status == 401


@pytest.mark.parametrize("change", CHANGES)
async def test_a_write_that_another_site_could_send_is_refused(
    running: Product, visitor: Visitor, desk: Desk, change: str
) -> None:
    before = await running.lines(visitor.conversation)
    path = f"/api/desk/conversations/{visitor.conversation}/{change}"
    body = {"epoch": 1, "text": "您好", "no": 1}
    headers = {"Idempotency-Key": "one-key-of-many"}
    async with desk.http.post(path, json=body, headers=headers) as response:
        answer = await answer_of(response)
    assert (answer.status, answer.is_problem) == (403, True)
    assert await running.lines(visitor.conversation) == before


async def test_even_signing_in_and_out_carries_the_header(running: Product, desk: Desk) -> None:
    wish = {"name": "王敏", "password": PASSWORD}
    async with running.browser().post("/api/desk/session", json=wish) as response:
        assert response.status == 403
    async with desk.http.delete("/api/desk/session") as response:
        assert response.status == 403
    assert (await desk.get("session")).status == 200


# --- what is shown


async def test_a_summary_tells_what_a_steward_needs(desk: Desk, visitor: Visitor) -> None:
    (summary,) = await desk.queue()
    assert set(summary) >= {
        "id",
        "channel",
        "owner",
        "epoch",
        "enterprise",
        "steward",
        "matter",
        "project",
        "waiting_since",
        "position",
        "last_entry",
        "last",
        "updated_at",
    }
    assert (summary["id"], summary["owner"], summary["epoch"]) == (
        visitor.conversation,
        "waiting",
        1,
    )
    assert (summary["position"], summary["last"]) == (1, 4)
    assert summary["last_entry"]["no"] == 4
    assert datetime.fromisoformat(summary["waiting_since"]).utcoffset() == timedelta(hours=8)


async def test_conversations_are_listed_by_owner(
    running: Product, desk: Desk, visitor: Visitor
) -> None:
    other = await running.visitor()
    await desk.change("claim", visitor.conversation)

    async def listed(owner: str) -> set[str]:
        answer = await desk.get(f"conversations?owner={owner}")
        return {one["id"] for one in answer.body["conversations"]}

    assert await listed("steward") == {visitor.conversation}
    assert await listed("bot") == {other.conversation}
    assert await listed("waiting") == set()
    assert await listed("closed") == set()
    assert await listed("all") == {visitor.conversation, other.conversation}
    answer = await desk.get("conversations?owner=nobody")
    assert (answer.status, answer.is_problem) == (422, True)


async def test_the_desk_reads_notes_and_goes_on_after_a_number(
    desk: Desk, visitor: Visitor
) -> None:
    await desk.says(visitor.conversation, "企业很急", how="note")
    answer = await desk.get(f"conversations/{visitor.conversation}/entries?after=4")
    (entry,) = answer.body["entries"]
    assert (entry["kind"], entry["text"], entry["author"]) == ("note", "企业很急", "王敏")
    assert entry["delivery"] is None  # the widget reads the log: nothing is delivered
    assert answer.body["last"] == 5


@pytest.mark.parametrize("path", ["", "/entries"])
async def test_an_unknown_conversation_is_not_found(desk: Desk, path: str) -> None:
    answer = await desk.get(f"conversations/{'0' * 32}{path}")
    assert (answer.status, answer.is_problem) == (404, True)


@pytest.mark.parametrize("change", ["claim", "hand-back", "close", "reply", "note"])
async def test_an_unknown_conversation_cannot_be_changed(desk: Desk, change: str) -> None:
    body = {"epoch": 0, "text": "您好"}
    answer = await desk.post(f"conversations/{'0' * 32}/{change}", json=body)
    assert (answer.status, answer.is_problem) == (404, True)


@pytest.mark.parametrize("odd", ["%00", "a%00b", "%F0%9F%91%8D", "x" * 300])
async def test_an_odd_id_is_not_found(desk: Desk, odd: str) -> None:
    answer = await desk.get(f"conversations/{odd}")
    assert (answer.status, answer.is_problem) == (404, True)


# --- what is refused

BODIES: list[tuple[str, object]] = [
    ("claim", {}),
    ("claim", {"epoch": "1"}),
    ("claim", {"epoch": True}),
    ("claim", {"epoch": -1}),
    ("claim", {"epoch": 10**30}),
    ("claim", []),
    ("reply", {}),
    ("reply", {"text": ""}),
    ("reply", {"text": " \n"}),
    ("reply", {"text": 5}),
    ("reply", {"text": "\ud800"}),
    ("note", {"text": "\x00"}),
    ("resend", {"no": 10**30}),
    ("resend", {"no": "1"}),
]


@pytest.mark.parametrize(("what", "body"), BODIES, ids=repr)
async def test_a_body_that_makes_no_sense_is_refused(
    running: Product, desk: Desk, visitor: Visitor, what: str, body: object
) -> None:
    before = await running.lines(visitor.conversation)
    answer = await desk.post(f"conversations/{visitor.conversation}/{what}", json=body)
    assert (answer.status, answer.is_problem) == (422, True)
    assert await running.lines(visitor.conversation) == before


@pytest.mark.parametrize("how", ["reply", "note"])
async def test_a_text_that_is_too_long_is_refused(desk: Desk, visitor: Visitor, how: str) -> None:
    await desk.change("claim", visitor.conversation)
    answer = await desk.says(visitor.conversation, "长" * 4001, how)
    assert (answer.status, answer.is_problem) == (413, True)


async def test_a_reply_needs_a_key(desk: Desk, visitor: Visitor) -> None:
    path = f"conversations/{visitor.conversation}/reply"
    answer = await desk.post(path, json={"text": "您好"}, headers={"Idempotency-Key": ""})
    assert (answer.status, answer.is_problem) == (400, True)


async def test_only_what_failed_can_be_sent_again(desk: Desk, visitor: Visitor) -> None:
    answer = await desk.post(f"conversations/{visitor.conversation}/resend", json={"no": 3})
    assert (answer.status, answer.is_problem) == (409, True)


# --- the stream


async def test_the_desk_hears_of_every_change(running: Product, desk: Desk) -> None:
    async with desk.streaming() as stream:
        visitor = await running.visitor()
        await visitor.says("转人工")
        (*_, waiting) = await stream.until(lambda event: event.data["owner"] == "waiting")
        assert waiting.kind == "changed"
        assert waiting.data == {
            "conversation": visitor.conversation,
            "last": 4,
            "owner": "waiting",
            "epoch": 1,
        }
        await desk.change("claim", visitor.conversation)
        (*_, taken) = await stream.until(lambda event: event.data["owner"] == "steward")
        assert (taken.data["last"], taken.data["epoch"]) == (5, 2)
