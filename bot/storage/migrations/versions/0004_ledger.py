"""The own ledger, and what was last read from a platform"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CODE, NAME = sa.String(length=64), sa.String(length=500)


def upgrade() -> None:
    op.create_table(
        "ledger_projects",
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("developer_code", sa.String(length=18), nullable=False),
        sa.Column("developer_name", NAME, nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=True),
        sa.Column("place", NAME, nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("stage", sa.String(length=100), nullable=True),
        sa.Column("steward", sa.String(length=100), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("ix_ledger_projects_developer", "ledger_projects", ["developer_code"])
    op.create_table(
        "ledger_works",
        sa.Column("code", CODE, nullable=False),
        sa.Column("project_code", CODE, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("region", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["project_code"], ["ledger_projects.code"]),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("ix_ledger_works_project", "ledger_works", ["project_code"])
    op.create_table(
        "ledger_cases",
        sa.Column("case_no", CODE, nullable=False),
        sa.Column("project_code", CODE, nullable=False),
        sa.Column("work_code", CODE, nullable=False),
        sa.Column("region", sa.String(length=12), nullable=True),
        sa.Column("matter_code", CODE, nullable=True),
        sa.Column("matter_name", NAME, nullable=True),
        sa.Column("department", NAME, nullable=True),
        sa.Column("limit_days", sa.Integer(), nullable=True),
        sa.Column("group_no", CODE, nullable=True),
        sa.ForeignKeyConstraint(["project_code"], ["ledger_projects.code"]),
        sa.PrimaryKeyConstraint("case_no"),
    )
    op.create_index("ix_ledger_cases_project", "ledger_cases", ["project_code"])
    op.create_table(
        "ledger_steps",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_no", CODE, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("office", sa.String(length=200), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("procedure", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["case_no"], ["ledger_cases.case_no"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_ledger_steps_case", "ledger_steps", ["case_no"])
    op.create_table(
        "ledger_documents",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_no", CODE, nullable=False),
        sa.Column("number", sa.String(length=200), nullable=True),
        sa.Column("title", NAME, nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("unlimited", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_no"], ["ledger_cases.case_no"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_ledger_documents_case", "ledger_documents", ["case_no"])
    op.create_table(
        "ledger_materials",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("project_code", CODE, nullable=False),
        sa.Column("case_no", CODE, nullable=True),
        sa.Column("name", NAME, nullable=False),
        sa.ForeignKeyConstraint(["project_code"], ["ledger_projects.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_ledger_materials_project", "ledger_materials", ["project_code"])
    op.create_table(
        "platform_readings",
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("credit_code"),
    )


def downgrade() -> None:
    op.drop_table("platform_readings")
    for table in ("materials", "documents", "steps", "cases", "works", "projects"):
        op.drop_table(f"ledger_{table}")
