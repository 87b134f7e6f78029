"""The ledger that the desk shows: read in the background, kept, looked at through filters."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from bot.services.clean_up import LedgerLine, Problem, with_silence
from bot.services.ledger_totals import NOT_NAMED, Totals, sum_up_ledger
from bot.services.platform_port import PlatformUnavailable
from bot.services.ports import StoreUnavailable
from bot.services.whole_platform import Progress

log = logging.getLogger(__name__)
FRESH = timedelta(minutes=10)


@dataclass(frozen=True, eq=False)  # one reading is no other, and a key of what is made of it
class ReadLedger:
    """The lines as the platform told them at `at`, made into a ledger at `made_at` (aware)."""

    at: datetime
    made_at: datetime
    lines: Sequence[LedgerLine]


@dataclass(frozen=True)
class Wish:
    """What of the ledger is to be seen. `problem` None: all cases."""

    problem: Problem | None = None
    department: str = ""
    stage: str = ""
    text: str = ""
    silent_days: int = 30


@dataclass(frozen=True)
class View:
    """The lines wished for, and the totals of all: what filters leave out is counted too."""

    lines: Sequence[LedgerLine]
    totals: Totals


@dataclass
class Reading:
    """How far a reading is; `all` 0 while nobody knows. `failed` says in words why it ended."""

    done: int = 0
    all: int = 0
    under_way: bool = False
    failed: str | None = None


class _Closed(Exception):
    """Nobody waits for the reading any more."""


class LedgerBoard:
    """Reads at most once at a time, and again only when what is kept is old or somebody wishes.

    `read` blocks and tells its progress; it may raise PlatformUnavailable.
    """

    def __init__(self, read: Callable[[Progress], ReadLedger], now: Callable[[], datetime]) -> None:
        self._read = read
        self._now = now
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self.kept: ReadLedger | None = None
        self.reading = Reading()

    def look(self) -> ReadLedger | None:
        """What is kept, if anything is; begins a reading when that is missing or old."""
        old = self.kept is None or self._now() - self.kept.made_at > FRESH
        # What failed is not tried again at every look; a steward may wish for it.
        if old and self.reading.failed is None:
            self.refresh()
        return self.kept

    def refresh(self) -> None:
        """Begins a reading unless one is under way."""
        if self._task is None or self._task.done():
            self.reading = Reading(under_way=True)
            self._task = asyncio.create_task(self._refresh())

    async def close(self) -> None:
        """Ends a reading at its next project."""
        self._closed = True
        await self.settled()

    async def settled(self) -> None:
        """Returns once nothing is being read."""
        if self._task is not None:
            await self._task

    async def _refresh(self) -> None:
        reading = self.reading

        def told(done: int, there_are: int) -> None:
            if self._closed:
                raise _Closed
            reading.done, reading.all = done, there_are

        try:
            self.kept = await asyncio.to_thread(self._read, told)
        except _Closed:
            log.info("reading the ledger ended with the server")
        except StoreUnavailable:
            reading.failed = "数据库暂时不可用，请稍后再试。"
        except PlatformUnavailable as error:
            log.warning("the ledger could not be read: %s", error)
            reading.failed = f"{error.what}{error.what_to_do}"
        except Exception:
            log.exception("the ledger could not be read")
            reading.failed = "读取台账时出错，已记录，请稍后再试。"
        finally:
            reading.under_way = False


def view(kept: ReadLedger, wish: Wish) -> View:
    """Blocks for as long as going through all lines takes."""
    lines, totals = _for_silence(kept, wish.silent_days)
    text = wish.text.strip().lower()
    shown = [
        line
        for line in lines
        if (wish.problem is None or wish.problem in line.problems)
        and wish.department in ("", line.department or NOT_NAMED)
        and wish.stage in ("", line.stage or NOT_NAMED)
        and (not text or _has(line, text))
    ]
    return View(shown, totals)


@lru_cache(maxsize=2)  # stewards turn pages and choose filters far more often than the days
def _for_silence(kept: ReadLedger, silent_days: int) -> tuple[Sequence[LedgerLine], Totals]:
    lines = [with_silence(line, silent_days) for line in kept.lines]
    return lines, sum_up_ledger(lines)


def _has(line: LedgerLine, text: str) -> bool:
    named = (line.project_name, line.project_code, line.matter, line.case_no, line.developer or "")
    return any(text in name.lower() for name in named)
