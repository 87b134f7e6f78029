"""What the follower of the platform saw: every change, with those that should alarm a steward."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from bot.app.parts import Parts
from bot.app.problems import after_of
from bot.following import followed_cases
from bot.model.ledger import ChangeKind
from bot.services.changes_in_words import change_json
from bot.storage.ledger_history import SqlFollowedCases
from connectors.desk.session import steward_of

PAGE = 200
FOLLOWED: web.AppKey[Any] = web.AppKey("followed", object)


def plug(app: web.Application, parts: Parts) -> None:
    app[FOLLOWED] = followed_cases(parts.settings)
    app.router.add_get("/api/desk/ledger/changes", changes)


async def changes(request: web.Request) -> web.Response:
    """The changes after a number (`?after=N`), oldest first; with `?alarming=1` only cases and
    projects that vanished or went back; with `?about=` only those of a project, work or case."""
    await steward_of(request)
    kept: SqlFollowedCases | None = request.config_dict[FOLLOWED]
    after, about = after_of(request), request.query.get("about")
    kinds = [kind for kind in ChangeKind if kind.alarming] if "alarming" in request.query else []
    if kept is None:
        return web.json_response({"changes": [], "last": 0})
    found = await asyncio.to_thread(kept.changes_after, after, PAGE, kinds, about)
    last = await asyncio.to_thread(kept.newest_no)
    return web.json_response({"changes": [change_json(one) for one in found], "last": last})
