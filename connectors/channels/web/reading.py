"""What pages to read have in common: their headers, and how it is said that there is none."""

from __future__ import annotations

from aiohttp import web

from bot.app.problems import TITLES, Handler, problem
from bot.documents.pages import problem_page

HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


class Unreadable(Exception):
    """There is no such page; the text is for the person."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def said_as_page(handler: Handler) -> Handler:
    """What goes wrong is said to a browser as a page, to anyone else as a problem document."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Unreadable as unreadable:
            status, detail = unreadable.status, str(unreadable)
        if "text/html" not in request.headers.get("Accept", ""):
            return problem(status, detail)
        return page(problem_page(TITLES[status], detail), status)

    handle.__doc__ = handler.__doc__
    return handle


def page(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)
