"""The checklist of an enterprise's cases as a page to print, under an address nobody can guess."""

from __future__ import annotations

from aiohttp import web

from bot.app.parts import parts_of
from bot.documents.checklist_page import checklist_page
from bot.model.conversation import Enterprise
from bot.services.give_checklist import opens, read_address
from bot.services.ports import Log
from bot.storage.receipts import Receipts
from connectors.channels.web.reading import Unreadable, page

PATH = "/checklists/{address:[0-9A-Z-]{1,100}}"
# The same words whatever is wrong: nobody learns whether there is or was such a list.
NOT_HERE = "没有这份清单，或者已经过期。请在对话里再问一次“还缺什么材料”，会得到新的链接。"


async def checklist(request: web.Request) -> web.StreamResponse:
    """What was told an enterprise of its cases' materials, for seven days to who has the link."""
    parts = parts_of(request)
    address = read_address(request.match_info["address"])
    issued = await Receipts(parts.database).find(address[0]) if address else None
    if issued is None or address is None or issued.conversation is None:
        raise Unreadable(404, NOT_HERE)
    conversation = issued.conversation

    def owner(log: Log) -> Enterprise | None:
        head = log.find(conversation)
        return head.enterprise if head else None

    who = await parts.database.read(owner)
    if not opens(issued, address[1], who, parts.assistant.now()):
        raise Unreadable(404, NOT_HERE)
    return page(checklist_page(issued))
