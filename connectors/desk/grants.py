"""Who may see an enterprise's cases, at the desk: list, grant by a code, revoke, restore."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import BaseModel, StrictBool, StrictStr

from bot.app.entries import moment
from bot.app.parts import Parts, parts_of
from bot.app.problems import Words, read_body, refuse
from bot.model.conversation import Enterprise
from bot.model.credit_code import normalise_credit_code
from bot.model.grant import HAPPENING_LABELS, Grant, TrailEntry
from bot.model.times import CHINA
from bot.services import grant_access
from connectors.desk.session import steward_of

PREFIX = "/api/desk/grants"
LIST = 200


class Person(Words):
    max_length = 100


class Issue(BaseModel):
    enterprise: StrictStr
    enterprise_name: StrictStr
    person: Person
    send: StrictBool = False  # to the contact that the enterprise has registered


def plug(app: web.Application, parts: Parts) -> None:
    app.router.add_get(PREFIX, grants)
    app.router.add_post(PREFIX, issue)
    app.router.add_post(rf"{PREFIX}/{{grant:\d{{1,9}}}}/revoke", revoke)
    app.router.add_post(rf"{PREFIX}/{{grant:\d{{1,9}}}}/restore", restore)


async def grants(request: web.Request) -> web.Response:
    """Who may see the cases of an enterprise (`?enterprise=` its credit code), and the trail; of
    all enterprises without one."""
    await steward_of(request)
    parts = parts_of(request)
    wanted = normalise_credit_code(request.query.get("enterprise", "")) or None
    found, trail = await grant_access.list_grants(parts.database, wanted, LIST)
    now = parts.hours.now()
    answer = {
        "grants": [{**grant_json(grant), "state": grant.state(now).value} for grant in found],
        "trail": [trail_json(line) for line in trail],
    }
    return web.json_response(answer)


async def issue(request: web.Request) -> web.Response:
    """Grants a person sight of an enterprise's cases. Answers with the one-time code, which is
    shown this once, or sends it to the registered contact and does not show it."""
    steward = await steward_of(request)
    wish = await read_body(request, Issue)
    parts = parts_of(request)
    enterprise = grant_access.enterprise_of(wish.enterprise, wish.enterprise_name)
    person = wish.person.strip()
    if not person:
        raise refuse(422, "请填写人员的称呼，例如“报建员 李工”。")
    issued = await _issued(parts, enterprise, person, steward.name)
    answer: dict[str, Any] = {
        "grant": {**grant_json(issued.grant), "state": "waiting"},
        "expires_at": moment(issued.expires_at),
    }
    if wish.send:
        until = issued.expires_at.astimezone(CHINA).strftime("%H:%M")
        where = await grant_access.send_code(
            parts.database, issued, steward.name, parts.contacts, until
        )
        return web.json_response({**answer, "code": None, "sent_to": where}, status=201)
    return web.json_response({**answer, "code": issued.code, "sent_to": None}, status=201)


async def _issued(
    parts: Parts, enterprise: Enterprise, person: str, by: str
) -> grant_access.IssuedCode:
    lasts = parts.settings.binding_code_lasts
    return await grant_access.issue_code(parts.database, enterprise, person, by, lasts)


async def revoke(request: web.Request) -> web.Response:
    """Takes a grant away; the person sees no case from the next word on."""
    steward = await steward_of(request)
    parts = parts_of(request)
    ended = await grant_access.revoke(parts.database, parts.hub, _wanted(request), steward.name)
    return _answer(parts, ended)


async def restore(request: web.Request) -> web.Response:
    """Lets the word of a host site count again for a person."""
    steward = await steward_of(request)
    parts = parts_of(request)
    grant = await grant_access.restore(parts.database, _wanted(request), steward.name)
    return _answer(parts, grant)


def _answer(parts: Parts, grant: Grant) -> web.Response:
    state = grant.state(parts.hours.now()).value
    return web.json_response({"grant": {**grant_json(grant), "state": state}})


def _wanted(request: web.Request) -> int:
    return int(request.match_info["grant"])


def grant_json(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "enterprise": {"id": grant.enterprise.id, "name": grant.enterprise.name},
        "person": grant.person,
        "site": grant.site,
        "channel": grant.channel,
        "conversation": grant.conversation,
        "issued_by": grant.issued_by,
        "issued_at": moment(grant.issued_at),
        "code_expires_at": moment(grant.code_expires_at),
        "bound_at": moment(grant.bound_at),
        "ended_at": moment(grant.ended_at),
        "ended_by": grant.ended_by,
    }


def trail_json(line: TrailEntry) -> dict[str, Any]:
    return {
        "at": moment(line.at),
        "who": line.who,
        "what": line.what.value,
        "label": HAPPENING_LABELS[line.what],
        "grant": line.grant,
        "enterprise": line.enterprise,
        "conversation": line.conversation,
        "detail": line.detail,
    }
