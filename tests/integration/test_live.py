"""Readers of live events who leave."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app import live
from bot.app.problems import Handler

LIMIT_SECONDS = 5


async def test_a_reader_who_leaves_silently_is_noticed_by_the_heartbeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.02)
    left, over = asyncio.Event(), asyncio.Event()

    async def stream(request: web.Request) -> web.StreamResponse:
        async with live.events_to(request, left.set) as response:
            await left.wait()
        over.set()
        return response

    async with _serving(stream) as client:
        response = await client.get("/")
        assert await response.content.readline() == b": ping\r\n"
        response.close()
        await asyncio.wait_for(over.wait(), LIMIT_SECONDS)


async def test_writing_to_a_reader_who_has_left_ends_the_stream_quietly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    over = asyncio.Event()

    async def stream(request: web.Request) -> web.StreamResponse:
        async with live.events_to(request, lambda: None) as response:
            while True:
                await response.send("news")
                await asyncio.sleep(0)
        over.set()
        return response

    async with _serving(stream) as client:
        response = await client.get("/")
        await response.content.readline()
        response.close()
        await asyncio.wait_for(over.wait(), LIMIT_SECONDS)
    assert caplog.records == []


class AsInProduction(TestServer):
    """aiohttp's test server cancels the handlers of readers who leave; the real one does not."""

    async def _make_runner(self, **options: Any) -> web.AppRunner:
        return web.AppRunner(self.app, **{**options, "handler_cancellation": False})


def _serving(handler: Handler) -> TestClient:
    app = web.Application()
    app.router.add_get("/", handler)
    return TestClient(AsInProduction(app))
