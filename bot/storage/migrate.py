"""Bringing a database to the newest layout."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from bot.services.ports import StoreUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> tuple[str | None, str]:
    """Applies the missing migrations in one transaction; returns the revisions before, after.

    Raises StoreUnavailable.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with engine.begin() as connection:
            before = MigrationContext.configure(connection).get_current_revision()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except sa.exc.OperationalError as error:
        raise StoreUnavailable(f"database not available: {error.orig}") from error
    after = ScriptDirectory.from_config(config).get_current_head()
    assert after is not None
    return before, after
