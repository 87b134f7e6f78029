"""Receipts in SQL: written with the answer they belong to, read by their code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model.receipt import Receipt
from bot.services.review_receipts import Differs, Issued, Outdated, Since, UnknownVersion
from bot.storage.database import Database
from bot.storage.log import read_conversation
from bot.storage.receipt_rows import write_receipt
from bot.storage.tables import conversations, receipt_contents, receipts

Content = tuple[str, Sequence[str]]
TOLD = ("code", "no", "at", "matter", "digest")
AT_ONCE = 500  # digests in one query


class Receipts:
    """Reads and settles receipts, and issues those that no entry of a log carries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, code: str) -> Issued | None:
        query = _issued().where(receipts.c.code == code)

        def work(connection: Connection) -> Issued | None:
            row = connection.execute(query).first()
            return _read(row) if row else None

        return await self._database.run(work, write=False)

    async def issue(self, receipt: Receipt) -> str:
        """Stores it unless the same was issued before for nobody in particular; the code."""

        def work(connection: Connection) -> str:
            same = sa.select(receipts.c.code, receipts.c.told).where(
                receipts.c.digest == receipt.digest, receipts.c.conversation_id.is_(None)
            )
            for row in connection.execute(same):
                if row.told == receipt.told:
                    return str(row.code)
            write_receipt(connection, receipt, datetime.now(timezone.utc))
            return receipt.code

        return await self._database.run(work)

    async def outdated(self, differs: Differs, since: Since) -> Sequence[Outdated]:
        return await self._database.run(lambda c: _outdated(c, differs, since), write=False)

    async def settle(self, code: str, steward: str) -> bool:
        """Marks an answer as dealt with; False when there is none with this code."""
        query = (
            sa.update(receipts)
            .where(receipts.c.code == code, receipts.c.conversation_id.is_not(None))
            .values(settled_at=datetime.now(timezone.utc), settled_by=steward)
        )
        return await self._database.run(lambda c: bool(c.execute(query).rowcount))


def _issued() -> sa.sql.Select:
    return sa.select(receipts, receipt_contents.c.content).join(receipt_contents)


def _read(row: Any) -> Issued:
    return Issued(
        code=row.code,
        at=row.at,
        conversation=row.conversation_id,
        matter=row.matter,
        told=row.told,
        content=json.loads(row.content),
    )


def _outdated(connection: Connection, differs: Differs, since: Since) -> Sequence[Outdated]:
    wanted = sa.and_(receipts.c.conversation_id.is_not(None), receipts.c.settled_at.is_(None))
    begin = _begin(connection, since)
    if begin is not None:
        wanted = sa.and_(wanted, receipts.c.at >= begin)
    changed = _changed(connection, differs, wanted)
    found = [
        one
        for start in range(0, len(changed), AT_ONCE)
        for one in _told(connection, list(changed)[start : start + AT_ONCE], wanted, changed)
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _begin(connection: Connection, since: Since) -> datetime | None:
    if since.version is None:
        return since.at
    query = sa.select(sa.func.min(receipts.c.at)).where(receipts.c.catalogue == since.version)
    begin: datetime | None = connection.execute(query).scalar()
    if begin is None:
        raise UnknownVersion(since.version)
    return begin


def _changed(connection: Connection, differs: Differs, wanted: Any) -> dict[str, Content]:
    """Digest → (name of the matter, what differs) of the contents that differ."""
    query = (
        sa.select(receipts.c.matter, receipt_contents)
        .join(receipt_contents)
        .where(wanted)
        .distinct()
    )
    changed = {}
    for row in connection.execute(query):
        content = json.loads(row.content)
        lines = differs(row.matter, content)
        if lines:
            changed[row.digest] = (str(content["name"]), lines)
    return changed


def _told(
    connection: Connection, digests: Sequence[str], wanted: Any, changed: Mapping[str, Content]
) -> list[Outdated]:
    """To whom these contents were told, unless a later answer about the same replaced them."""
    later = receipts.alias()
    replaced = sa.exists().where(
        later.c.conversation_id == receipts.c.conversation_id,
        later.c.no > receipts.c.no,
        later.c.about == receipts.c.about,
    )
    query = (
        sa.select(*(receipts.c[name] for name in TOLD), conversations)
        .join(conversations, conversations.c.id == receipts.c.conversation_id)
        .where(wanted, receipts.c.digest.in_(digests), ~replaced)
    )
    return [
        Outdated(
            conversation=read_conversation(row),
            code=row.code,
            no=row.no,
            at=row.at,
            matter=row.matter,
            name=changed[row.digest][0],
            changes=changed[row.digest][1],
        )
        for row in connection.execute(query)
    ]
