"""Pages and files to read, print and keep: one-time notices and receipts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from urllib.parse import quote

from aiohttp import web

from bot.app.parts import Parts, parts_of
from bot.app.problems import Handler
from bot.documents.pages import STYLE_SHEET, notice_page, receipt_page
from bot.documents.printing import TYPES, Printer, PrintingTooLong, file_name
from bot.documents.sheet import Sheet, sheet_of
from bot.model.receipt import CHECKLIST, NOTICE, read_code
from bot.services.give_notice import FORMS, UnknownPlace, addresses, notice_receipt, rules_of
from bot.services.review_receipts import Issued, what_changed
from bot.storage.receipts import Receipts
from connectors.channels.web import checklists
from connectors.channels.web.reading import HEADERS, Unreadable, page, said_as_page
from knowledge.conditions import UnknownFact, Vocabulary
from knowledge.notice import compose_notice, deciding_facts
from knowledge.schema import ProjectFact
from knowledge.told_facts import read_value

PRINTER: web.AppKey[Printer] = web.AppKey("printer", Printer)
NO_RECEIPT = "没有这个答复凭证，请核对编号（10位字母和数字）。"
MATTER = "/notices/{matter:[a-z0-9-]{1,100}}"


def plug(app: web.Application, parts: Parts) -> None:
    app[PRINTER] = Printer()
    app.cleanup_ctx.append(_closing)
    app.router.add_get("/documents.css", style_sheet)
    app.router.add_get(MATTER, said_as_page(notice))
    for form in FORMS:
        app.router.add_get(f"{MATTER}.{form}", said_as_page(notice_file_in(form)))
    app.router.add_get("/receipts/{code}", said_as_page(receipt))
    app.router.add_get(checklists.PATH, said_as_page(checklists.checklist))


async def _closing(app: web.Application) -> AsyncIterator[None]:
    yield
    app[PRINTER].close()


async def style_sheet(request: web.Request) -> web.StreamResponse:
    """How notices and receipts look on the screen and on paper."""
    return web.FileResponse(STYLE_SHEET, headers={"Cache-Control": "no-cache"})


async def notice(request: web.Request) -> web.StreamResponse:
    """The one-time notice of a matter for a project (`?fact=key=value`…) as a page to print."""
    issued = await _kept(request) or await _issue(request)
    parts = parts_of(request)
    known = issued.matter in parts.assistant.catalogue().matters
    questions = deciding_facts(parts.assistant.catalogue(), issued.matter) if known else []
    files = addresses(issued.matter, issued.code)
    sheet = _sheet(request, issued)
    return page(notice_page(sheet, files, questions, issued.told["facts"]))


def notice_file_in(form: str) -> Handler:
    async def notice_file(request: web.Request) -> web.StreamResponse:
        issued = await _kept(request) or await _issue(request)
        sheet = _sheet(request, issued)
        try:
            content = await request.app[PRINTER].print(sheet, form)
        except PrintingTooLong as error:
            raise Unreadable(503, "文件没能及时生成，请稍后再试，或直接打印网页。") from error
        name = quote(file_name(sheet, form))
        headers = {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return web.Response(body=content, content_type=TYPES[form], headers=headers)

    notice_file.__doc__ = f"The one-time notice of a matter for a project as {form.upper()}."
    return notice_file


async def receipt(request: web.Request) -> web.StreamResponse:
    """What was answered under a code, and what has changed in the catalogue since."""
    issued = await _find(request, request.match_info["code"])
    if issued.told["kind"] == CHECKLIST:  # opened by its whole address alone
        raise Unreadable(404, NO_RECEIPT)
    parts = parts_of(request)
    catalogue, today = parts.assistant.catalogue(), parts.assistant.now().date()
    changed = await asyncio.to_thread(what_changed, catalogue, issued.matter, issued.content, today)
    changes = [change.text for change in changed]
    return page(receipt_page(issued, _public(request), changes, catalogue.version))


async def _find(request: web.Request, text: str) -> Issued:
    code = read_code(text)
    issued = await Receipts(parts_of(request).database).find(code) if code else None
    if issued is None:
        raise Unreadable(404, NO_RECEIPT)
    return issued


async def _kept(request: web.Request) -> Issued | None:
    """The notice that was given under `?receipt=CODE`."""
    if "receipt" not in request.query:
        return None
    issued = await _find(request, request.query["receipt"])
    if issued.told["kind"] != NOTICE or issued.matter != request.match_info["matter"]:
        raise Unreadable(404, "这个答复凭证不是这份告知书的。")
    return issued


async def _issue(request: web.Request) -> Issued:
    """A notice for the project facts and the day in the query, kept under a receipt."""
    parts = parts_of(request)
    catalogue, slug = parts.assistant.catalogue(), request.match_info["matter"]
    if slug not in catalogue.matters:
        raise Unreadable(404, "资料里没有这个事项，请核对地址，或在对话里问一问。")
    facts, day = _facts(request, catalogue.vocabulary), _day(request)
    try:
        here = rules_of(catalogue, facts, request.query.get("place"), parts.assistant.place)
        composed = await asyncio.to_thread(compose_notice, here, slug, facts, day)
    except (UnknownFact, UnknownPlace) as error:
        raise Unreadable(422, str(error)) from error
    made = notice_receipt(composed, here, facts)
    return await _find(request, await Receipts(parts.database).issue(made))


def _facts(request: web.Request, vocabulary: Vocabulary) -> dict[str, str]:
    """`?fact=key=value`, as often as wanted, or `?key=value` as a form sends it."""
    given = [item.partition("=")[::2] for item in request.query.getall("fact", [])]
    given += [(key, value) for key, value in request.query.items() if key in vocabulary]
    said = {key.strip(): value.strip() for key, value in given if value.strip()}
    return {key: _as_value(vocabulary.get(key), value) for key, value in said.items()}


def _as_value(fact: ProjectFact | None, said: str) -> str:
    """A value as the vocabulary writes it; what cannot be read is refused later, in words."""
    return (read_value(fact, said) if fact else None) or said


def _day(request: web.Request) -> date:
    """`?day=2026-03-03`, else today in China."""
    wanted = request.query.get("day")
    if not wanted:
        return parts_of(request).assistant.now().date()
    try:
        return date.fromisoformat(wanted)
    except ValueError as error:
        raise Unreadable(422, "日期应写成 2026-03-03 的样子。") from error


def _sheet(request: web.Request, issued: Issued) -> Sheet:
    return sheet_of(issued, _public(request))


def _public(request: web.Request) -> str:
    """Where anyone can open this server."""
    return parts_of(request).settings.public_url or f"{request.scheme}://{request.host}"
