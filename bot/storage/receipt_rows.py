"""Writing a receipt inside a transaction."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.model.receipt import Receipt
from bot.storage.tables import receipt_contents, receipts

_INSERT = sa.insert(receipts)
_ONCE = {
    "sqlite": sqlite.insert(receipt_contents).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(receipt_contents).on_conflict_do_nothing(),
}


def write_receipt(
    connection: Connection,
    receipt: Receipt,
    at: datetime,
    conversation: str | None = None,
    no: int | None = None,
    content_is_there: bool = False,
) -> None:
    """Stores a receipt; its content only when it is not there yet."""
    if not content_is_there:
        once = {"digest": receipt.digest, "content": receipt.content}
        connection.execute(_ONCE[connection.dialect.name], once)
    values = {
        "code": receipt.code,
        "at": at,
        "conversation_id": conversation,
        "no": no,
        "matter": receipt.matter,
        "about": receipt.about,
        "catalogue": receipt.told["catalogue"],
        "told": receipt.told,
        "digest": receipt.digest,
    }
    connection.execute(_INSERT, values)
