"""The file of a notice that an entry hands over."""

from __future__ import annotations

from bot.documents.printing import Printer, file_name
from bot.documents.sheet import sheet_of
from bot.services.deliver import NotDelivered
from bot.storage.receipts import Receipts

FORM = "pdf"  # every telephone shows it


class NoticeFiles:
    def __init__(self, receipts: Receipts, printer: Printer, public_url: str | None) -> None:
        self._receipts = receipts
        self._printer = printer
        self._public_url = public_url

    async def read(self, code: str) -> tuple[str, bytes]:
        """Name and content; raises PrintingTooLong, StoreUnavailable, NotDelivered."""
        issued = await self._receipts.find(code)
        if issued is None:
            raise NotDelivered(f"找不到答复凭证 {code}，告知书没有发出。", permanent=True)
        sheet = sheet_of(issued, self._public_url)
        return file_name(sheet, FORM), await self._printer.print(sheet, FORM)
