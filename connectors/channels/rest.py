"""Rasa's REST channel, so that any Rasa client can talk to the assistant."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from typing import Any

from aiohttp import web
from pydantic import BaseModel, StrictStr

from bot.app.entries import documents_json
from bot.app.parts import Parts, parts_of
from bot.app.problems import Words, json_answer, read_body, refuse
from bot.model.conversation import Change, Entry, Inbound, Received
from bot.services.announce import Hub
from bot.services.ports import Log
from bot.services.receive_message import receive_message

CHANNEL = "rest"
ANSWER_SECONDS = 25.0
PAGE = 50


class Sender(Words):
    max_length = 150


class MessageId(Words):
    max_length = 150


class RestMessage(BaseModel):
    sender: Sender
    message: StrictStr
    message_id: MessageId | None = None


def plug(app: web.Application, parts: Parts) -> None:
    if parts.settings.rest_channel:
        app.router.add_post("/webhooks/rest/webhook", webhook)


async def webhook(request: web.Request) -> web.Response:
    """Takes a message in, waits for its turn, answers with the replies (Rasa's format)."""
    message = await read_body(request, RestMessage)
    parts = parts_of(request)
    inbound = Inbound(
        channel=CHANNEL,
        peer=message.sender,
        external_id=_external_id(message),
        text=message.message,
        proven=False,  # the sender is whoever the caller says
    )
    received = await receive_message(parts.database, parts.hub, inbound)
    replies = await _replies(parts, received)
    return json_answer([_reply(message.sender, entry) for entry in replies])


def _external_id(message: RestMessage) -> str | None:
    """Of one sender: clients number their own messages, and the column is narrow."""
    if message.message_id is None:
        return None
    return sha256(json.dumps([message.sender, message.message_id]).encode()).hexdigest()


async def _replies(parts: Parts, received: Received) -> list[Entry]:
    """What was said to the message once it was dealt with; 503 when that takes too long.

    Mostly the commit itself brings it; the log is read for what was dealt with in another way:
    before, by another process, by a steward.
    """
    deadline = time.monotonic() + ANSWER_SECONDS
    replies = None if received.duplicate else await _announced(parts.hub, received)
    return replies if replies is not None else await _logged(parts, received, deadline)


async def _announced(hub: Hub, received: Received) -> list[Entry] | None:
    """The replies that a commit in this process brings; None when only the log knows."""
    answer: asyncio.Future[list[Entry] | None] = asyncio.get_running_loop().create_future()

    def hear(change: Change | None) -> None:
        if answer.done() or (change and change.head.handled_no < received.no):
            return
        known = change is not None and change.answered == received.no
        answer.set_result(_answers(change.entries, received) if change and known else None)

    with hub.hearing(received.conversation, hear), suppress(asyncio.TimeoutError):
        return await asyncio.wait_for(answer, ANSWER_SECONDS)
    return None


def _answers(entries: Iterable[Entry], received: Received) -> list[Entry]:
    return [entry for entry in entries if entry.facts.get("answers") == received.no]


async def _logged(parts: Parts, received: Received, deadline: float) -> list[Entry]:
    def work(log: Log) -> list[Entry] | None:
        head = log.find(received.conversation)
        if head is None or head.handled_no < received.no:
            return None
        found = log.entries(received.conversation, received.no, PAGE, notes=False)
        return _answers(found, received)

    with parts.hub.listening(received.conversation) as changed:
        while True:
            changed.clear()
            replies = await parts.database.read(work)
            if replies is not None:
                return replies
            try:
                await asyncio.wait_for(changed.wait(), deadline - time.monotonic())
            except asyncio.TimeoutError as error:
                raise refuse(503, "消息已收下，答复还没有准备好，请稍后查看。") from error


def _reply(sender: str, entry: Entry) -> dict[str, Any]:
    reply: dict[str, Any] = {"recipient_id": sender, "text": entry.text}
    if entry.buttons:
        reply["buttons"] = [{"title": b.title, "payload": b.payload} for b in entry.buttons]
    custom = documents_json(entry)
    if entry.owner:
        custom["owner"] = entry.owner.value
    return {**reply, "custom": custom} if custom else reply
