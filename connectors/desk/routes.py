"""The stewards' side of the API: the queue, conversations, claims, replies, notes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp_sse import EventSourceResponse
from pydantic import BaseModel, StrictStr

from bot.app.changes import outdated_json
from bot.app.entries import entry_json, moment
from bot.app.live import events_to
from bot.app.parts import Parts, parts_of
from bot.app.problems import Whole, after_of, key_of, read_body, refuse
from bot.model.conversation import Conversation, Draft, EntryKind, Owner, Steward
from bot.services import hand_over
from bot.services.ports import Log, UnknownConversation
from bot.services.receive_message import MAX_TEXT, NothingSaid, printable
from bot.services.review_receipts import list_outdated
from bot.storage.receipts import Receipts
from connectors.desk.session import (
    ATTEMPTS_KEY,
    Attempts,
    sign_in,
    sign_out,
    steward_of,
    who_am_i,
)

PREFIX = "/api/desk"
PAGE = 200
LIST = 200
Change = Callable[..., Awaitable[Conversation]]


class AtEpoch(BaseModel):
    epoch: Whole


class Say(BaseModel):
    text: StrictStr


class Resend(BaseModel):
    no: Whole


def plug(app: web.Application, parts: Parts) -> None:
    app[ATTEMPTS_KEY] = Attempts()
    one = f"{PREFIX}/conversations/{{conversation:[0-9a-f]{{32}}}}"
    app.router.add_post(f"{PREFIX}/session", sign_in)
    app.router.add_get(f"{PREFIX}/session", who_am_i)
    app.router.add_delete(f"{PREFIX}/session", sign_out)
    app.router.add_get(f"{PREFIX}/conversations", conversations)
    app.router.add_get(f"{PREFIX}/stream", stream)
    app.router.add_get(f"{PREFIX}/changes", changes)
    app.router.add_post(f"{PREFIX}/changes/{{code:[0-9A-Z]{{10}}}}/settled", settle)
    app.router.add_get(one, conversation)
    app.router.add_get(f"{one}/entries", entries)
    app.router.add_post(f"{one}/claim", claim)
    app.router.add_post(f"{one}/hand-back", hand_back)
    app.router.add_post(f"{one}/close", close)
    app.router.add_post(f"{one}/reply", reply)
    app.router.add_post(f"{one}/note", note)
    app.router.add_post(f"{one}/resend", resend)


async def conversations(request: web.Request) -> web.Response:
    """The conversations of an owner (`?owner=waiting|steward|bot|closed|all`)."""
    await steward_of(request)
    wanted = request.query.get("owner", "all")
    if wanted not in ("all", *(owner.value for owner in Owner)):
        raise refuse(422, "owner 应为 waiting、steward、bot、closed 或 all。")
    owners = list(Owner) if wanted == "all" else [Owner(wanted)]
    parts = parts_of(request)

    def work(log: Log) -> list[dict[str, Any]]:
        waiting = owners == [Owner.WAITING]
        heads = log.waiting() if waiting else log.conversations(owners, LIST)
        return [_summary(log, parts, head) for head in heads]

    return web.json_response({"conversations": await parts.database.read(work)})


async def conversation(request: web.Request) -> web.Response:
    """One conversation with what is known of it."""
    await steward_of(request)
    return web.json_response(await _read_summary(request))


async def entries(request: web.Request) -> web.Response:
    """The entries after a number, notes and delivery states included."""
    await steward_of(request)
    after, parts, wanted = after_of(request), parts_of(request), _wanted(request)

    def work(log: Log) -> tuple[list[Any], int]:
        head = _head(log, wanted)
        return list(log.entries(wanted, after, PAGE, notes=True)), head.last_no

    found, last = await parts.database.read(work)
    states = await parts.outbox.states(wanted, after)
    shown = []
    for entry in found:
        state, error = states.get(entry.no, (None, None))
        delivery = {"state": state, "error": error} if state else None
        shown.append({**entry_json(entry), "facts": entry.facts, "delivery": delivery})
    return web.json_response({"entries": shown, "last": last})


async def stream(request: web.Request) -> web.StreamResponse:
    """Server-sent events: which conversation changed, to what number, owner and epoch."""
    await steward_of(request)
    parts = parts_of(request)
    with parts.feed.listening() as changes:
        nobody = ""  # no conversation has this id
        async with events_to(request, lambda: changes.put_nowait(nobody)) as response:
            await _follow(response, parts, changes)
    return response


async def _follow(response: EventSourceResponse, parts: Parts, changes: asyncio.Queue[str]) -> None:
    while response.is_connected():
        changed = {await changes.get()}
        while not changes.empty():
            changed.add(changes.get_nowait())
        for one in changed:
            head = await parts.database.read(lambda log, one=one: log.find(one))  # type: ignore[misc]
            if head is None:
                continue
            event = {
                "conversation": head.id,
                "last": head.last_no,
                "owner": head.owner.value,
                "epoch": head.epoch,
            }
            await response.send(json.dumps(event), event="changed")


async def changes(request: web.Request) -> web.Response:
    """Answers that may need correcting: the catalogue has changed since."""
    await steward_of(request)
    parts = parts_of(request)
    catalogue, today = parts.assistant.catalogue(), parts.assistant.now().date()
    found = await list_outdated(Receipts(parts.database), catalogue, today)
    return web.json_response({"changes": [outdated_json(one) for one in found[:LIST]]})


async def settle(request: web.Request) -> web.Response:
    """Marks an answer as corrected."""
    steward = await steward_of(request)
    receipts = Receipts(parts_of(request).database)
    if not await receipts.settle(request.match_info["code"], steward.name):
        raise refuse(404, "没有这个答复凭证。")
    return web.Response(status=204)


async def claim(request: web.Request) -> web.Response:
    """Takes a conversation over; 409 naming who has it when another was first."""
    return await _change(request, hand_over.claim)


async def hand_back(request: web.Request) -> web.Response:
    """Gives a conversation back to the bot."""
    return await _change(request, hand_over.hand_back)


async def close(request: web.Request) -> web.Response:
    """Ends a conversation."""
    return await _change(request, hand_over.close)


async def _change(request: web.Request, change: Change) -> web.Response:
    steward = await steward_of(request)
    wish = await read_body(request, AtEpoch)
    parts = parts_of(request)
    await change(parts.database, parts.hub, _wanted(request), steward, wish.epoch)
    return web.json_response(await _read_summary(request))


async def reply(request: web.Request) -> web.Response:
    """Says something to the enterprise, once per Idempotency-Key."""
    return await _say(request, EntryKind.STEWARD)


async def note(request: web.Request) -> web.Response:
    """Leaves a note for the other stewards."""
    return await _say(request, EntryKind.NOTE)


async def _say(request: web.Request, kind: EntryKind) -> web.Response:
    steward = await steward_of(request)
    key = key_of(request)
    text = printable((await read_body(request, Say)).text)
    if not text:
        raise NothingSaid("内容是空的。")
    if len(text) > MAX_TEXT:
        raise refuse(413, f"内容太长（{len(text)}字），请控制在{MAX_TEXT}字以内。")
    number = await _speak(parts_of(request), request, steward, Draft(kind, text, steward.name), key)
    return web.json_response({"no": number}, status=202)


async def _speak(
    parts: Parts, request: web.Request, steward: Steward, draft: Draft, key: str
) -> int:
    wanted = _wanted(request)
    return await hand_over.speak(
        parts.database, parts.hub, wanted, steward, draft, f"{wanted}:{key}"
    )


async def resend(request: web.Request) -> web.Response:
    """Tries a failed delivery again."""
    await steward_of(request)
    wish = await read_body(request, Resend)
    parts, wanted = parts_of(request), _wanted(request)
    if not await parts.outbox.resend(wanted, wish.no):
        raise refuse(409, "这条消息没有处于发送失败状态。")
    parts.hub.announce(wanted)
    return web.Response(status=202)


async def _read_summary(request: web.Request) -> dict[str, Any]:
    parts, wanted = parts_of(request), _wanted(request)
    return await parts.database.read(lambda log: _summary(log, parts, _head(log, wanted)))


def _wanted(request: web.Request) -> str:
    return request.match_info["conversation"]


def _head(log: Log, conversation_id: str) -> Conversation:
    head = log.find(conversation_id)
    if head is None:
        raise UnknownConversation(conversation_id)
    return head


def _summary(log: Log, parts: Parts, head: Conversation) -> dict[str, Any]:
    last = log.entries(head.id, head.last_no - 1, 1, notes=True)
    waiting = head.owner is Owner.WAITING
    return {
        "id": head.id,
        "channel": head.channel,
        "owner": head.owner.value,
        "epoch": head.epoch,
        "enterprise": {"id": head.enterprise.id, "name": head.enterprise.name}
        if head.enterprise
        else None,
        "steward": {"id": head.steward.id, "name": head.steward.name} if head.steward else None,
        "matter": _matter(parts, head),
        "project": head.state.get("project"),
        "waiting_since": moment(head.waiting_since),
        "answer_by": moment(head.answer_by),
        "escalated": head.escalated,
        "position": log.queue_position(head) if waiting else None,
        "last_entry": entry_json(last[0]) if last else None,
        "last": head.last_no,
        "updated_at": moment(head.updated_at),
    }


def _matter(parts: Parts, head: Conversation) -> dict[str, str] | None:
    slug = head.state.get("matter")
    known = parts.assistant.catalogue().matters.get(slug) if slug else None
    return {"id": known.id, "name": known.name} if known else None
