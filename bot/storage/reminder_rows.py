"""Keeping inside a transaction whether a conversation is to be told of its cases unasked."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model.conversation import Entry
from bot.services.reminders import REMINDERS
from bot.storage.word_tables import without_reminders


def write_reminders(connection: Connection, entry: Entry) -> None:
    """Keeps the wish that an entry grants, if its facts say that it grants one."""
    wanted = entry.facts.get(REMINDERS)
    if wanted is None:
        return
    own = without_reminders.c.conversation_id == entry.conversation
    connection.execute(sa.delete(without_reminders).where(own))
    if not wanted:
        connection.execute(sa.insert(without_reminders), {"conversation_id": entry.conversation})


def is_reminded(connection: Connection, conversation: str) -> bool:
    own = without_reminders.c.conversation_id == conversation
    return connection.execute(sa.select(sa.literal(1)).where(own)).first() is None
