"""Telegram's Bot API on a local port, with the faults of the real one on demand."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "7000000001:AAE-token_of_the_fake_bot_api_00000"
ME = {"id": 7000000001, "is_bot": True, "first_name": "帮办助手", "username": "bangban_demo_bot"}
PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Fault:
    """An answer that is not ok; `hangs`: a good answer, but not before `TelegramApi.release`."""

    code: int = 500
    description: str = "Internal Server Error"
    parameters: dict[str, int] = field(default_factory=dict)
    hangs: bool = False


def too_many(retry_after: int) -> Fault:
    said = f"Too Many Requests: retry after {retry_after}"
    return Fault(429, said, {"retry_after": retry_after})


BLOCKED = Fault(403, "Forbidden: bot was blocked by the user")
BROKEN = Fault()
HANGING = Fault(hangs=True)


@dataclass(frozen=True)
class Message:
    """A message that reached somebody."""

    chat: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()  # title, callback data


class TelegramApi:
    """`messages` is what was shown (a file by its name), `files` the files sent, `calls` every
    request (method, parameters)."""

    def __init__(self) -> None:
        self.url = ""
        self.messages: list[Message] = []
        self.files: list[tuple[str, bytes]] = []
        self.calls: list[tuple[str, dict[str, str]]] = []
        self._faults: dict[str, deque[Fault | None]] = defaultdict(deque)
        self._updates: list[dict[str, Any]] = []
        self._changed = asyncio.Condition()
        self._released = asyncio.Event()

    def fail(self, method: str, *faults: Fault | None) -> None:
        """The next calls of a method are answered with these, in order; None is a good answer."""
        self._faults[method].extend(faults)

    async def release(self) -> None:
        """Ends every hanging call, now and to come."""
        self._released.set()
        await self._tell()

    async def give(self, *updates: dict[str, Any]) -> None:
        """Puts updates where getUpdates finds them."""
        self._updates.extend(updates)
        await self._tell()

    def texts(self, chat: str) -> list[str]:
        return [message.text for message in self.messages if message.chat == chat]

    def called(self, method: str) -> list[dict[str, str]]:
        return [given for name, given in self.calls if name == method]

    async def until(self, met: Callable[[], bool]) -> None:
        """Returns once `met`; fails the test when that takes too long."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(met), PATIENCE_SECONDS)

    async def answer(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return _refusal(Fault(401, "Unauthorized"))
        method = request.match_info["method"]
        given = {}
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                self.files.append((value.filename, value.file.read()))
            else:
                given[name] = str(value)
        self.calls.append((method, given))
        await self._tell()
        fault = self._faults[method].popleft() if self._faults[method] else None
        if fault and fault.hangs:
            await self._released.wait()
        elif fault:
            return _refusal(fault)
        result = await self._result(method, given)
        await self._tell()
        return web.json_response({"ok": True, "result": result})

    async def _result(self, method: str, given: dict[str, str]) -> object:
        if method == "getMe":
            return ME
        if method == "sendMessage":
            return self._show(given)
        if method == "sendDocument":
            return self._show({**given, "text": self.files[-1][0]})
        if method == "getUpdates":
            return await self._updates_from(int(given["offset"]) if "offset" in given else 0)
        return True

    def _show(self, given: dict[str, str]) -> dict[str, Any]:
        rows = json.loads(given.get("reply_markup", "{}")).get("inline_keyboard", [])
        buttons = tuple((button["text"], button["callback_data"]) for row in rows for button in row)
        self.messages.append(Message(given["chat_id"], given["text"], buttons))
        chat = {"id": int(given["chat_id"]), "type": "private"}
        number = 1000 + len(self.messages)
        return {"message_id": number, "date": 1795312800, "chat": chat, "text": given["text"]}

    async def _updates_from(self, offset: int) -> list[dict[str, Any]]:
        def wanted() -> list[dict[str, Any]]:
            return [update for update in self._updates if update["update_id"] >= offset]

        async with self._changed:
            await self._changed.wait_for(lambda: wanted() or self._released.is_set())
        return wanted()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _refusal(fault: Fault) -> web.Response:
    body: dict[str, Any] = {
        "ok": False,
        "error_code": fault.code,
        "description": fault.description,
    }
    if fault.parameters:
        body["parameters"] = fault.parameters
    return web.json_response(body, status=fault.code)


@asynccontextmanager
async def telegram_api() -> AsyncIterator[TelegramApi]:
    """A Bot API that listens while the block runs."""
    api = TelegramApi()
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", api.answer)
    server = TestServer(app)
    await server.start_server(access_log=None)  # it would log the token
    api.url = str(server.make_url("")).rstrip("/")
    try:
        yield api
    finally:
        await api.release()
        await server.close()
