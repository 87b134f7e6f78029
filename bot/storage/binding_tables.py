"""The tables of grants, of their trail and of used identity tokens."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.tables import UtcTime, metadata

grants = sa.Table(
    "access_grants",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("enterprise_id", sa.String(40), nullable=False),
    sa.Column("enterprise_name", sa.String(200), nullable=False),
    sa.Column("person", sa.String(120), nullable=False),
    sa.Column("site", sa.String(200)),  # who vouches; none: a one-time code
    sa.Column("issued_by", sa.String(220), nullable=False),
    sa.Column("issued_at", UtcTime, nullable=False),
    sa.Column("code_hash", sa.String(64), unique=True),
    sa.Column("code_expires_at", UtcTime),
    sa.Column("conversation_id", sa.String(32)),
    sa.Column("bound_at", UtcTime),
    sa.Column("ended_at", UtcTime),
    sa.Column("ended_by", sa.String(100)),  # none: the person
    sa.UniqueConstraint("site", "enterprise_id", "person"),
    sa.Index("ix_access_grants_enterprise", "enterprise_id", "id"),
    sa.Index("ix_access_grants_conversation", "conversation_id"),
)

trail = sa.Table(
    "access_trail",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("who", sa.String(220), nullable=False),
    sa.Column("what", sa.String(20), nullable=False),
    sa.Column("grant_id", sa.Integer),
    sa.Column("enterprise_id", sa.String(40)),
    sa.Column("conversation_id", sa.String(32)),
    sa.Column("detail", sa.String(200), nullable=False),
    sa.Index("ix_access_trail_enterprise", "enterprise_id", "id"),
    sa.Index("ix_access_trail_what", "what", "at"),
)

identity_tokens = sa.Table(
    "identity_tokens",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("browser", sa.String(64), nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Index("ix_identity_tokens_expires", "expires_at"),
)
