"""Writing an unanswered question inside a transaction."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model.conversation import Entry
from bot.services.keep_unanswered import UNANSWERED
from bot.storage.tables import unanswered

_INSERT = sa.insert(unanswered)


def write_unanswered(connection: Connection, entry: Entry) -> None:
    """Keeps the question that an entry leaves open, if its facts say that it does."""
    text = entry.facts.get(UNANSWERED)
    if text:
        values = {"text": text, "at": entry.at, "no": entry.no}
        connection.execute(_INSERT, {**values, "conversation_id": entry.conversation})
