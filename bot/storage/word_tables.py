"""The tables of the words about cases, and of the morning digest."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.tables import UtcTime, metadata

CODE, NAME = sa.String(64), sa.String(500)

words = sa.Table(
    "words",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(40), nullable=False, unique=True),  # said once ever
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("read_at", UtcTime, nullable=False),
    sa.Column("case", sa.String(40), nullable=False),
    sa.Column("case_no", CODE, nullable=False),
    sa.Column("matter", NAME, nullable=False),
    sa.Column("project_code", CODE, nullable=False),
    sa.Column("project_name", NAME, nullable=False),
    sa.Column("enterprises", sa.JSON, nullable=False),  # credit codes
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("to_steward", sa.Boolean, nullable=False),
    sa.Column("settled_at", UtcTime),  # seen by a steward, or the case has ended
    sa.Column("settled_by", sa.String(100)),
    sa.Index("ix_words_case", "case"),
    sa.Index("ix_words_desk", "to_steward", "settled_at", "id"),
)

word_tellings = sa.Table(
    "word_tellings",
    metadata,
    sa.Column("conversation_id", sa.String(32), primary_key=True),
    sa.Column("word_id", sa.Integer, sa.ForeignKey("words.id"), primary_key=True),
    sa.Column("state", sa.String(10), nullable=False),  # pending, said, dropped
    sa.Column("noted", sa.Boolean, nullable=False),  # the steward who has the conversation knows
    sa.Column("no", sa.Integer),  # the entry that said it
    sa.Index("ix_word_tellings_state", "state", "conversation_id"),
    sa.Index("ix_word_tellings_word", "word_id"),
)

# How far changes were looked through, and the last day on which every clock was read.
word_marks = sa.Table(
    "word_marks",
    metadata,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("no", sa.BigInteger, nullable=False),
)

without_reminders = sa.Table(
    "without_reminders",
    metadata,
    sa.Column("conversation_id", sa.String(32), primary_key=True),
)

digests = sa.Table(
    "digests",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)
