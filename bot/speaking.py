"""Plugs together what speaks unasked: words about cases, and the digest of a working day."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

from bot.app.parts import Parts
from bot.app.words import digest_json
from bot.following import followed_cases
from bot.model.times import CHINA
from bot.services.desk_hours import is_office_day
from bot.services.followed_cases import FollowedCases
from bot.services.morning_digest import Digest, gather
from bot.services.quiet_hours import quiet_hours
from bot.services.word_rounds import Rounds, one_round
from bot.settings import Settings
from bot.storage.desk_words import DeskWords
from bot.storage.receipts import Receipts
from bot.storage.words import SqlWords


class Speaking:
    """One round after another on the parts of a running product."""

    def __init__(self, parts: Parts, settings: Settings) -> None:
        self._parts, self._settings = parts, settings
        self._words, self._desk = SqlWords(parts.database), DeskWords(parts.database)
        self._quiet = quiet_hours(settings.quiet_hours)
        self._history: FollowedCases | None = None

    async def round(self) -> None:
        """Says what is new; once on a working day, after its time, also sums it up for the desk."""
        now = self._parts.assistant.now()
        if self._history is None:
            self._history = await asyncio.to_thread(followed_cases, self._settings)
        await one_round(self._words, self._history, self._parts.hub, self._quiet, now)
        await self._sum_up(now.astimezone(CHINA))

    async def _sum_up(self, now: datetime) -> None:
        day = now.date()
        if not is_office_day(day) or now.time() < self._settings.digest_at:
            return
        if await self._desk.digest_of(day) is None:
            content = digest_json(await self.digest(now))
            await self._desk.keep_digest(day, json.dumps(content, ensure_ascii=False))

    async def digest(self, now: datetime) -> Digest:
        receipts = Receipts(self._parts.database)
        catalogue = self._parts.assistant.catalogue()
        return await gather(self._parts.database, receipts, catalogue, self._history, now)


def speaking(parts: Parts) -> Rounds:
    """The rounds of a product, not started yet."""
    return Rounds(Speaking(parts, parts.settings).round)
