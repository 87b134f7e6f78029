"""Words about cases, to whom they were said, and the morning digest"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CODE, NAME = sa.String(length=64), sa.String(length=500)


def upgrade() -> None:
    op.create_table(
        "words",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.Column("case", sa.String(length=40), nullable=False),
        sa.Column("case_no", CODE, nullable=False),
        sa.Column("matter", NAME, nullable=False),
        sa.Column("project_code", CODE, nullable=False),
        sa.Column("project_name", NAME, nullable=False),
        sa.Column("enterprises", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("to_steward", sa.Boolean(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_words_case", "words", ["case"])
    op.create_index("ix_words_desk", "words", ["to_steward", "settled_at", "id"])
    op.create_table(
        "word_tellings",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("word_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("noted", sa.Boolean(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["word_id"], ["words.id"]),
        sa.PrimaryKeyConstraint("conversation_id", "word_id"),
    )
    op.create_index("ix_word_tellings_state", "word_tellings", ["state", "conversation_id"])
    op.create_index("ix_word_tellings_word", "word_tellings", ["word_id"])
    op.create_table(
        "word_marks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("no", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "without_reminders",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id"),
    )
    op.create_table(
        "digests",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_index("ix_conversations_enterprise", "conversations", ["enterprise_id"])


def downgrade() -> None:
    op.drop_index("ix_conversations_enterprise", "conversations")
    for table in ("digests", "without_reminders", "word_marks", "word_tellings", "words"):
        op.drop_table(table)
