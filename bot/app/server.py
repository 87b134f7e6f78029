"""The HTTP application: health, metrics, the description of the API, and what is plugged in."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest

from bot.app.openapi import describe
from bot.app.parts import PARTS, Parts, parts_of
from bot.app.problems import problem, problems
from bot.services.ports import StoreUnavailable

MAX_BODY = 1024 * 1024  # bytes; far more than any message, far less than a nuisance
REQUESTS = Counter("bangban_http_requests", "HTTP requests", ["method", "status"])
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def create_app(parts: Parts, plugs: Iterable[str]) -> web.Application:
    """The application; `plugs` are dotted names of modules with `plug(app, parts)`."""
    app = web.Application(middlewares=[problems], client_max_size=MAX_BODY)
    for mark in (secure, count):
        app.on_response_prepare.append(mark)  # type: ignore[arg-type]  # aiosignal's types are newer
    app[PARTS] = parts
    app.router.add_get("/health/live", live)
    app.router.add_get("/health/ready", ready)
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/api/openapi.json", openapi)
    for name in plugs:
        import_module(name).plug(app, parts)
    return app


async def secure(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)


async def count(request: web.Request, response: web.StreamResponse) -> None:
    REQUESTS.labels(request.method, str(response.status)).inc()


async def live(request: web.Request) -> web.Response:
    return web.json_response({"status": "live"})


async def ready(request: web.Request) -> web.Response:
    """200 when messages can be taken in and answered, else 503."""
    try:  # a transaction that may write: a database that only reads takes nothing in
        await parts_of(request).database.transact(lambda log: log.find(""))
    except StoreUnavailable:
        return problem(503, "数据库不可用。", **{"Retry-After": "5"})
    return web.json_response({"status": "ready"})


async def metrics(request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def openapi(request: web.Request) -> web.Response:
    return web.json_response(describe(request.app))
