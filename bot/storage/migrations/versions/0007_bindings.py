"""Who may see an enterprise's cases, how that came about, and identity tokens that were used"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_grants",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("enterprise_id", sa.String(length=40), nullable=False),
        sa.Column("enterprise_name", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("site", sa.String(length=200), nullable=True),
        sa.Column("issued_by", sa.String(length=220), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(), nullable=True),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("bound_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_hash"),
        sa.UniqueConstraint("site", "enterprise_id", "person"),
    )
    op.create_index("ix_access_grants_enterprise", "access_grants", ["enterprise_id", "id"])
    op.create_index("ix_access_grants_conversation", "access_grants", ["conversation_id"])
    op.create_table(
        "access_trail",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(length=220), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("enterprise_id", sa.String(length=40), nullable=True),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_access_trail_enterprise", "access_trail", ["enterprise_id", "id"])
    op.create_index("ix_access_trail_what", "access_trail", ["what", "at"])
    op.create_table(
        "identity_tokens",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("ix_identity_tokens_expires", "identity_tokens", ["expires_at"])


def downgrade() -> None:
    op.drop_table("identity_tokens")
    op.drop_table("access_trail")
    op.drop_table("access_grants")
