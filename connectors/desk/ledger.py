"""The desk's ledger: lists of what wants attention, filters, totals, the workbook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.app.entries import moment
from bot.app.parts import Parts
from bot.app.problems import refuse
from bot.documents.ledger_export import write_export
from bot.model.times import CHINA
from bot.services.clean_up import SILENT_DAYS, Problem
from bot.services.clean_up_json import ledger_line_json, totals_json
from bot.services.dates_in_words import moment as in_words
from bot.services.ledger_board import LedgerBoard, ReadLedger, View, Wish, view
from bot.whole_ledger import read_ledger
from connectors.desk.session import steward_of

PREFIX = "/api/desk/ledger"
PAGE = 50
LONGEST = 100  # characters of a filter
BOARD: web.AppKey[LedgerBoard] = web.AppKey("ledger_board", LedgerBoard)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def plug(app: web.Application, parts: Parts) -> None:
    assistant, settings = parts.assistant, parts.settings
    app[BOARD] = LedgerBoard(lambda told: read_ledger(settings, assistant, told), assistant.now)
    app.cleanup_ctx.append(_closing)
    app.router.add_get(PREFIX, ledger)
    app.router.add_post(f"{PREFIX}/refresh", refresh)
    app.router.add_get(f"{PREFIX}.xlsx", workbook)


async def _closing(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[BOARD].close()


async def ledger(request: web.Request) -> web.Response:
    """The lines of a list (`?list=`, department, stage, text, silent, offset) with the totals."""
    await steward_of(request)
    board = request.config_dict[BOARD]
    wish, offset = _wish(request), _number(request, "offset", 0, 0, 10**7)
    kept = board.look()
    reading = board.reading
    answer: dict[str, Any] = {
        "reading": {
            "under_way": reading.under_way,
            "done": reading.done,
            "all": reading.all,
            "failed": reading.failed,
        },
        "ledger": None,
    }
    if kept is not None:
        seen = await asyncio.to_thread(view, kept, wish)
        answer["ledger"] = _json(kept, seen, offset)
    return web.json_response(answer)


async def refresh(request: web.Request) -> web.Response:
    """Reads the whole ledger again in the background."""
    await steward_of(request)
    request.config_dict[BOARD].refresh()
    return web.Response(status=204)


async def workbook(request: web.Request) -> web.Response:
    """The lines of a list as an Excel workbook, with the lists of the clean-up and the totals."""
    await steward_of(request)
    kept = request.config_dict[BOARD].look()
    if kept is None:
        raise refuse(409, "台账还没有读完，请稍候再下载。")
    wish, read_at = _wish(request), f"{in_words(kept.at)}读到的情况"

    def write() -> bytes:
        seen, file = view(kept, wish), BytesIO()
        write_export(file, seen.lines, seen.totals, read_at)
        return file.getvalue()

    content = await asyncio.to_thread(write)
    name = quote(f"审批台账{kept.at.astimezone(CHINA):%Y%m%d-%H%M}.xlsx")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Cache-Control": "no-store",
    }
    return web.Response(body=content, content_type=XLSX, headers=headers)


def _wish(request: web.Request) -> Wish:
    wanted = request.query.get("list", "all")
    kinds = {kind.value: kind for kind in Problem}
    if wanted != "all" and wanted not in kinds:
        raise refuse(422, f"list 应为 all、{'、'.join(kinds)} 之一。")
    department, stage, text = (
        request.query.get(name, "")[:LONGEST] for name in ("department", "stage", "text")
    )
    silent = _number(request, "silent", SILENT_DAYS, 1, 3650)
    return Wish(kinds.get(wanted), department, stage, text, silent)


def _number(request: web.Request, name: str, default: int, least: int, most: int) -> int:
    try:
        number = int(request.query.get(name, default))
    except ValueError as error:
        raise refuse(422, f"{name} 应为整数。") from error
    if not least <= number <= most:
        raise refuse(422, f"{name} 应在{least}到{most}之间。")
    return number


def _json(kept: ReadLedger, seen: View, offset: int) -> dict[str, Any]:
    return {
        "read_at": moment(kept.at),
        "count": len(seen.lines),
        "lines": [ledger_line_json(line) for line in seen.lines[offset : offset + PAGE]],
        "totals": totals_json(seen.totals),
    }
