"""Server-sent events to a reader who may leave at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

HEARTBEAT_SECONDS = 15
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@asynccontextmanager
async def events_to(
    request: web.Request,
    on_leaving: Callable[[], None],
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[EventSourceResponse]:
    """A stream of events, with heartbeats. Writing to a reader who has left ends the block.

    A heartbeat notices it too; `on_leaving` is then to wake whoever waits for something to send,
    or silent conversations would hold their lost readers for ever.
    """
    async with sse_response(request, headers={**HEADERS, **(headers or {})}) as response:
        response.ping_interval = HEARTBEAT_SECONDS
        connected = asyncio.create_task(response.wait())
        connected.add_done_callback(lambda _: on_leaving())
        with suppress(ConnectionResetError):
            yield response
