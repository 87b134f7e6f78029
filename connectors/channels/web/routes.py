"""The widget's side of the API: sessions, messages, entries, a live stream."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import datetime, timezone

from aiohttp import web
from aiohttp_sse import EventSourceResponse
from pydantic import BaseModel, Field, StrictBool, StrictStr

from bot.app.entries import entry_json, queue_json
from bot.app.live import events_to
from bot.app.parts import Parts, parts_of
from bot.app.problems import Handler, Whole, after_of, key_of, read_body, refuse
from bot.model.conversation import Conversation, Draft, EntryKind, Inbound
from bot.services.admit_visitor import admit
from bot.services.greet import GREETING
from bot.services.ports import Log, UnknownConversation
from bot.services.receive_message import printable, receive_message
from bot.storage.log import SqlLog
from bot.storage.stewards import CHAT_SESSION, SHARED_SESSION, begin_session
from connectors.channels.web.identity import Visitor, browser_digest, visitor_of

CHANNEL = "web"
PREFIX = "/api/chat"
PAGE = 200  # entries in one answer


class OpenSession(BaseModel):
    identity_token: StrictStr | None = Field(None, max_length=4000)
    browser: StrictStr | None = Field(None, min_length=16, max_length=100, regex="^[!-~]+$")
    shared: StrictBool = False


class SendMessage(BaseModel):
    text: StrictStr | None = None
    button: StrictStr | None = Field(None, max_length=1000)
    title: StrictStr | None = Field(None, max_length=200)


class Score(Whole):
    ge = 1
    le = 5


class Rate(BaseModel):
    score: Score
    comment: StrictStr = Field("", max_length=1000)


def plug(app: web.Application, parts: Parts) -> None:
    app.middlewares.insert(0, allow_embedding)
    app.router.add_post(f"{PREFIX}/sessions", open_session)
    app.router.add_delete(f"{PREFIX}/sessions", end_session)
    app.router.add_post(f"{PREFIX}/messages", send_message)
    app.router.add_get(f"{PREFIX}/entries", entries)
    app.router.add_get(f"{PREFIX}/stream", stream)
    app.router.add_post(f"{PREFIX}/rating", rate)
    app.router.add_post(f"{PREFIX}/uploads", upload)


@web.middleware
async def allow_embedding(request: web.Request, handler: Handler) -> web.StreamResponse:
    """CORS for host sites. Sessions travel in a header, never in a cookie, so no site can act
    for a visitor it does not know."""
    if not request.path.startswith(PREFIX):
        return await handler(request)
    preflight = request.method == "OPTIONS"
    allowed = parts_of(request).settings.allowed_origins
    headers = {
        "Access-Control-Allow-Origin": allowed_origin(request, allowed),
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
        "Access-Control-Allow-Methods": "GET, POST, DELETE",
        "Access-Control-Max-Age": "600",
        "Vary": "Origin",
    }
    if preflight:
        return web.Response(status=204, headers=headers)
    request["cors"] = headers
    response = await handler(request)
    if not response.prepared:
        response.headers.update(headers)
    return response


def allowed_origin(request: web.Request, allowed: str) -> str:
    origin = request.headers.get("Origin", "")
    sites = [site.strip() for site in allowed.split(",")]
    if "*" in sites:
        return "*"
    return origin if origin in sites else sites[0]


async def open_session(request: web.Request) -> web.Response:
    """Opens a session: for a verified visitor the conversation goes on, others begin one."""
    wish = await read_body(request, OpenSession)
    parts = parts_of(request)
    settings = parts.settings
    visitor = visitor_of(wish.identity_token, settings.identity_keys, settings.identity_lasts)
    lasts = SHARED_SESSION if wish.shared else CHAT_SESSION

    def work(log: SqlLog) -> tuple[Conversation, str]:
        head = _visited(log, visitor, wish.browser)
        return head, begin_session(log.connection, "chat", head.id, lasts)

    head, token = await parts.database.transact(work)
    answer = {
        "session": token,
        "conversation": head.id,
        "enterprise": _known(head),
        "owner": head.owner.value,
        "last": head.last_no,
    }
    return web.json_response(answer, status=201)


def _visited(log: SqlLog, visitor: Visitor | None, browser: str | None) -> Conversation:
    """The conversation of a visitor who is let in, a new anonymous one for anybody else."""
    now = datetime.now(timezone.utc)
    grant = visitor and admit(log, visitor, browser_digest(visitor, browser), now)
    known = visitor if grant else None
    peer = known.peer if known else f"anonymous:{uuid.uuid4().hex}"
    enterprise = known.enterprise if known else None
    head = log.lock_by_peer(CHANNEL, peer) or log.open(CHANNEL, peer, enterprise)
    if head.enterprise != enterprise:  # renamed, or restored after a revocation
        head.enterprise = enterprise
        head.epoch += 1
        log.save(head)
    if not head.last_no:
        log.append(head, Draft(EntryKind.BOT, GREETING))
        head.handled_no = head.last_no
        log.save(head)
    if grant and grant.conversation != head.id:
        log.bindings.met_in(grant.id, head.id)
    return head


def _known(head: Conversation) -> dict[str, str] | None:
    """The enterprise that is known to be asking."""
    return {"id": head.enterprise.id, "name": head.enterprise.name} if head.enterprise else None


async def end_session(request: web.Request) -> web.Response:
    """Ends the session, for a computer that others use too; its streams end with it."""
    conversation = await _conversation(request)
    parts = parts_of(request)
    await parts.accounts.end_session(_bearer(request))
    parts.hub.announce(conversation)
    return web.Response(status=204)


async def send_message(request: web.Request) -> web.Response:
    """Takes a message in, once per Idempotency-Key; 202 when it is durable."""
    conversation = await _conversation(request)
    key = key_of(request)
    wish = await read_body(request, SendMessage)
    text = (wish.title or wish.button) if wish.button else wish.text
    if text is None:
        raise refuse(422, "请提供 text，或 button 与 title。")
    parts = parts_of(request)
    inbound = Inbound(
        channel=CHANNEL,
        peer="",
        external_id=f"{conversation}:{key}",
        text=text,
        payload=wish.button,
        conversation=conversation,
    )
    received = await receive_message(parts.database, parts.hub, inbound)
    return web.json_response({"no": received.no, "duplicate": received.duplicate}, status=202)


async def entries(request: web.Request) -> web.Response:
    """The entries after a number, the owner and the place in the queue."""
    conversation = await _conversation(request)
    after = after_of(request)
    parts = parts_of(request)

    def work(log: Log) -> dict[str, object]:
        found = [entry_json(e) for e in log.entries(conversation, after, PAGE, notes=False)]
        return {"entries": found, **_state(log, parts, conversation)}

    return web.json_response(await parts.database.read(work))


def _state(log: Log, parts: Parts, conversation: str) -> dict[str, object]:
    head = log.find(conversation)
    if head is None:
        raise UnknownConversation(conversation)
    return {
        "last": head.last_no,
        "owner": head.owner.value,
        "enterprise": _known(head),
        "queue": queue_json(log, head, parts.hours),
        "steward": head.steward.name if head.steward else None,
    }


async def stream(request: web.Request) -> web.StreamResponse:
    """Server-sent events: each entry after a number, and the state whenever it changes."""
    conversation = await _conversation(request)
    after = after_of(request)
    parts = parts_of(request)
    with parts.hub.listening(conversation) as changed:
        async with events_to(request, changed.set, request.get("cors")) as response:
            await _follow(response, parts, conversation, after, changed, _bearer(request))
    return response


async def _follow(
    response: EventSourceResponse,
    parts: Parts,
    conversation: str,
    after: int,
    changed: asyncio.Event,
    session: str,
) -> None:
    said: dict[str, object] = {}
    while response.is_connected():
        changed.clear()
        if (
            await parts.accounts.subject_of("chat", session) is None
        ):  # ended here or elsewhere: nothing more is shown
            return
        found, state = await parts.database.read(
            lambda log, after=after: (  # type: ignore[misc]
                log.entries(conversation, after, PAGE, notes=False),
                _state(log, parts, conversation),
            )
        )
        for entry in found:
            after = entry.no
            await response.send(_dump(entry_json(entry)), id=str(entry.no), event="entry")
        if state != said:
            said = state
            await response.send(_dump(state), event="state")
        if len(found) < PAGE:
            await changed.wait()


def _dump(content: object) -> str:
    return json.dumps(content, ensure_ascii=False)


async def rate(request: web.Request) -> web.Response:
    """Keeps a rating of one to five in the log."""
    conversation = await _conversation(request)
    wish = await read_body(request, Rate)
    parts = parts_of(request)
    comment = printable(wish.comment)

    def work(log: Log) -> int:
        head = log.lock(conversation)
        draft = Draft(EntryKind.RATING, comment or f"{wish.score}分", facts={"score": wish.score})
        entry = log.append(head, draft)
        log.save(head)
        return entry.no

    number = await parts.database.transact(work)
    parts.hub.announce(conversation)
    return web.json_response({"no": number}, status=202)


async def upload(request: web.Request) -> web.Response:
    """Files are not taken yet; says where they go."""
    await _conversation(request)
    raise refuse(
        415, "这里暂不接收文件。请在审批系统上传申请材料，或用文字说明，需要时转人工项目管家。"
    )


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise refuse(401, "会话已失效，请重新打开对话。")
    return token.strip()


async def _conversation(request: web.Request) -> str:
    """The conversation of the session; 401 when it is unknown or has expired."""
    found = await parts_of(request).accounts.subject_of("chat", _bearer(request))
    if found is None:
        raise refuse(401, "会话已失效，请重新打开对话。")
    return found
