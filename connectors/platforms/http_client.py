"""Asks a described API: identity, time limits, repeated attempts, paging, failures in Chinese."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import aiohttp
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from bot.services.platform_port import PlatformUnavailable, PlatformUnreadable
from connectors.platforms.http_description import (
    ApiDescription,
    BasicAuth,
    Endpoint,
    HeaderAuth,
    OAuth2,
    Paging,
)

LARGEST_ANSWER = 20_000_000  # bytes
_PLACE = re.compile(r"\{(\w+)\}")
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
_TOKEN_MARGIN = 30  # seconds before it ends that a token is renewed


class _Passing(Exception):
    """May be gone at the next attempt; holds what is said when it is not."""

    def __init__(self, said: PlatformUnavailable) -> None:
        super().__init__(str(said))
        self.said = said


class ApiClient:
    """Everything raised is a PlatformUnavailable; nothing of it holds a secret."""

    def __init__(self, description: ApiDescription) -> None:
        self._description = description
        self._token: tuple[str, float] | None = None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[aiohttp.ClientSession]:
        limits = self._description.limits
        timeout = aiohttp.ClientTimeout(total=limits.attempt, sock_connect=limits.connect)
        headers = {"Accept": "application/json", **self._description.headers}
        async with aiohttp.ClientSession(timeout=timeout, headers=headers) as session:
            yield session

    async def items(
        self, session: aiohttp.ClientSession, endpoint: Endpoint, about: Mapping[str, str]
    ) -> list[Any]:
        """The items of all pages; [] where the API says that there is none."""
        found: list[Any] = []
        page, seen = _Page.first(endpoint, self._address(endpoint, about)), set()
        for _ in range(self._description.limits.pages):
            answer = await self._answer(session, endpoint, about, page)
            if answer is None:
                return found
            items = endpoint.items.all(answer)
            found.extend(items)
            following = page.next(answer, len(items))
            # Some systems give the last page again and again.
            if following is None or following.mark in seen:
                return found
            seen.add(following.mark)
            page = following
        raise PlatformUnreadable(
            f"审批系统接口 {endpoint.path} 的回答超过{self._description.limits.pages}页。",
            "请检查分页的写法，或在 limits.pages 里放宽。",
        )

    def _address(self, endpoint: Endpoint, about: Mapping[str, str]) -> str:
        path = _PLACE.sub(lambda place: quote(about[place[1]], safe=""), endpoint.path)
        return self._description.base_url.rstrip("/") + "/" + path.lstrip("/")

    async def _answer(
        self,
        session: aiohttp.ClientSession,
        endpoint: Endpoint,
        about: Mapping[str, str],
        page: _Page,
    ) -> Any:
        limits = self._description.limits
        attempts = AsyncRetrying(
            stop=stop_after_attempt(limits.attempts),
            wait=wait_random_exponential(limits.first_wait, limits.longest_wait),
            retry=retry_if_exception_type(_Passing),
            reraise=True,
        )
        query = {**_filled(endpoint.query, about), **page.query}
        body = _filled(endpoint.body, about)
        try:
            return await asyncio.wait_for(
                attempts(self._ask, session, endpoint, page.address, query, body), limits.total
            )
        except _Passing as error:
            raise error.said from error
        except asyncio.TimeoutError as error:
            raise _away("没有在限定时间内回答") from error

    async def _ask(
        self,
        session: aiohttp.ClientSession,
        endpoint: Endpoint,
        address: str,
        query: Mapping[str, str],
        body: Any,
    ) -> Any:
        """The JSON of one answer, None where there is none."""
        try:
            identity = await self._identity(session)
            # Never followed elsewhere: the identity is for this address alone.
            async with session.request(
                endpoint.method,
                address,
                params=query or None,
                json=body,
                headers=identity,
                allow_redirects=False,
            ) as response:
                if response.status in endpoint.absent:
                    return None
                self._check_status(endpoint, response.status)
                raw = await response.content.read(LARGEST_ANSWER + 1)
                while not response.content.at_eof() and len(raw) <= LARGEST_ANSWER:
                    raw += await response.content.read(LARGEST_ANSWER + 1 - len(raw))
        except asyncio.TimeoutError as error:
            raise _Passing(_away("没有在限定时间内回答")) from error
        except aiohttp.ClientError as error:
            raise _Passing(_away(f"连不上（{type(error).__name__}）")) from error
        return self._understood(endpoint, raw)

    def _check_status(self, endpoint: Endpoint, status: int) -> None:
        if status < 300:
            return
        if status == 401:
            self._token = None  # may have been revoked before its time
        if status in _TRY_AGAIN:
            raise _Passing(_away(f"出错（状态 {status}）"))
        if status in (401, 403):
            raise PlatformUnavailable(
                f"审批系统接口 {endpoint.path} 不接受本产品的身份（状态 {status}）。",
                "请核对 auth 里的账号、密钥和权限。",
            )
        raise PlatformUnreadable(
            f"审批系统接口 {endpoint.path} 没有给出内容（状态 {status}）。",
            "请核对 base_url、path 和参数。",
        )

    def _understood(self, endpoint: Endpoint, raw: bytes) -> Any:
        where = f"审批系统接口 {endpoint.path}"
        if len(raw) > LARGEST_ANSWER:
            raise PlatformUnreadable(f"{where} 的回答太大。", "请改用分页。")
        try:
            answer = json.loads(raw)
        except ValueError as error:
            raise PlatformUnreadable(
                f"{where} 的回答不是 JSON。", "请核对 base_url 和 path。"
            ) from error
        success = self._description.success
        if success and str(success.path.one(answer)) not in success.values:
            said = success.message.one(answer) if success.message else None
            raise PlatformUnavailable(
                f"{where} 回答说没有成功" + (f"：{said}。" if said else "。"), "请稍后再试。"
            )
        return answer

    async def _identity(self, session: aiohttp.ClientSession) -> dict[str, str]:
        auth = self._description.auth
        if isinstance(auth, HeaderAuth):
            return {auth.header: auth.value.get_secret_value()}
        if isinstance(auth, BasicAuth):
            basic = aiohttp.BasicAuth(auth.user, auth.password.get_secret_value(), "utf-8")
            return {"Authorization": basic.encode()}
        if isinstance(auth, OAuth2):
            return {"Authorization": f"Bearer {await self._oauth2_token(session, auth)}"}
        return {}

    async def _oauth2_token(self, session: aiohttp.ClientSession, auth: OAuth2) -> str:
        if self._token and time.monotonic() < self._token[1]:
            return self._token[0]
        form = {"grant_type": "client_credentials"} | ({"scope": auth.scope} if auth.scope else {})
        client = aiohttp.BasicAuth(auth.client_id, auth.client_secret.get_secret_value())
        async with session.post(auth.token_url, data=form, auth=client) as response:
            if response.status in _TRY_AGAIN:
                raise _Passing(_away(f"的认证服务出错（状态 {response.status}）"))
            try:
                granted = await response.json(content_type=None)
                token, seconds = str(granted["access_token"]), float(granted.get("expires_in", 60))
            except (ValueError, KeyError, TypeError) as error:
                raise PlatformUnavailable(
                    f"审批系统的认证服务没有给出令牌（状态 {response.status}）。",
                    "请核对 auth 里的 token_url、client_id 和 client_secret。",
                ) from error
        self._token = (token, time.monotonic() + max(seconds - _TOKEN_MARGIN, 1))
        return token


class _Page:
    """One page of an endpoint and the way to the next."""

    def __init__(self, paging: Paging | None, address: str, at: str | int | None) -> None:
        self._paging, self.address, self._at = paging, address, at

    @classmethod
    def first(cls, endpoint: Endpoint, address: str) -> _Page:
        paging = endpoint.paging
        if paging is None or paging.kind not in ("page", "offset"):
            return cls(paging, address, None)
        return cls(paging, address, paging.first if paging.kind == "page" else 0)

    @property
    def mark(self) -> tuple[str, str | int | None]:
        return (self.address, self._at)

    @property
    def query(self) -> dict[str, str]:
        paging = self._paging
        if paging is None or (paging.kind == "link" and self._at is not None):
            return {}
        query = {} if self._at is None else {paging.parameter: str(self._at)}
        if paging.size_parameter:
            query[paging.size_parameter] = str(paging.size)
        return query

    def next(self, answer: Any, count: int) -> _Page | None:
        """The page after this one, None after the last."""
        paging = self._paging
        if paging is None or count == 0:
            return None
        if paging.kind in ("page", "offset"):
            assert isinstance(self._at, int)
            if count < paging.size:
                return None
            step = 1 if paging.kind == "page" else count
            return _Page(paging, self.address, self._at + step)
        assert paging.next is not None
        following = paging.next.one(answer)
        if following in (None, ""):
            return None
        if paging.kind == "cursor":
            return _Page(paging, self.address, str(following))
        return _Page(paging, _same_host(self.address, str(following)), "link")


def _same_host(address: str, following: str) -> str:
    """The next address; one on another host would be handed our identity."""
    target = urljoin(address, following)
    if urlsplit(target)[:2] != urlsplit(address)[:2]:
        raise PlatformUnreadable(
            "审批系统接口给出的下一页在另一台主机上。", "请检查 paging.next 和 base_url。"
        )
    return target


def _filled(value: Any, about: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _PLACE.sub(lambda place: about.get(place[1], place[0]), value)
    if isinstance(value, Mapping):
        return {key: _filled(item, about) for key, item in value.items()}
    return [_filled(item, about) for item in value] if isinstance(value, list) else value


def _away(how: str) -> PlatformUnavailable:
    return PlatformUnavailable(f"审批系统的接口{how}。", "请检查接口地址和网络，稍后再试。")
