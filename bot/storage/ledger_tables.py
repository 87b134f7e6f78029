"""The tables of the own ledger, and of what was last read from a platform."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.tables import UtcTime, metadata

CODE, NAME = sa.String(64), sa.String(500)

ledger_projects = sa.Table(
    "ledger_projects",
    metadata,
    sa.Column("code", CODE, primary_key=True),
    sa.Column("name", NAME, nullable=False),
    sa.Column("developer_code", sa.String(18), nullable=False),
    sa.Column("developer_name", NAME, nullable=False),
    sa.Column("kind", sa.String(100)),
    sa.Column("place", NAME),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("stage", sa.String(100)),
    sa.Column("steward", sa.String(100)),
    sa.Column("next_step", sa.Text),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Index("ix_ledger_projects_developer", "developer_code"),
)

ledger_works = sa.Table(
    "ledger_works",
    metadata,
    sa.Column("code", CODE, primary_key=True),
    sa.Column("project_code", CODE, sa.ForeignKey("ledger_projects.code"), nullable=False),
    sa.Column("name", NAME, nullable=False),
    sa.Column("region", sa.String(12)),
    sa.Index("ix_ledger_works_project", "project_code"),
)

ledger_cases = sa.Table(
    "ledger_cases",
    metadata,
    sa.Column("case_no", CODE, primary_key=True),
    sa.Column("project_code", CODE, sa.ForeignKey("ledger_projects.code"), nullable=False),
    sa.Column("work_code", CODE, nullable=False),
    sa.Column("region", sa.String(12)),
    sa.Column("matter_code", CODE),
    sa.Column("matter_name", NAME),
    sa.Column("department", NAME),
    sa.Column("limit_days", sa.Integer),
    sa.Column("group_no", CODE),
    sa.Index("ix_ledger_cases_project", "project_code"),
)

ledger_steps = sa.Table(
    "ledger_steps",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("case_no", CODE, sa.ForeignKey("ledger_cases.case_no"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("status", sa.String(30), nullable=False),
    sa.Column("label", sa.String(100), nullable=False),
    sa.Column("code", sa.String(20), nullable=False),
    sa.Column("office", sa.String(200)),
    sa.Column("opinion", sa.Text),
    sa.Column("procedure", sa.String(200)),  # the name of the special procedure that begins
    sa.Index("ix_ledger_steps_case", "case_no"),
)

ledger_documents = sa.Table(
    "ledger_documents",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("case_no", CODE, sa.ForeignKey("ledger_cases.case_no"), nullable=False),
    sa.Column("number", sa.String(200)),
    sa.Column("title", NAME),
    sa.Column("issued_on", sa.Date),
    sa.Column("valid_to", sa.Date),
    sa.Column("unlimited", sa.Boolean, nullable=False),
    sa.Index("ix_ledger_documents_case", "case_no"),
)

ledger_materials = sa.Table(
    "ledger_materials",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("project_code", CODE, sa.ForeignKey("ledger_projects.code"), nullable=False),
    sa.Column("case_no", CODE),
    sa.Column("name", NAME, nullable=False),
    sa.Index("ix_ledger_materials_project", "project_code"),
)

platform_readings = sa.Table(
    "platform_readings",
    metadata,
    sa.Column("credit_code", sa.String(18), primary_key=True),
    sa.Column("read_at", UtcTime, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
)
