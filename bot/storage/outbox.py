"""The outbox in SQL (bot.services.ports.Outbox): claimed for a while, in order, with retries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.services.ports import Delivery
from bot.storage.database import Database
from bot.storage.log import read_entry
from bot.storage.tables import entries, outbox

CLAIM = timedelta(seconds=60)  # a sender that dies gives its deliveries back after this


class SqlOutbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, channels: Sequence[str], limit: int) -> Sequence[Delivery]:
        return await self._database.run(lambda c: _claim(c, channels, limit))

    async def progressed(self, delivery: Delivery, parts_sent: int) -> None:
        claimed_until = datetime.now(timezone.utc) + CLAIM
        values: dict[str, object] = {"parts_sent": parts_sent, "again_at": claimed_until}
        await self._database.run(lambda c: _update(c, delivery.id, values))

    async def sent(self, delivery: Delivery, remote_id: str | None) -> None:
        values: dict[str, object] = {"state": "sent", "remote_id": remote_id, "error": None}
        await self._database.run(lambda c: _update(c, delivery.id, values))

    async def failed(self, delivery: Delivery, error: str, again_at: datetime | None) -> None:
        values: dict[str, object] = {"state": "failed", "error": error[:500]}
        if again_at:
            values |= {"state": "pending", "again_at": again_at}
        await self._database.run(lambda c: _update(c, delivery.id, values))

    async def resend(self, conversation: str, no: int) -> bool:
        """Puts a failed delivery back; False when there is none."""

        def work(connection: Connection) -> bool:
            query = (
                sa.update(outbox)
                .where(
                    outbox.c.conversation_id == conversation,
                    outbox.c.no == no,
                    outbox.c.state == "failed",
                )
                .values(state="pending", attempts=0, again_at=datetime.now(timezone.utc))
            )
            return bool(connection.execute(query).rowcount)

        return await self._database.run(work)

    async def states(self, conversation: str, after: int) -> dict[int, tuple[str, str | None]]:
        """Entry number → (state, last error) of what goes through the outbox."""

        def work(connection: Connection) -> dict[int, tuple[str, str | None]]:
            query = sa.select(outbox.c.no, outbox.c.state, outbox.c.error).where(
                outbox.c.conversation_id == conversation, outbox.c.no > after
            )
            return {row.no: (row.state, row.error) for row in connection.execute(query)}

        return await self._database.run(work, write=False)


def _update(connection: Connection, delivery: int, values: dict[str, object]) -> None:
    connection.execute(sa.update(outbox).where(outbox.c.id == delivery).values(values))


def _claim(connection: Connection, channels: Sequence[str], limit: int) -> Sequence[Delivery]:
    now = datetime.now(timezone.utc)
    earlier = outbox.alias()
    blocked = sa.exists().where(
        earlier.c.conversation_id == outbox.c.conversation_id,
        earlier.c.no < outbox.c.no,
        earlier.c.state == "pending",
    )
    query = (
        sa.select(outbox)
        .where(
            outbox.c.state == "pending",
            outbox.c.again_at <= now,
            outbox.c.channel.in_(channels),
            ~blocked,
        )
        .order_by(outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for row in connection.execute(query).all():
        _update(connection, row.id, {"attempts": row.attempts + 1, "again_at": now + CLAIM})
        claimed.append(_delivery(connection, row))
    return claimed


def _delivery(connection: Connection, row: sa.engine.Row) -> Delivery:
    query = sa.select(entries).where(
        entries.c.conversation_id == row.conversation_id, entries.c.no == row.no
    )
    return Delivery(
        id=row.id,
        conversation=row.conversation_id,
        channel=row.channel,
        peer=row.peer,
        entry=read_entry(connection.execute(query).one()),
        attempts=row.attempts + 1,
        parts_sent=row.parts_sent,
    )
