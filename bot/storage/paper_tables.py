"""The table of what stewards have seen on paper."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.ledger_tables import CODE, NAME
from bot.storage.tables import UtcTime, metadata

# Beside ledger_materials: a project of the city's platform is in no table of the own ledger, and
# who ticked what, and who undid it, stays known.
paper_materials = sa.Table(
    "paper_materials",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("project_code", CODE, nullable=False),
    sa.Column("case_no", CODE, nullable=False),
    sa.Column("material", NAME, nullable=False),
    sa.Column("ticked_by", sa.String(100), nullable=False),
    sa.Column("ticked_at", UtcTime, nullable=False),
    sa.Column("undone_by", sa.String(100)),
    sa.Column("undone_at", UtcTime),
    sa.Index("ix_paper_materials_project", "project_code"),
    sa.Index(
        "ix_paper_materials_once",
        "case_no",
        "material",
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    ),
)
