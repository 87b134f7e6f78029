"""What the desk hears of cases unasked: words to stewards, the digest, and a conversation's
reminders."""

from __future__ import annotations

import json

from aiohttp import web
from pydantic import BaseModel, StrictBool

from bot.app.parts import Parts, parts_of
from bot.app.problems import read_body, refuse
from bot.app.words import desk_word_json
from bot.model.conversation import Conversation
from bot.services.ports import Log
from bot.services.reminders import set_at_desk
from bot.storage.desk_words import DeskWords
from connectors.desk.session import steward_of

PREFIX = "/api/desk"
LIST = 200


class Wanted(BaseModel):
    on: StrictBool


def plug(app: web.Application, parts: Parts) -> None:
    reminders = f"{PREFIX}/conversations/{{conversation:[0-9a-f]{{32}}}}/reminders"
    app.router.add_get(f"{PREFIX}/words", words)
    app.router.add_post(f"{PREFIX}/words/{{id:[0-9]{{1,9}}}}/seen", seen)
    app.router.add_get(f"{PREFIX}/digest", digest)
    app.router.add_get(reminders, reminded)
    app.router.add_post(reminders, remind)


async def words(request: web.Request) -> web.Response:
    """Limits near and over, cases that vanished or went back, which nobody has marked as seen."""
    await steward_of(request)
    listed, count = await _desk_words(request).open(LIST)
    return web.json_response({"words": [desk_word_json(one) for one in listed], "count": count})


async def seen(request: web.Request) -> web.Response:
    """Marks a word as seen."""
    steward = await steward_of(request)
    if not await _desk_words(request).settle(int(request.match_info["id"]), steward.name):
        raise refuse(404, "没有这条提醒。")
    return web.Response(status=204)


async def digest(request: web.Request) -> web.Response:
    """The digest of this morning, null before it is made."""
    await steward_of(request)
    today = parts_of(request).hours.now().date()
    content = await _desk_words(request).digest_of(today)
    return web.json_response({"digest": json.loads(content) if content else None})


async def reminded(request: web.Request) -> web.Response:
    """Whether a conversation is told of its enterprise's cases unasked."""
    await steward_of(request)
    return web.json_response({"on": await _desk_words(request).is_reminded(_wanted(request))})


async def remind(request: web.Request) -> web.Response:
    """Switches that on or off; the log keeps who did."""
    steward = await steward_of(request)
    wish = await read_body(request, Wanted)
    parts, wanted = parts_of(request), _wanted(request)

    def work(log: Log) -> Conversation:
        head = log.lock(wanted)
        log.append(head, set_at_desk(wish.on, steward))
        log.save(head)
        return head

    await parts.database.transact(work)
    parts.hub.announce(wanted)
    return web.json_response({"on": wish.on})


def _desk_words(request: web.Request) -> DeskWords:
    return DeskWords(parts_of(request).database)


def _wanted(request: web.Request) -> str:
    return request.match_info["conversation"]
