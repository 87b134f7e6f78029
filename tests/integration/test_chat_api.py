"""The widget's API: what it takes in, what it refuses and how it says so, the live stream."""

from __future__ import annotations

import asyncio
import gzip
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
import sqlalchemy as sa
from aiohttp import FormData

from bot.model.conversation import Button, Draft, Enterprise, EntryKind
from bot.services.greet import GREETING
from bot.storage.tables import sessions
from connectors.channels.web.identity import sign
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import (
    LIMIT_SECONDS,
    OTHER_KEY,
    OTHER_SITE,
    SITE,
    SITE_KEY,
    Answer,
    Product,
    Visitor,
    answer_of,
    product,
)

BOM = "\ufeff"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FACTORY = Enterprise("91210100MA0XXXXX0A", "沈阳示例机床有限公司")
OFFER = Draft(EntryKind.BOT, "您指的是？", buttons=(Button("消防验收备案", "/pick{1}"),))
JSON = {"Content-Type": "application/json"}


@pytest_asyncio.fixture
async def running(database_url: str) -> AsyncIterator[Product]:
    dialogue = ScriptedDialogue({"消防备案": [OFFER]}, {"转人工": "request"})
    async with product(database_url, dialogue) as running:
        yield running


@pytest_asyncio.fixture
async def visitor(running: Product) -> Visitor:
    return await running.visitor()


async def nothing_was_taken_in(running: Product, visitor: Visitor) -> bool:
    return await running.lines(visitor.conversation) == [("bot", GREETING)]


# --- what is taken in


async def test_a_new_visitor_is_greeted_and_anonymous(visitor: Visitor) -> None:
    assert visitor.opened["enterprise"] is None
    assert (visitor.opened["owner"], visitor.opened["last"]) == ("bot", 1)
    page = await visitor.page()
    assert set(page) == {"entries", "last", "owner", "enterprise", "queue", "steward"}
    (entry,) = page["entries"]
    at = datetime.fromisoformat(entry.pop("at"))
    assert at.utcoffset() == timedelta(hours=8)
    assert entry == {"no": 1, "kind": "bot", "author": None, "text": GREETING, "buttons": []}


async def test_a_message_is_acknowledged_before_the_bot_thinks(database_url: str) -> None:
    dialogue = ScriptedDialogue()
    dialogue.may_think.clear()
    async with product(database_url, dialogue) as running:
        visitor = await running.visitor()
        answer = await visitor.post("messages", json={"text": "要多少天"})
        assert (answer.status, answer.body) == (202, {"no": 2, "duplicate": False})
        dialogue.may_think.set()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\U0001f44d", "\U0001f44d"),
        (FAMILY, FAMILY),
        ("❤️‍\U0001f525", "❤️‍\U0001f525"),
        ("  前后有空格\n", "前后有空格"),
        ("两行\n文字\t表格", "两行\n文字\t表格"),
        ("全角　空格", "全角　空格"),
        ("响铃\x07和转义\x1b[31m红", "响铃和转义[31m红"),
        ("零\x00字符", "零字符"),
        ("半个\ud83d表情", "半个表情"),
        (BOM + "带标记", "带标记"),
        ("倒写\u202e过来", "倒写过来"),
        ("𠮷野家", "𠮷野家"),
        ("字" * 4000, "字" * 4000),
    ],
    ids=ascii,
)
async def test_a_text_is_kept_without_what_cannot_be_shown(
    running: Product, visitor: Visitor, text: str, kept: str
) -> None:
    await visitor.says(text)
    await running.settled(visitor.conversation)
    assert await visitor.lines(after=1) == [("user", kept), ("bot", f"答：{kept}")]


async def test_a_pressed_button_is_logged_with_the_words_that_were_offered(
    running: Product, visitor: Visitor
) -> None:
    await visitor.says("消防备案")
    await running.settled(visitor.conversation)
    pressed = {"button": "/pick{1}", "title": "我要退款"}
    assert (await visitor.post("messages", json=pressed)).status == 202
    await running.settled(visitor.conversation)
    assert (await visitor.lines())[-2:] == [("user", "消防验收备案"), ("bot", "答：/pick{1}")]


async def test_a_button_that_was_never_offered_is_refused(
    running: Product, visitor: Visitor
) -> None:
    answer = await visitor.post("messages", json={"button": "/restart", "title": "重来"})
    assert (answer.status, answer.is_problem) == (422, True)
    assert await nothing_was_taken_in(running, visitor)


async def test_a_payload_typed_as_text_is_only_text(running: Product, visitor: Visitor) -> None:
    await visitor.says("/restart")
    await running.settled(visitor.conversation)
    entries = await running.entries(visitor.conversation)
    assert (entries[1].text, entries[1].payload) == ("/restart", None)


async def test_a_rating_is_kept_in_the_log(running: Product, visitor: Visitor) -> None:
    answer = await visitor.post("rating", json={"score": 4, "comment": "很\x00快"})
    assert answer.status == 202
    entry = (await running.entries(visitor.conversation))[-1]
    assert (entry.kind, entry.text, entry.facts) == (EntryKind.RATING, "很快", {"score": 4})


# --- what is refused

MISUSES = {
    "empty": (b'{"text": ""}', 422),
    "only blanks": ('{"text": " \u3000\\n\\t "}'.encode(), 422),
    "only control characters": (rb'{"text": "\u0000\u0007\u001b"}', 422),
    "only a lone surrogate": (rb'{"text": "\ud800"}', 422),
    "only a joiner": (rb'{"text": "\u200d"}', 422),
    "100,000 characters": ('{"text": "' + "长" * 100_000 + '"}', 413),
    "4,001 characters": ('{"text": "' + "长" * 4_001 + '"}', 413),
    "over the limit of a body": ('{"text": "' + "a" * 1_100_000 + '"}', 413),
    "broken JSON": (b'{"text": "a', 400),
    "nothing at all": (b"", 400),
    "not UTF-8": (b'{"text": "\xff\xfe"}', 400),
    "deeply nested": (b"[" * 100_000, 400),
    "deeply nested text": (b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    "a huge number": (b'{"text": ' + b"9" * 5_000 + b"}", 400),
    "an array": (b'[{"text": "a"}]', 422),
    "a string": (b'"text"', 422),
    "null": (b"null", 422),
    "text is a number": (b'{"text": 5}', 422),
    "text is true": (b'{"text": true}', 422),
    "text is not a number": (b'{"text": NaN}', 422),
    "text is a list": (b'{"text": ["a"]}', 422),
    "text is an object": (b'{"text": {"a": 1}}', 422),
    "text is null": (b'{"text": null}', 422),
    "no text": (b"{}", 422),
    "button is a number": (b'{"button": 1, "title": "a"}', 422),
    "button too long": (b'{"button": "' + b"a" * 1_001 + b'"}', 422),
    "button with a lone surrogate": (rb'{"button": "/\ud800", "title": "a"}', 422),
    "button with NUL": (rb'{"button": "/a\u0000", "title": "a"}', 422),
}


@pytest.mark.parametrize(("body", "status"), MISUSES.values(), ids=MISUSES.keys())
async def test_a_body_that_is_no_message_is_refused(
    running: Product, visitor: Visitor, body: str | bytes, status: int
) -> None:
    data = body.encode() if isinstance(body, str) else body
    answer = await visitor.post("messages", data=data, headers=JSON)
    assert (answer.status, answer.is_problem) == (status, True), answer
    assert await nothing_was_taken_in(running, visitor)
    await the_conversation_goes_on(running, visitor)


async def the_conversation_goes_on(running: Product, visitor: Visitor) -> None:
    await visitor.says("还在吗")
    await running.settled(visitor.conversation)
    assert (await visitor.lines())[-1] == ("bot", "答：还在吗")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
async def test_a_body_of_another_type_is_refused(visitor: Visitor, content_type: str) -> None:
    data, headers = b'{"text": "a"}', {"Content-Type": content_type}
    answer = await visitor.post("messages", data=data, headers=headers)
    assert (answer.status, answer.is_problem) == (415, True)


async def test_a_charset_that_does_not_exist_is_refused(visitor: Visitor) -> None:
    headers = {"Content-Type": "application/json; charset=martian"}
    answer = await visitor.post("messages", data=b'{"text": "a"}', headers=headers)
    assert (answer.status, answer.is_problem) == (400, True)


async def test_a_small_body_that_unpacks_to_a_huge_one_is_refused(visitor: Visitor) -> None:
    bomb = gzip.compress(b'{"text": "' + b"a" * 50_000_000 + b'"}')
    headers = {**JSON, "Content-Encoding": "gzip"}
    answer = await visitor.post("messages", data=bomb, headers=headers)
    assert (answer.status, answer.is_problem) == (413, True)


@pytest.mark.parametrize(
    "key", [b"", b"short", b"k" * 101, "钥匙".encode() * 8, b"key-with-\xff\xfe-bytes"]
)
async def test_a_message_without_a_good_key_is_refused(
    running: Product, visitor: Visitor, key: bytes
) -> None:
    answer = await raw(
        running,
        b"POST /api/chat/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer " + visitor.session.encode() + b"\r\n"
        b"Idempotency-Key: " + key + b"\r\nContent-Length: 13\r\nConnection: close\r\n\r\n"
        b'{"text": "a"}',
    )
    assert (answer.status, answer.is_problem) == (400, True)
    assert await nothing_was_taken_in(running, visitor)


async def raw(running: Product, request: bytes) -> Answer:
    """The answer to a request that no HTTP library would send."""
    address = urlsplit(running.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), LIMIT_SECONDS)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Answer(int(status.split()[1]), headers, json.loads(body) if body else None)


async def test_an_attachment_is_refused_with_what_to_do(visitor: Visitor) -> None:
    form = FormData()
    form.add_field("file", b"%PDF-1.7", filename="plan.pdf", content_type="application/pdf")
    answer = await visitor.post("uploads", data=form)
    assert (answer.status, answer.is_problem) == (415, True)
    assert "暂不接收文件" in answer.body["detail"]


@pytest.mark.parametrize("score", [0, 6, "5", 4.5, None, True])
async def test_a_rating_out_of_range_is_refused(visitor: Visitor, score: object) -> None:
    answer = await visitor.post("rating", json={"score": score})
    assert (answer.status, answer.is_problem) == (422, True)


@pytest.mark.parametrize("after", ["-1", "x", "", "1.5", "99999999999999999999"])
@pytest.mark.parametrize("path", ["entries", "stream"])
async def test_a_cursor_that_is_no_number_is_refused(
    visitor: Visitor, path: str, after: str
) -> None:
    answer = await visitor.get(f"{path}?after={after}")
    assert (answer.status, answer.is_problem) == (422, True)


@pytest.mark.parametrize("path", ["/api/chat/nothing", "/nothing", "/%ED%A0%80", "/a%00b"])
async def test_an_unknown_address_is_a_problem(running: Product, path: str) -> None:
    answer = await raw(
        running, b"GET " + path.encode() + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    assert (answer.status, answer.is_problem) == (404, True)


async def test_a_wrong_method_is_a_problem(visitor: Visitor) -> None:
    async with visitor.http.put("/api/chat/messages") as response:
        answer = await answer_of(response)
    assert (answer.status, answer.is_problem) == (405, True)


# --- sessions


@pytest.mark.parametrize(
    "bearer", [b"", b"Bearer", b"Bearer ", b"Bearer nobody", b"Basic x", b"Bearer \xff\xfe"]
)
async def test_without_a_session_nothing_is_read(running: Product, bearer: bytes) -> None:
    line = b"Authorization: " + bearer + b"\r\n" if bearer else b""
    for path in (b"entries", b"stream"):
        answer = await raw(
            running,
            b"GET /api/chat/" + path + b" HTTP/1.1\r\nHost: x\r\n"
            b"Connection: close\r\n" + line + b"\r\n",
        )
        assert (answer.status, answer.is_problem) == (401, True)


async def test_an_expired_session_is_refused(running: Product, visitor: Visitor) -> None:
    past = datetime.now(timezone.utc) - timedelta(seconds=1)
    expire = sa.update(sessions).values(expires_at=past)
    await running.parts.database.run(lambda c: c.execute(expire))
    for answer in (
        await visitor.get("entries"),
        await visitor.get("stream"),
        await visitor.post("messages", json={"text": "在吗"}),
        await visitor.post("rating", json={"score": 5}),
        await visitor.post("uploads", data=b"x"),
    ):
        assert (answer.status, answer.is_problem) == (401, True)
    assert await nothing_was_taken_in(running, visitor)


async def test_an_ended_session_is_refused(visitor: Visitor) -> None:
    async with visitor.http.delete("/api/chat/sessions", headers=visitor.bearer) as response:
        assert response.status == 204
    assert (await visitor.get("entries")).status == 401


async def test_a_session_of_the_desk_opens_no_conversation(
    running: Product, visitor: Visitor
) -> None:
    desk = await running.desk()
    (cookie,) = [c for c in desk.http.cookie_jar if c.key == "bangban_desk"]
    visitor.session = cookie.value
    assert (await visitor.get("entries")).status == 401


async def test_sessions_are_kept_as_hashes_only(running: Product, visitor: Visitor) -> None:
    stored = await running.parts.database.run(lambda c: c.execute(sa.select(sessions)).all())
    assert visitor.session not in str(stored)


async def test_a_session_sees_only_its_own_conversation(running: Product) -> None:
    one, other = await running.visitor(), await running.visitor()
    key = uuid.uuid4().hex
    await one.says("我的秘密", key)
    assert await other.says("我的秘密", key) == 2  # the same key in another conversation
    await running.settled(one.conversation, other.conversation)
    await one.says("再说一句")
    assert "再说一句" not in str(await other.page())


# --- who is asking


def token(
    site: str = SITE, key: object = SITE_KEY, minutes: int = 5, person: str = "报建员小李"
) -> str:
    return sign(site, person, FACTORY, key, timedelta(minutes=minutes))  # type: ignore[arg-type]


async def test_a_signed_in_visitor_resumes_the_same_conversation(running: Product) -> None:
    first = await running.visitor(token())
    await first.says("我的厂房办到哪了")
    await running.settled(first.conversation)
    second = await running.visitor(token())
    assert second.conversation == first.conversation
    assert second.opened["enterprise"] == {"id": FACTORY.id, "name": FACTORY.name}
    assert second.opened["last"] == 3
    assert [kind for kind, _ in await second.lines()] == ["bot", "user", "bot"]


async def test_another_person_of_the_enterprise_has_another_conversation(running: Product) -> None:
    first, second = await running.visitor(token()), await running.visitor(token(person="小王"))
    assert first.conversation != second.conversation


async def test_two_tabs_opened_at_once_share_one_greeting(running: Product) -> None:
    visitors = await asyncio.gather(*(running.visitor(token()) for _ in range(8)))
    assert len({visitor.conversation for visitor in visitors}) == 1
    assert await visitors[0].lines() == [("bot", GREETING)]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(token(key=OTHER_KEY), id="another site's key"),
        pytest.param(token(OTHER_SITE, SITE_KEY), id="another site's name"),
        pytest.param(token("nobody", OTHER_KEY), id="a site nobody knows"),
        pytest.param(token(minutes=-5), id="expired"),
        pytest.param(token()[:-3] + "abc", id="altered"),
        pytest.param("no token", id="no token"),
        pytest.param("\ud800.\ud800.\ud800", id="lone surrogates"),
    ],
)
async def test_a_token_that_proves_nothing_leaves_the_visitor_anonymous(
    running: Product, wrong: str
) -> None:
    known = await running.visitor(token())
    stranger = await running.visitor(wrong)
    assert stranger.opened["enterprise"] is None
    assert stranger.conversation != known.conversation


async def test_the_other_site_has_its_own_visitors(running: Product) -> None:
    here, there = (
        await running.visitor(token()),
        await running.visitor(token(OTHER_SITE, OTHER_KEY)),
    )
    assert there.opened["enterprise"] is not None
    assert here.conversation != there.conversation


# --- the stream


async def test_the_stream_begins_after_a_number_and_goes_on_live(
    running: Product, visitor: Visitor
) -> None:
    await visitor.says("第一问")
    await running.settled(visitor.conversation)
    async with visitor.streaming(after=2) as stream:
        replayed = await stream.until(lambda event: event.kind == "state")
        assert [e.data["text"] for e in replayed[:-1]] == ["答：第一问"]
        assert replayed[0].id == "3"
        await visitor.says("第二问")
        live = await stream.until(lambda event: event.data.get("text") == "答：第二问")
        assert [e.id for e in live if e.kind == "entry"] == ["4", "5"]


async def test_a_stream_misses_nothing_between_two_connections(
    running: Product, visitor: Visitor
) -> None:
    seen = 0
    for number in range(1, 5):
        await visitor.says(f"第{number}问")
        async with visitor.streaming(after=seen) as stream:
            wanted = f"答：第{number}问"
            events = await stream.until(lambda event, w=wanted: event.data.get("text") == w)
        numbers = [int(e.id) for e in events if e.kind == "entry" and e.id]
        assert numbers == list(range(seen + 1, numbers[-1] + 1))
        seen = numbers[-1]


async def test_the_stream_tells_the_queue_and_who_has_it(
    running: Product, visitor: Visitor
) -> None:
    desk = await running.desk()
    async with visitor.streaming(after=1) as stream:
        await visitor.says("转人工")
        waiting = await stream.until(lambda e: e.kind == "state" and e.data["owner"] == "waiting")
        assert waiting[-1].data["queue"]["position"] == 1
        await desk.change("claim", visitor.conversation)
        taken = await stream.until(lambda e: e.kind == "state" and e.data["owner"] == "steward")
        assert (taken[-1].data["queue"], taken[-1].data["steward"]) == (None, "王敏")
        await desk.says(visitor.conversation, "内部：企业很急", how="note")
        await desk.says(visitor.conversation, "您好，我来帮您。")
        said = await stream.until(lambda e: e.data.get("text") == "您好，我来帮您。")
        assert "内部" not in str(said)


async def test_a_stream_that_was_left_is_not_kept(
    running: Product, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.live.HEARTBEAT_SECONDS", 0.05)
    left = watch_for_leaving(running, monkeypatch)
    async with visitor.streaming() as stream:
        await stream.next()
    await asyncio.wait_for(left.wait(), LIMIT_SECONDS)


def watch_for_leaving(running: Product, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """An event that is set when a listener of the hub goes."""
    left, listening = asyncio.Event(), running.parts.hub.listening

    @contextmanager
    def watched(conversation: str) -> Iterator[asyncio.Event]:
        with listening(conversation) as changed:
            yield changed
        left.set()

    monkeypatch.setattr(running.parts.hub, "listening", watched)
    return left


# --- other sites


async def test_a_host_site_may_embed_the_widget(running: Product) -> None:
    origin = {"Origin": "https://park.example"}
    async with running.browser().options("/api/chat/sessions", headers=origin) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Idempotency-Key" in response.headers["Access-Control-Allow-Headers"]
    async with running.browser().get("/api/chat/entries", headers=origin) as response:
        assert response.status == 401
        assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [("https://b.example", "https://b.example"), ("https://evil.example", "https://a.example")],
)
async def test_only_named_sites_may_embed_it_when_there_are_names(
    database_url: str, origin: str, allowed: str
) -> None:
    named = "https://a.example, https://b.example"
    async with product(database_url, ScriptedDialogue(), allowed_origins=named) as running:
        headers = {"Origin": origin}
        async with running.browser().options("/api/chat/sessions", headers=headers) as response:
            assert response.headers["Access-Control-Allow-Origin"] == allowed
            assert response.headers["Vary"] == "Origin"
