"""Words as the desk sees them: what a steward has to look at, and whom an enterprise hears from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.model.conversation import Conversation
from bot.model.word import Word
from bot.storage.database import Database
from bot.storage.ledger_tables import ledger_projects
from bot.storage.log import read_conversation
from bot.storage.reminder_rows import is_reminded
from bot.storage.tables import conversations
from bot.storage.word_tables import digests, words
from bot.storage.words import read_word

_INSERT_DIGEST = {
    "sqlite": sqlite.insert(digests).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(digests).on_conflict_do_nothing(),
}


@dataclass(frozen=True)
class DeskWord:
    """A word that nobody has marked as seen. `steward` is the name that the ledger gives to the
    project's; `conversation` the latest one of an enterprise whose project it is."""

    id: int
    word: Word
    steward: str | None
    conversation: Conversation | None


class DeskWords:
    """Raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, limit: int) -> tuple[Sequence[DeskWord], int]:
        """The latest that nobody has seen and that still hold, and how many there are in all."""
        unseen = sa.and_(words.c.to_steward, words.c.settled_at.is_(None))
        query = (
            sa.select(words, ledger_projects.c.steward)
            .outerjoin(ledger_projects, ledger_projects.c.code == words.c.project_code)
            .where(unseen)
            .order_by(words.c.id.desc())
            .limit(limit)
        )
        count = sa.select(sa.func.count()).select_from(words).where(unseen)

        def work(connection: Connection) -> tuple[Sequence[DeskWord], int]:
            rows = connection.execute(query).all()
            latest = _latest(connection, {code for row in rows for code in row.enterprises})
            listed = [_listed(row, latest) for row in rows]
            return listed, int(connection.execute(count).scalar_one())

        return await self._database.run(work, write=False)

    async def settle(self, id: int, steward: str) -> bool:
        """Marks a word as seen; False when there is none with this number."""
        known = sa.select(words.c.id).where(words.c.id == id, words.c.to_steward)
        query = (
            sa.update(words)
            .where(words.c.id == id, words.c.to_steward, words.c.settled_at.is_(None))
            .values(settled_at=datetime.now(timezone.utc), settled_by=steward)
        )

        def work(connection: Connection) -> bool:
            connection.execute(query)
            return connection.execute(known).first() is not None

        return await self._database.run(work)

    async def is_reminded(self, conversation: str) -> bool:
        return await self._database.run(lambda c: is_reminded(c, conversation), write=False)

    async def digest_of(self, day: date) -> str | None:
        """The morning digest of a day (China) as JSON."""
        query = sa.select(digests.c.content).where(digests.c.day == day)
        return await self._database.run(lambda c: c.execute(query).scalar(), write=False)

    async def keep_digest(self, day: date, content: str) -> bool:
        """Keeps the digest of a day; False when another process was first."""
        values = {"day": day, "content": content}
        return await self._database.run(
            lambda c: bool(c.execute(_INSERT_DIGEST[c.dialect.name], values).rowcount)
        )


def _listed(row: Any, latest: Mapping[str, Conversation]) -> DeskWord:
    own = [latest[code] for code in row.enterprises if code in latest]
    newest = max(own, key=lambda head: head.updated_at, default=None)
    return DeskWord(row.id, read_word(row), row.steward, newest)


def _latest(connection: Connection, enterprises: Iterable[str]) -> dict[str, Conversation]:
    """Credit code → the latest conversation."""
    codes = {spelled for code in enterprises for spelled in (code, code.lower())}
    query = (
        sa.select(conversations)
        .where(conversations.c.enterprise_id.in_(codes))
        .order_by(conversations.c.updated_at)
    )
    return {row.enterprise_id.upper(): read_conversation(row) for row in connection.execute(query)}
