"""The tables. Times are stored as UTC without a zone; they come out aware."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()


class UtcTime(sa.types.TypeDecorator[datetime]):
    """An aware datetime in, an aware UTC datetime out; microseconds kept."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.astimezone(timezone.utc).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=timezone.utc)


conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("peer", sa.String(200), nullable=False),
    sa.Column("owner", sa.String(10), nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("last_no", sa.Integer, nullable=False),
    sa.Column("handled_no", sa.Integer, nullable=False),
    sa.Column("state", sa.JSON, nullable=False),
    sa.Column("enterprise_id", sa.String(40)),
    sa.Column("enterprise_name", sa.String(200)),
    sa.Column("steward_id", sa.Integer),
    sa.Column("steward_name", sa.String(100)),
    sa.Column("waiting_since", UtcTime),
    sa.Column("answer_by", UtcTime),
    sa.Column("escalated", sa.Boolean, nullable=False, default=False),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.UniqueConstraint("channel", "peer"),
    sa.Index("ix_conversations_owner", "owner", "updated_at"),
    sa.Index("ix_conversations_enterprise", "enterprise_id"),
    sa.Index(
        "ix_conversations_unhandled",
        "id",
        sqlite_where=sa.text("handled_no < last_no"),
        postgresql_where=sa.text("handled_no < last_no"),
    ),
)

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("conversation_id", sa.String(32), primary_key=True),
    sa.Column("no", sa.Integer, primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("author", sa.String(100)),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("extra", sa.JSON, nullable=False),  # buttons, payload, owner, facts
    sa.Column("channel", sa.String(20)),
    sa.Column("external_id", sa.String(200)),
    sa.UniqueConstraint("channel", "external_id"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("conversation_id", sa.String(32), nullable=False),
    sa.Column("no", sa.Integer, nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("peer", sa.String(200), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),  # pending, sent, failed
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("parts_sent", sa.Integer, nullable=False, default=0),
    sa.Column("again_at", UtcTime, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("remote_id", sa.String(100)),
    sa.UniqueConstraint("conversation_id", "no"),
    sa.Index("ix_outbox_due", "state", "again_at"),
)

stewards = sa.Table(
    "stewards",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(100), nullable=False, unique=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False, default=False),
    sa.Column("created_at", UtcTime, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(10), nullable=False),  # chat, desk
    sa.Column("subject", sa.String(64), nullable=False),  # conversation id, steward id
    sa.Column("expires_at", UtcTime, nullable=False),
)

receipt_contents = sa.Table(
    "receipt_contents",
    metadata,
    sa.Column("digest", sa.String(32), primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)

receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("code", sa.String(10), primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("conversation_id", sa.String(32)),  # none for a notice that was opened by its address
    sa.Column("no", sa.Integer),
    sa.Column("matter", sa.String(120), nullable=False),
    sa.Column("about", sa.String(200), nullable=False),  # answers about the same replace each other
    sa.Column("catalogue", sa.String(40), nullable=False),
    sa.Column("told", sa.JSON, nullable=False),
    sa.Column("digest", sa.String(32), sa.ForeignKey("receipt_contents.digest"), nullable=False),
    sa.Column("settled_at", UtcTime),  # when a steward had dealt with it
    sa.Column("settled_by", sa.String(100)),
    sa.Index("ix_receipts_digest", "digest"),
    sa.Index("ix_receipts_conversation", "conversation_id", "no"),
)

unanswered = sa.Table(
    "unanswered",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("text", sa.Text, nullable=False),  # masked: what was asked, not who asked
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("conversation_id", sa.String(32), nullable=False),
    sa.Column("no", sa.Integer, nullable=False),  # the entry that left it open
    sa.Column("settled_at", UtcTime),  # when an editor had dealt with it
    sa.Column("settled_how", sa.String(200)),
    sa.Index("ix_unanswered_open", "settled_at", "id"),
)
