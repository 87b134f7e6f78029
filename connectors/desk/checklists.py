"""The desk's checklist beside a conversation: what a case still lacks, ticked by hand on paper."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel

from bot.app.entries import moment
from bot.app.parts import Parts, parts_of
from bot.app.problems import Words, read_body, refuse
from bot.model.conversation import Conversation
from bot.services.desk_checklists import (
    DeskChecklists,
    DeskProject,
    checklists_of_enterprise,
    checklists_of_project,
)
from bot.services.give_checklist import list_json
from bot.services.paper_materials import Papers
from bot.services.platform_port import PlatformUnavailable
from bot.services.ports import Log, UnknownConversation
from bot.services.project_facts import SLOT, ProjectFacts, remembered
from bot.services.read_cases import UnknownProject
from connectors.desk.session import steward_of

PREFIX = "/api/desk"
PLATFORM_SECONDS = 15.0
Result = TypeVar("Result")


class Code(Words):
    max_length = 64


class Name(Words):
    max_length = 500


class Tick(BaseModel):
    project: Code
    case_no: Code
    material: Name


def plug(app: web.Application, parts: Parts) -> None:
    app.router.add_get(f"{PREFIX}/checklists", checklists)
    app.router.add_post(f"{PREFIX}/papers", tick)
    app.router.add_delete(f"{PREFIX}/papers/{{tick:[0-9]{{1,9}}}}", undo)


async def checklists(request: web.Request) -> web.Response:
    """What the cases of a conversation's enterprise (`?conversation=`) or of one project
    (`?project=`) require and have."""
    await steward_of(request)
    parts = parts_of(request)
    head = await _conversation(request)
    code = request.query.get("project", "").strip()[:64]
    known = _known(parts, head)
    enterprise = head.enterprise if head else None
    if code:
        found = await _read(lambda: checklists_of_project(parts.assistant, code, known))
    elif enterprise is not None:
        found = await _read(lambda: checklists_of_enterprise(parts.assistant, enterprise, known))
    else:
        raise refuse(422, "请给出项目代码；这个会话的企业身份还没有核实。")
    return web.json_response(_json(found))


async def tick(request: web.Request) -> web.Response:
    """Keeps that a material was handed in on paper; once, however often it is ticked."""
    steward = await steward_of(request)
    wish, papers = await read_body(request, Tick), _papers(request)
    at = parts_of(request).assistant.now()
    kept = await asyncio.to_thread(
        papers.tick, wish.project, wish.case_no, wish.material, steward.name, at
    )
    return web.json_response({"paper": kept.id, "by": kept.by, "at": moment(kept.at)}, status=201)


async def undo(request: web.Request) -> web.Response:
    """Takes a tick back; who did both stays known."""
    steward = await steward_of(request)
    number, at = int(request.match_info["tick"]), parts_of(request).assistant.now()
    if not await asyncio.to_thread(_papers(request).undo, number, steward.name, at):
        raise refuse(404, "没有这条登记，或者已经有人取消。")
    return web.Response(status=204)


def _papers(request: web.Request) -> Papers:
    papers = parts_of(request).assistant.papers
    if papers is None:
        raise refuse(503, "没有可以登记的台账。")
    return papers


async def _conversation(request: web.Request) -> Conversation | None:
    wanted = request.query.get("conversation")
    if not wanted:
        return None

    def work(log: Log) -> Conversation:
        head = log.find(wanted)
        if head is None:
            raise UnknownConversation(wanted)
        return head

    return await parts_of(request).database.read(work)


def _known(parts: Parts, head: Conversation | None) -> ProjectFacts:
    """What the conversation knows of the project."""
    slot = head.state.get(SLOT) if head else None
    return remembered(parts.assistant.catalogue().vocabulary, slot)


async def _read(work: Callable[[], Result]) -> Result:
    try:
        return await asyncio.wait_for(asyncio.to_thread(work), PLATFORM_SECONDS)
    except UnknownProject as error:
        raise refuse(404, f"审批系统里没有项目 {error.code}，请核对项目代码。") from error
    except PlatformUnavailable as error:
        raise refuse(503, f"{error.what}{error.what_to_do}") from error
    except asyncio.TimeoutError as error:
        raise refuse(503, "审批系统没有及时回答，请稍后再试。") from error


def _json(found: DeskChecklists) -> dict[str, Any]:
    return {
        "read_at": moment(found.read_at),
        "told_again": found.told_again,
        "projects": [_project(each) for each in found.projects],
    }


def _project(each: DeskProject) -> dict[str, Any]:
    project = each.project.project
    cases = [
        {**list_json(one), "open": one.progress.case.case_no in each.open} for one in each.lists
    ]
    return {"code": project.code, "name": project.name, "cases": cases}
