"""The built pages: the sample enterprise page with the widget, and the desk."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from mimetypes import guess_type
from pathlib import Path

from aiohttp import web

from bot.app.parts import Parts, parts_of
from bot.app.problems import Handler, problem, refuse
from bot.model.conversation import Enterprise
from bot.settings import ROOT
from connectors.channels.web.identity import sign

PAGES = ROOT / "build" / "pages"
DEMO_SITE = "demo"
TOKEN_LASTS = timedelta(minutes=30)
FILES = {
    "/": "index.html",
    "/sample.css": "sample.css",
    "/sample.js": "sample.js",
    "/widget.js": "widget.js",
    "/desk": "desk.html",
    "/desk.js": "desk.js",
    "/desk.css": "desk.css",
    "/desk/ledger": "ledger.html",
    "/ledger.js": "ledger.js",
    "/ledger.css": "ledger.css",
}


def plug(app: web.Application, parts: Parts) -> None:
    for address, name in FILES.items():
        app.router.add_get(address, page(PAGES / name))
    app.router.add_get("/favicon.ico", no_icon)
    if parts.samples.names and DEMO_SITE in parts.settings.identity_keys:
        app.router.add_get("/demo/enterprises", sample_enterprises)
        app.router.add_get("/demo/identity", sample_identity)


def page(path: Path) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        """A built page."""
        if not await asyncio.to_thread(path.is_file):
            return problem(503, "页面还没有构建，请先运行 make setup。")
        # A host page may be in another encoding, which its scripts would inherit.
        kind = f"{guess_type(path.name)[0]}; charset=utf-8"
        headers = {"Cache-Control": "no-cache", "Content-Type": kind}
        if path.name == "widget.js":
            headers["Access-Control-Allow-Origin"] = "*"
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return web.FileResponse(path, headers=headers)

    return serve


async def no_icon(request: web.Request) -> web.Response:
    """Browsers ask for one; there is none."""
    return web.Response(status=204)


async def sample_enterprises(request: web.Request) -> web.Response:
    """The sample enterprises of the demonstration."""
    names = parts_of(request).samples.names
    return web.json_response({"enterprises": [{"id": i, "name": n} for i, n in names.items()]})


async def sample_identity(request: web.Request) -> web.Response:
    """An identity token as a host site would sign it, for a sample enterprise only."""
    parts = parts_of(request)
    wanted = request.query.get("enterprise", "")
    name = parts.samples.names.get(wanted)
    if name is None:
        raise refuse(404, "没有这个示例企业。")
    key = parts.settings.identity_keys[DEMO_SITE]
    token = sign(DEMO_SITE, "sample", Enterprise(wanted, name), key, TOKEN_LASTS)
    return web.json_response({"identity_token": token})
