"""Who works at the desk: sign-in with name and password, a session in a cookie."""

from __future__ import annotations

import time
from collections import deque

from aiohttp import web
from pydantic import BaseModel

from bot.app.parts import parts_of
from bot.app.problems import Words, read_body, refuse
from bot.model.conversation import Steward
from bot.storage.stewards import DESK_SESSION

COOKIE = "bangban_desk"
HEADER = "X-Bangban-Desk"  # a form on another site cannot set it
ATTEMPTS = 10
WINDOW_SECONDS = 300.0


class Name(Words):
    max_length = 100


class Password(Words):
    max_length = 200


class SignIn(BaseModel):
    name: Name
    password: Password


class Attempts:
    """Counts sign-ins by name; too many without a right one close the door for a while."""

    def __init__(self) -> None:
        self._tried: dict[str, deque[float]] = {}

    def allowed(self, name: str) -> bool:
        """Counts an attempt before its password is looked at, so that many at once are many."""
        self._forget()
        tried = self._tried.setdefault(name, deque())
        if len(tried) >= ATTEMPTS:
            return False
        tried.append(time.monotonic())
        return True

    def succeeded(self, name: str) -> None:
        self._tried.pop(name, None)

    def _forget(self) -> None:
        """Drops what is long ago, or made-up names would fill the memory."""
        begin = time.monotonic() - WINDOW_SECONDS
        for name, tried in list(self._tried.items()):
            while tried and tried[0] < begin:
                tried.popleft()
            if not tried:
                del self._tried[name]


ATTEMPTS_KEY: web.AppKey[Attempts] = web.AppKey("attempts", Attempts)


async def sign_in(request: web.Request) -> web.Response:
    """Signs a steward in; 401 for a wrong name or password, 429 after too many."""
    _from_the_desk(request)
    wish = await read_body(request, SignIn)
    parts = parts_of(request)
    attempts = request.config_dict[ATTEMPTS_KEY]
    if not attempts.allowed(wish.name):
        raise refuse(429, "尝试次数过多，请5分钟后再试。")
    steward = await parts.accounts.steward_for(wish.name, wish.password)
    if steward is None:
        raise refuse(401, "姓名或密码不正确。")
    attempts.succeeded(wish.name)
    token = await parts.accounts.open_session("desk", str(steward.id), DESK_SESSION)
    response = web.json_response({"steward": {"id": steward.id, "name": steward.name}})
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(DESK_SESSION.total_seconds()),
        httponly=True,
        samesite="Strict",
        secure=parts.settings.secure_cookies,
        path="/",
    )
    return response


async def who_am_i(request: web.Request) -> web.Response:
    """The steward signed in; 401 when nobody is."""
    steward = await steward_of(request)
    return web.json_response({"steward": {"id": steward.id, "name": steward.name}})


async def sign_out(request: web.Request) -> web.Response:
    """Ends the session."""
    _from_the_desk(request)
    token = request.cookies.get(COOKIE)
    if token:
        await parts_of(request).accounts.end_session(token)
    response = web.Response(status=204)
    response.del_cookie(COOKIE, path="/")
    return response


async def steward_of(request: web.Request) -> Steward:
    """Who is asking; 401 without a session, 403 for a write that another site could have sent."""
    if request.method != "GET":
        _from_the_desk(request)
    parts = parts_of(request)
    token = request.cookies.get(COOKIE)
    subject = await parts.accounts.subject_of("desk", token) if token else None
    steward = await parts.accounts.steward(int(subject)) if subject else None
    if steward is None:
        raise refuse(401, "请先登录。")
    return steward


def _from_the_desk(request: web.Request) -> None:
    if request.headers.get(HEADER) != "1":
        raise refuse(403, f"缺少请求头 {HEADER}。")
