"""What was seen on the platform that is followed, and every change that was seen"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CODE, NAME, CASE_NO = sa.String(length=64), sa.String(length=500), sa.String(length=200)


def upgrade() -> None:
    op.create_table(
        "followed_platforms",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("origin", NAME, nullable=False),
        sa.Column("glance", sa.Text(), nullable=True),
        sa.Column("surveyed_at", sa.DateTime(), nullable=True),
        sa.Column("fewer_since", sa.DateTime(), nullable=True),
        sa.Column("holder", sa.String(length=100), nullable=True),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("origin"),
    )
    op.create_table(
        "followed_projects",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("developers", sa.JSON(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=True),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.Column("gone_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("platform_id", "code"),
    )
    op.create_index("ix_followed_projects_read", "followed_projects", ["platform_id", "read_at"])
    op.create_table(
        "followed_cases",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("project_code", CODE, nullable=False),
        sa.Column("work_code", CODE, nullable=False),
        sa.Column("case_no", CASE_NO, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("gone_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("platform_id", "project_code", "work_code", "case_no"),
    )
    op.create_index("ix_followed_cases_no", "followed_cases", ["case_no"])
    op.create_index(
        "ix_followed_cases_running", "followed_cases", ["platform_id", "ended", "project_code"]
    )
    op.create_table(
        "case_changes",
        sa.Column("no", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("seen_by", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("project_code", CODE, nullable=False),
        sa.Column("work_code", CODE, nullable=True),
        sa.Column("case_no", CASE_NO, nullable=True),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("before", sa.String(length=30), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("no"),
    )
    op.create_index("ix_case_changes_project", "case_changes", ["project_code", "no"])
    op.create_index("ix_case_changes_case", "case_changes", ["case_no", "no"])


def downgrade() -> None:
    for table in ("case_changes", "followed_cases", "followed_projects", "followed_platforms"):
        op.drop_table(table)
