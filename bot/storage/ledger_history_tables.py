"""The tables of what was seen on a platform that is followed, and of every change that was seen.

They stand beside the own ledger's: what stewards keep by hand is never mixed with snapshots, and
two platforms (`platform_id`) are never mixed with each other.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.ledger_tables import CODE, NAME
from bot.storage.tables import UtcTime, metadata

followed_platforms = sa.Table(
    "followed_platforms",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("origin", NAME, nullable=False, unique=True),  # its address without passwords
    sa.Column("glance", sa.Text),  # what the platform looked like before the last survey
    sa.Column("surveyed_at", UtcTime),
    sa.Column("fewer_since", UtcTime),  # since when far fewer projects are told than are kept
    sa.Column("holder", sa.String(100)),  # the process that follows …
    sa.Column("until", UtcTime),  # … until then, unless it renews its lease
)

followed_projects = sa.Table(
    "followed_projects",
    metadata,
    sa.Column("platform_id", sa.Integer, primary_key=True),
    sa.Column("code", CODE, primary_key=True),
    sa.Column("name", NAME, nullable=False),
    sa.Column("developers", sa.JSON, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("mark", sa.String(40)),  # the survey's word for this content; None: unknown
    sa.Column("read_at", UtcTime, nullable=False),
    sa.Column("gone_at", UtcTime),
    sa.Index("ix_followed_projects_read", "platform_id", "read_at"),
)

followed_cases = sa.Table(
    "followed_cases",
    metadata,
    sa.Column("platform_id", sa.Integer, primary_key=True),
    sa.Column("project_code", CODE, primary_key=True),
    sa.Column("work_code", CODE, primary_key=True),
    sa.Column("case_no", sa.String(200), primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("status", sa.String(30), nullable=False),
    sa.Column("ended", sa.Boolean, nullable=False),
    sa.Column("gone_at", UtcTime),
    sa.Index("ix_followed_cases_no", "case_no"),
    sa.Index("ix_followed_cases_running", "platform_id", "ended", "project_code"),
)

case_changes = sa.Table(
    "case_changes",
    metadata,
    sa.Column("no", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("platform_id", sa.Integer, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("seen_by", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("project_code", CODE, nullable=False),
    sa.Column("work_code", CODE),
    sa.Column("case_no", sa.String(200)),
    sa.Column("step", sa.Text),
    sa.Column("before", sa.String(30)),
    sa.Column("note", sa.Text, nullable=False),
    sa.Index("ix_case_changes_project", "project_code", "no"),
    sa.Index("ix_case_changes_case", "case_no", "no"),
)
