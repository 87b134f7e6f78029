"""Making files of notices beside the event loop, a few at a time and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bot.documents.sheet import Sheet

AT_ONCE = 2
PATIENCE_SECONDS = 15.0  # less than a delivery may take
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class PrintingTooLong(Exception):
    """The file was not ready in time."""


def write(sheet: Sheet, form: str) -> bytes:
    """The file; `form` is one of TYPES. Blocks. The libraries are loaded with the first one."""
    if form == "pdf":
        from bot.documents.notice_pdf import write_pdf

        return write_pdf(sheet)
    from bot.documents.notice_docx import write_docx

    return write_docx(sheet)


class Printer:
    def __init__(
        self,
        write: Callable[[Sheet, str], bytes] = write,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._write = write
        self._patience = patience_seconds
        self._pool = ThreadPoolExecutor(AT_ONCE, "print")

    async def print(self, sheet: Sheet, form: str) -> bytes:
        """Raises PrintingTooLong, the wait for a free place included."""
        work = asyncio.get_running_loop().run_in_executor(self._pool, self._write, sheet, form)
        try:
            return await asyncio.wait_for(work, self._patience)
        except asyncio.TimeoutError as error:
            raise PrintingTooLong from error

    def close(self) -> None:
        """Does not wait for what is under way."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def file_name(sheet: Sheet, form: str) -> str:
    return f"{sheet.heading}.{form}"
