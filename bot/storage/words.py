"""Words about cases in SQL: kept once each by their key, told once to each conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.model.conversation import Change, Owner
from bot.model.word import Word, WordKind
from bot.services.give_word import Decide, Telling, Untold
from bot.services.notice_words import Found, Mark, Overtaken, Settled
from bot.storage.database import Database
from bot.storage.log import SqlLog
from bot.storage.reminder_rows import is_reminded
from bot.storage.tables import conversations
from bot.storage.word_tables import without_reminders, word_marks, word_tellings, words

PENDING, SAID, DROPPED = "pending", "said", "dropped"
UNTRUE = "情况已变化"  # settled by
_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}


class SqlWords:
    """Implements bot.services.notice_words.Words and bot.services.give_word.Tellings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def mark(self, name: str) -> int | None:
        query = sa.select(word_marks.c.no).where(word_marks.c.name == name)
        return await self._database.run(lambda c: c.execute(query).scalar(), write=False)

    async def keep(self, found: Found, marks: Sequence[Mark]) -> int:
        def work(connection: Connection) -> int:
            for mark in marks:
                _move(connection, mark)
            for settled in found.settled:
                _settle(connection, settled)
            return sum(_keep(connection, word) for word in found.words)

        return await self._database.run(work)

    async def expecting(self, quiet: bool) -> Sequence[str]:
        with_steward = conversations.c.owner == Owner.STEWARD.value
        now = sa.and_(with_steward, word_tellings.c.noted.is_(False))
        query = (
            sa.select(word_tellings.c.conversation_id)
            .join(conversations, conversations.c.id == word_tellings.c.conversation_id)
            .where(word_tellings.c.state == PENDING, now if quiet else sa.or_(now, ~with_steward))
            .distinct()
        )
        return await self._database.run(lambda c: list(c.execute(query).scalars()), write=False)

    async def tell(self, conversation: str, decide: Decide) -> Change | None:
        def work(log: SqlLog) -> Change | None:
            head = log.lock(conversation)
            telling = decide(head, _untold(log.connection, conversation))
            no = None
            if telling.draft is not None:
                answered = head.handled_no == head.last_no
                no = log.append(head, telling.draft).no
                if answered:  # nothing that was said waits for an answer
                    head.handled_no = no
                log.save(head)
            _write_down(log.connection, conversation, telling, no)
            return Change(head, tuple(log.appended)) if no is not None else None

        return await self._database.transact(work)


def _move(connection: Connection, mark: Mark) -> None:
    """Raises Overtaken when another process has moved it meanwhile."""
    if mark.before is None:
        insert = _DIALECTS[connection.dialect.name].insert(word_marks)
        moved = insert.values(name=mark.name, no=mark.after).on_conflict_do_nothing()
    else:
        here = sa.and_(word_marks.c.name == mark.name, word_marks.c.no == mark.before)
        moved = sa.update(word_marks).where(here).values(no=mark.after)
    if not connection.execute(moved).rowcount:
        raise Overtaken(mark.name)


def _keep(connection: Connection, word: Word) -> bool:
    """Keeps a word and sends it on its way to the conversations of its enterprise; False when it
    was there."""
    insert = _DIALECTS[connection.dialect.name].insert(words)
    settled = {"kind": word.kind.value, "to_steward": word.kind.to_steward}
    values = {**vars(word), **settled, "enterprises": list(word.enterprises)}
    kept = connection.execute(insert.values(values).on_conflict_do_nothing())
    if not kept.rowcount:
        return False
    if word.kind.to_enterprise:
        codes = {spelled for code in word.enterprises for spelled in (code, code.lower())}
        own = sa.select(words.c.id).where(words.c.key == word.key).scalar_subquery()
        reminded = ~sa.exists().where(without_reminders.c.conversation_id == conversations.c.id)
        expecting = sa.select(conversations.c.id, own, sa.literal(PENDING), sa.false()).where(
            conversations.c.enterprise_id.in_(codes), reminded
        )
        columns = ["conversation_id", "word_id", "state", "noted"]
        connection.execute(sa.insert(word_tellings).from_select(columns, expecting))
    return True


def _settle(connection: Connection, settled: Settled) -> None:
    kinds = [kind.value for kind in settled.kinds]
    about = sa.and_(words.c.case == settled.case, words.c.kind.in_(kinds))
    values = {"settled_at": datetime.now(timezone.utc), "settled_by": UNTRUE}
    connection.execute(sa.update(words).where(about, words.c.settled_at.is_(None)).values(values))
    connection.execute(
        sa.update(word_tellings)
        .where(
            word_tellings.c.word_id.in_(sa.select(words.c.id).where(about)),
            word_tellings.c.state == PENDING,
        )
        .values(state=DROPPED)
    )


def _untold(connection: Connection, conversation: str) -> Untold:
    query = (
        sa.select(words, word_tellings.c.noted)
        .join(word_tellings, word_tellings.c.word_id == words.c.id)
        .where(word_tellings.c.conversation_id == conversation, word_tellings.c.state == PENDING)
        .order_by(words.c.id)
    )
    rows = connection.execute(query).all()
    noted = frozenset(row.key for row in rows if row.noted)
    found = tuple(read_word(row) for row in rows)
    return Untold(found, noted, is_reminded(connection, conversation))


def _write_down(
    connection: Connection, conversation: str, telling: Telling, no: int | None
) -> None:
    for which, values in (
        (telling.said, {"state": SAID, "no": no}),
        (telling.noted, {"noted": True}),
        (telling.dropped, {"state": DROPPED}),
    ):
        if which:
            connection.execute(_tellings(conversation, which).values(values))


def _tellings(conversation: str, which: Iterable[Word]) -> sa.sql.Update:
    keys = [word.key for word in which]
    return sa.update(word_tellings).where(
        word_tellings.c.conversation_id == conversation,
        word_tellings.c.word_id.in_(sa.select(words.c.id).where(words.c.key.in_(keys))),
    )


def read_word(row: Any) -> Word:
    return Word(
        key=row.key,
        kind=WordKind(row.kind),
        at=row.at,
        read_at=row.read_at,
        case=row.case,
        case_no=row.case_no,
        matter=row.matter,
        project_code=row.project_code,
        project_name=row.project_name,
        enterprises=tuple(row.enterprises),
        text=row.text,
    )
