"""Unanswered questions in SQL: written with the reply that left them open, read by the editor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.services.keep_unanswered import Unanswered
from bot.storage.database import Database
from bot.storage.tables import unanswered


class SqlUnanswered:
    """Reads and settles them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, limit: int) -> Sequence[Unanswered]:
        """Those that nobody has dealt with, the latest first."""
        query = (
            sa.select(unanswered)
            .where(unanswered.c.settled_at.is_(None))
            .order_by(unanswered.c.id.desc())
            .limit(limit)
        )

        def work(connection: Connection) -> Sequence[Unanswered]:
            return [_read(row) for row in connection.execute(query)]

        return await self._database.run(work, write=False)

    async def find(self, id: int) -> Unanswered | None:
        query = sa.select(unanswered).where(unanswered.c.id == id)

        def work(connection: Connection) -> Unanswered | None:
            row = connection.execute(query).first()
            return _read(row) if row else None

        return await self._database.run(work, write=False)

    async def settle(self, ids: Sequence[int], how: str) -> int:
        """Marks them as dealt with; how many were open."""
        query = (
            sa.update(unanswered)
            .where(unanswered.c.id.in_(list(ids)), unanswered.c.settled_at.is_(None))
            .values(settled_at=datetime.now(timezone.utc), settled_how=how)
        )
        return await self._database.run(lambda c: int(c.execute(query).rowcount))


def _read(row: Any) -> Unanswered:
    return Unanswered(row.id, row.text, row.at, row.conversation_id, row.no)
