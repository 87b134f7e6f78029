"""What stewards have seen on paper"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CODE, NAME = sa.String(length=64), sa.String(length=500)
COUNTS = sa.text("undone_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "paper_materials",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("project_code", CODE, nullable=False),
        sa.Column("case_no", CODE, nullable=False),
        sa.Column("material", NAME, nullable=False),
        sa.Column("ticked_by", sa.String(length=100), nullable=False),
        sa.Column("ticked_at", sa.DateTime(), nullable=False),
        sa.Column("undone_by", sa.String(length=100), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_paper_materials_project", "paper_materials", ["project_code"])
    op.create_index(
        "ix_paper_materials_once",
        "paper_materials",
        ["case_no", "material"],
        unique=True,
        sqlite_where=COUNTS,
        postgresql_where=COUNTS,
    )


def downgrade() -> None:
    op.drop_table("paper_materials")
