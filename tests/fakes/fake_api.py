"""The chat and desk addresses in memory, for working on the pages and for browser tests.

`python -m tests.fakes.fake_api [PORT]` serves build/pages at 127.0.0.1 (steward 李敏 / demo).
A test holds a `FakeApi` itself and reaches into it: `failures` makes the next requests to a path
fail, `drop_streams()` breaks every live connection, `expire_sessions()` signs everybody out.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp import web

PAGES = Path(__file__).resolve().parents[2] / "build" / "pages"
CHINA = timezone(timedelta(hours=8))
STRICT_POLICY = "default-src 'self'"
STEWARDS = {"李敏": "demo", "王强": "demo"}
ENTERPRISES = {
    "91210100FAKE00001X": "示例市晨光机械有限公司",
    "91210100FAKE00002Y": "远海食品有限公司",
}
MATTERS = [("施工许可证", "/matter{construction-permit}"), ("消防验收", "/matter{fire-acceptance}")]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Talk:
    """One conversation."""

    id: str
    enterprise: str | None
    owner: str = "bot"
    epoch: int = 0
    steward: str | None = None
    waiting_since: str | None = None
    entries: list[dict[str, Any]] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)

    @property
    def last(self) -> int:
        return len(self.entries)

    def visible(self, after: int) -> list[dict[str, Any]]:
        """What the enterprise may read behind `after`."""
        found = self.entries[after:]
        return [
            {k: v for k, v in e.items() if k != "delivery"} for e in found if e["kind"] != "note"
        ]


def problem(status: int, detail: str) -> web.Response:
    body = {"type": "about:blank", "title": "error", "status": status, "detail": detail}
    return web.json_response(body, status=status, content_type="application/problem+json")


def now() -> str:
    return datetime.now(CHINA).isoformat(timespec="milliseconds")


class FakeApi:
    """State and routes; `bot_delay` is how long the bot thinks, in seconds."""

    def __init__(self, bot_delay: float = 0.3) -> None:
        self.bot_delay = bot_delay
        self.talks: dict[str, Talk] = {}
        self.sessions: dict[str, str] = {}
        self.cookies: dict[str, str] = {}
        self.failures: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self._changed = asyncio.Condition()
        self._feed: list[str] = []
        self._streams: list[web.Request] = []
        self._tasks: set[asyncio.Task[None]] = set()

    # What tests reach for

    def drop_streams(self) -> None:
        """Cuts every live connection, as a restart or a proxy does."""
        for request in self._streams:
            if request.transport:
                request.transport.abort()

    def expire_sessions(self) -> None:
        self.sessions.clear()
        self.cookies.clear()

    async def say(self, talk: Talk, kind: str, text: str, **more: Any) -> int:
        """Appends an entry and tells everybody who listens; returns its number."""
        entry = {"no": talk.last + 1, "kind": kind, "author": None, "text": text, "buttons": []}
        talk.entries.append({**entry, "at": now(), **more})
        await self._announce(talk)
        return talk.last

    async def change_owner(self, talk: Talk, owner: str, text: str, steward: str | None) -> None:
        talk.owner, talk.steward = owner, steward
        talk.epoch += 1
        talk.waiting_since = now() if owner == "waiting" else None
        await self.say(talk, "owner", text, owner=owner, author=steward)

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[str]:
        """Runs the server; gives its address."""
        runner = web.AppRunner(self.application(), shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        chat, desk = "/api/chat", "/api/desk"
        one = f"{desk}/conversations/{{id}}"
        app.add_routes(
            [
                web.post(f"{chat}/sessions", self.open_session),
                web.delete(f"{chat}/sessions", self.end_session),
                web.get(f"{chat}/entries", self.chat_entries),
                web.post(f"{chat}/messages", self.take_message),
                web.get(f"{chat}/stream", self.chat_stream),
                web.post(f"{chat}/rating", self.take_rating),
                web.get(f"{desk}/session", self.who),
                web.post(f"{desk}/session", self.sign_in),
                web.delete(f"{desk}/session", self.sign_out),
                web.get(f"{desk}/conversations", self.list_talks),
                web.get(f"{desk}/stream", self.desk_stream),
                web.get(one, self.show_talk),
                web.get(f"{one}/entries", self.desk_entries),
                web.post(f"{one}/claim", self.claim),
                web.post(f"{one}/reply", self.reply),
                web.post(f"{one}/note", self.note),
                web.post(f"{one}/hand-back", self.hand_back),
                web.post(f"{one}/close", self.close),
                web.post(f"{one}/resend", self.resend),
                web.get("/demo/enterprises", self.enterprises),
                web.get("/demo/identity", self.identity),
                web.get("/", self.page("index.html")),
                web.get("/desk", self.page("desk.html")),
                web.static("/", PAGES),
            ]
        )
        return app

    # The enterprise's side

    async def open_session(self, request: web.Request) -> web.Response:
        token = (await request.json()).get("identity_token")
        who = (
            json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["enterprise"]
            if token
            else None
        )
        talk = next((t for t in self.talks.values() if who and t.enterprise == who), None)
        if talk is None:
            talk = Talk(uuid4().hex, who)
            self.talks[talk.id] = talk
            await self.say(talk, "bot", "您好，我是帮办助手。")
        session = uuid4().hex
        self.sessions[session] = talk.id
        body = {
            "session": session,
            "conversation": talk.id,
            "enterprise": self._enterprise(talk),
            "owner": talk.owner,
            "last": talk.last,
        }
        return web.json_response(body, status=201)

    async def end_session(self, request: web.Request) -> web.Response:
        self.sessions.pop(self._bearer(request), None)
        return web.Response(status=204)

    async def chat_entries(self, request: web.Request) -> web.Response:
        talk = self._talk_of(request)
        after = int(request.query.get("after", "0"))
        body = {"entries": talk.visible(after), "last": talk.last, **self._state(talk)}
        return web.json_response(body)

    async def take_message(self, request: web.Request) -> web.Response:
        talk, body = self._talk_of(request), await request.json()
        key = request.headers["Idempotency-Key"]
        if key in talk.taken:
            return web.json_response({"no": talk.taken[key], "duplicate": True}, status=202)
        text = body.get("text") or body["title"]
        if len(text) > 2000:
            return problem(413, "消息太长，请控制在2000字以内。")
        if talk.owner == "closed":
            await self.change_owner(talk, "bot", "会话重新开始。", None)
        talk.taken[key] = await self.say(talk, "user", text)
        if talk.owner in ("bot", "waiting"):
            task = asyncio.create_task(self._answer(talk, text, talk.epoch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return web.json_response({"no": talk.taken[key], "duplicate": False}, status=202)

    async def chat_stream(self, request: web.Request) -> web.StreamResponse:
        talk, after = self._talk_of(request), int(request.query.get("after", "0"))

        async def news(sent: int) -> tuple[int, str]:
            lines = [
                f"event: entry\nid: {e['no']}\ndata: {json.dumps(e)}\n\n"
                for e in talk.visible(sent)
            ]
            state = f"event: state\ndata: {json.dumps(self._state(talk))}\n\n"
            return talk.last, "".join(lines) + state

        return await self._stream(request, after, news, lambda sent: talk.last > sent)

    async def take_rating(self, request: web.Request) -> web.Response:
        talk, score = self._talk_of(request), (await request.json())["score"]
        await self.say(talk, "rating", f"{score} 分")
        return web.Response(status=204)

    # The stewards' side

    async def who(self, request: web.Request) -> web.Response:
        return web.json_response({"steward": self._person(self._steward(request))})

    async def sign_in(self, request: web.Request) -> web.Response:
        body = await request.json()
        if STEWARDS.get(body["name"]) != body["password"]:
            return problem(401, "姓名或密码不对，请重新输入。")
        cookie = uuid4().hex
        self.cookies[cookie] = body["name"]
        response = web.json_response({"steward": self._person(body["name"])})
        response.set_cookie("desk", cookie, httponly=True, samesite="Strict")
        return response

    async def sign_out(self, request: web.Request) -> web.Response:
        self.cookies.pop(request.cookies.get("desk", ""), None)
        return web.Response(status=204)

    async def list_talks(self, request: web.Request) -> web.Response:
        self._steward(request)
        owner = request.query.get("owner", "all")
        found = [t for t in self.talks.values() if owner in ("all", t.owner)]
        found.sort(key=lambda t: t.waiting_since or "")
        return web.json_response({"conversations": [self._summary(t) for t in found]})

    async def show_talk(self, request: web.Request) -> web.Response:
        return web.json_response(self._summary(self._seen_by_steward(request)))

    async def desk_entries(self, request: web.Request) -> web.Response:
        talk = self._seen_by_steward(request)
        after = int(request.query.get("after", "0"))
        return web.json_response({"entries": talk.entries[after:], "last": talk.last})

    async def claim(self, request: web.Request) -> web.Response:
        talk, name = self._seen_by_steward(request), self._steward(request)
        if talk.owner == "steward" and talk.steward != name:
            return problem(409, f"会话已由{talk.steward}接管。")
        if (await request.json())["epoch"] != talk.epoch:
            return problem(409, "会话状态刚刚变化，请刷新后再操作。")
        await self.change_owner(talk, "steward", f"项目管家{name}为您服务。", name)
        return web.json_response(self._summary(talk))

    async def hand_back(self, request: web.Request) -> web.Response:
        talk = self._seen_by_steward(request)
        await self.change_owner(talk, "bot", "已转回智能助手为您服务。", None)
        return web.json_response(self._summary(talk))

    async def close(self, request: web.Request) -> web.Response:
        talk = self._seen_by_steward(request)
        await self.change_owner(talk, "closed", "本次会话已结束，感谢咨询。", None)
        return web.json_response(self._summary(talk))

    async def reply(self, request: web.Request) -> web.Response:
        talk, name = self._seen_by_steward(request), self._steward(request)
        if talk.owner != "steward" or talk.steward != name:
            return problem(409, "请先接管会话再操作。")
        key = request.headers["Idempotency-Key"]
        if key not in talk.taken:
            text = (await request.json())["text"]
            delivery = {"state": "sent", "error": None}
            talk.taken[key] = await self.say(talk, "steward", text, author=name, delivery=delivery)
        return web.json_response({"no": talk.taken[key]}, status=202)

    async def note(self, request: web.Request) -> web.Response:
        talk, name = self._seen_by_steward(request), self._steward(request)
        no = await self.say(talk, "note", (await request.json())["text"], author=name)
        return web.json_response({"no": no}, status=202)

    async def resend(self, request: web.Request) -> web.Response:
        talk = self._seen_by_steward(request)
        entry = talk.entries[(await request.json())["no"] - 1]
        entry["delivery"] = {"state": "sent", "error": None}
        await self._announce(talk)
        return web.Response(status=204)

    async def desk_stream(self, request: web.Request) -> web.StreamResponse:
        self._steward(request)

        async def news(sent: int) -> tuple[int, str]:
            changed = dict.fromkeys(self._feed[sent:])
            lines = [
                f"event: changed\ndata: {json.dumps(self._change(id_))}\n\n" for id_ in changed
            ]
            return len(self._feed), "".join(lines)

        return await self._stream(request, len(self._feed), news, lambda s: len(self._feed) > s)

    # Sign-in of the sample page

    async def enterprises(self, _: web.Request) -> web.Response:
        found = [{"id": id_, "name": name} for id_, name in ENTERPRISES.items()]
        return web.json_response({"enterprises": found})

    async def identity(self, request: web.Request) -> web.Response:
        claims = json.dumps({"sub": "sample", "enterprise": request.query["enterprise"]}).encode()
        payload = base64.urlsafe_b64encode(claims).decode().rstrip("=")
        return web.json_response({"identity_token": f"e30.{payload}.x"})

    def page(self, name: str) -> Handler:
        async def show(_: web.Request) -> web.StreamResponse:
            return web.FileResponse(PAGES / name)

        return show

    # Inside

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests[request.path] += 1
        if self.failures[request.path] > 0:
            self.failures[request.path] -= 1
            return problem(503, "服务正在恢复，请稍后再试。")
        changes_desk = request.path.startswith("/api/desk") and request.method != "GET"
        if changes_desk and request.headers.get("X-Bangban-Desk") != "1":
            return problem(403, "请从工作台操作。")
        try:
            response = await handler(request)
        except PermissionError as error:
            return problem(401, str(error))
        if not response.prepared:
            response.headers["Content-Security-Policy"] = STRICT_POLICY
        return response

    async def _answer(self, talk: Talk, text: str, epoch: int) -> None:
        await asyncio.sleep(self.bot_delay)
        if talk.epoch != epoch:
            return
        if text == "转人工":
            if talk.owner != "waiting":
                await self.change_owner(talk, "waiting", "已转人工，等待项目管家接入。", None)
            return
        said = f"您问的是“{text}”。\n要点：\n1. 先看条件\n2. 再备材料\n依据：https://example.invalid/guide/1"
        buttons = [{"title": title, "payload": payload} for title, payload in MATTERS]
        delivery = {"state": "sent", "error": None}
        await self.say(talk, "bot", said, buttons=buttons, delivery=delivery)

    async def _stream(
        self,
        request: web.Request,
        sent: int,
        news: Callable[[int], Awaitable[tuple[int, str]]],
        is_behind: Callable[[int], bool],
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b": hello\n\n")
        self._streams.append(request)
        try:
            while True:
                sent, text = await news(sent)
                await response.write(text.encode())
                async with self._changed:
                    while not is_behind(sent):
                        await self._changed.wait()
        except ConnectionResetError:
            return response  # the reader has gone
        finally:
            self._streams.remove(request)

    async def _announce(self, talk: Talk) -> None:
        self._feed.append(talk.id)
        async with self._changed:
            self._changed.notify_all()

    def _bearer(self, request: web.Request) -> str:
        return request.headers.get("Authorization", "").removeprefix("Bearer ")

    def _talk_of(self, request: web.Request) -> Talk:
        talk = self.sessions.get(self._bearer(request))
        if talk is None:
            raise PermissionError("会话已过期。")
        return self.talks[talk]

    def _steward(self, request: web.Request) -> str:
        name = self.cookies.get(request.cookies.get("desk", ""))
        if name is None:
            raise PermissionError("请先登录。")
        return name

    def _seen_by_steward(self, request: web.Request) -> Talk:
        self._steward(request)
        return self.talks[request.match_info["id"]]

    def _person(self, name: str | None) -> dict[str, Any] | None:
        return {"id": list(STEWARDS).index(name) + 1, "name": name} if name else None

    def _enterprise(self, talk: Talk) -> dict[str, str] | None:
        return (
            {"id": talk.enterprise, "name": ENTERPRISES[talk.enterprise]}
            if talk.enterprise
            else None
        )

    def _position(self, talk: Talk) -> int | None:
        queue = [t for t in self.talks.values() if t.owner == "waiting"]
        queue.sort(key=lambda t: t.waiting_since or "")
        return queue.index(talk) + 1 if talk in queue else None

    def _state(self, talk: Talk) -> dict[str, Any]:
        position = self._position(talk)
        by = (datetime.now(CHINA) + timedelta(minutes=30)).isoformat()
        hours = "工作日08:30—17:00"
        queue = {"position": position, "hours": hours, "answer_by": by} if position else None
        return {"owner": talk.owner, "queue": queue, "steward": talk.steward}

    def _change(self, id_: str) -> dict[str, Any]:
        talk = self.talks[id_]
        return {"conversation": id_, "last": talk.last, "owner": talk.owner, "epoch": talk.epoch}

    def _summary(self, talk: Talk) -> dict[str, Any]:
        newest = talk.entries[-1] if talk.entries else None
        named = bool(talk.enterprise)
        return {
            "id": talk.id,
            "channel": "web",
            "owner": talk.owner,
            "epoch": talk.epoch,
            "enterprise": self._enterprise(talk),
            "steward": self._person(talk.steward),
            "matter": {"id": "construction-permit", "name": "建筑工程施工许可"} if named else None,
            "project": {"code": "2401-210100-04-01-000001", "name": "年产五千台机床厂房"}
            if named
            else None,
            "waiting_since": talk.waiting_since,
            "answer_by": None,
            "escalated": False,
            "position": self._position(talk),
            "last_entry": newest,
            "last": talk.last,
            "updated_at": newest["at"] if newest else now(),
        }


async def _serve(port: int) -> None:
    async with FakeApi().serving(port) as address:
        print(address, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]) if len(sys.argv) > 1 else 8099))
