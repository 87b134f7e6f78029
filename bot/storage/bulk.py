"""Many rows at once, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.services.ports import StoreUnavailable

Row = dict[str, Any]


@contextmanager
def connected(engine: Engine, write: bool = False) -> Iterator[Connection]:
    """One transaction. Raises StoreUnavailable."""
    try:
        with (
            engine.connect().execution_options(writing=write) as connection,
            connection.begin(),
        ):
            yield connection
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.ProgrammingError) as error:
        raise StoreUnavailable(f"database not available: {error.orig}") from error


def insert(connection: Connection, table: sa.Table, rows: list[Row]) -> None:
    if rows:
        connection.execute(table.insert(), rows)


def update(connection: Connection, table: sa.Table, key: Sequence[str], rows: list[Row]) -> None:
    if not rows:
        return
    same = [table.c[name] == sa.bindparam(f"key_{name}") for name in key]
    values = {name: sa.bindparam(name) for name in rows[0] if name not in key}
    bound = [{f"key_{name}" if name in key else name: row[name] for name in row} for row in rows]
    connection.execute(sa.update(table).where(*same).values(values), bound)
