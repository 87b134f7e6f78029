"""The database: engine, threads, transactions. SQLite (WAL) and PostgreSQL, one code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url

from bot.services.ports import StoreUnavailable
from bot.storage.log import SqlLog
from bot.storage.threads import Job, Threads

Result = TypeVar("Result")
BUSY_SECONDS = 15  # how long a SQLite writer waits for another process
STATEMENT_SECONDS = 10  # PostgreSQL; longer than any use case needs
CONNECT_SECONDS = 5
POSTGRES_THREADS = 8
SQLITE_READERS = 2
SQLITE_TOGETHER = 32  # units of work in one commit: one flush to the disk serves them all


class Database:
    """Runs units of work on threads, so that the event loop never waits for a disk.

    SQLite has one writer anyway, so one thread writes, in the order asked, and commits together
    what waits together; PostgreSQL locks rows.
    """

    def __init__(self, url: str, delivered: frozenset[str] = frozenset()) -> None:
        self.url = make_url(url)
        self.engine = make_engine(url)
        self._delivered = delivered
        self._contents: set[str] = set()  # digests of stored contents of receipts
        sqlite = self.engine.dialect.name == "sqlite"
        if sqlite:
            self._writers = Threads("db-write", 1, SQLITE_TOGETHER, partial(self._together, True))
            self._readers = Threads("db-read", SQLITE_READERS, 1, partial(self._together, False))
        else:
            self._writers = Threads("db", POSTGRES_THREADS, 1, partial(self._together, True))
            self._readers = self._writers

    async def transact(self, work: Callable[[SqlLog], Result]) -> Result:
        written: set[str] = set()

        def writing(connection: Connection) -> Result:
            log = SqlLog(connection, self._delivered, self._contents)
            result = work(log)
            written.update(log.contents_written)
            return result

        result = await self.run(writing)
        self._contents.update(written)  # only now: it has been committed
        return result

    async def read(self, work: Callable[[SqlLog], Result]) -> Result:
        def reading(connection: Connection) -> Result:
            return work(SqlLog(connection, self._delivered))

        return await self.run(reading, write=False)

    async def run(self, work: Callable[[Connection], Result], write: bool = True) -> Result:
        """Runs `work` in one transaction on a thread. Raises StoreUnavailable."""
        threads = self._writers if write else self._readers
        result: Result = await threads.run(work)
        return result

    def _together(self, write: bool, jobs: Sequence[Job]) -> None:
        """Runs the jobs in one transaction. Where they are several, one that fails is undone
        alone; when the database fails, none of them has happened."""
        try:
            with (
                self.engine.connect().execution_options(writing=write) as connection,
                connection.begin(),
            ):
                if len(jobs) == 1:
                    jobs[0].result = jobs[0].work(connection)
                else:
                    for job in jobs:
                        _run_apart(connection, job)
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            raise StoreUnavailable(f"database not available: {error.orig}") from error

    def dispose(self) -> None:
        self._writers.close()
        self._readers.close()
        self.engine.dispose()


def _run_apart(connection: Connection, job: Job) -> None:
    """Behind a savepoint in plain SQL: SQLAlchemy compiles its own anew each time."""
    connection.exec_driver_sql("SAVEPOINT job")
    try:
        job.result = job.work(connection)
    except (sa.exc.OperationalError, sa.exc.InterfaceError):
        raise
    except Exception as error:
        job.error = error
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
    connection.exec_driver_sql("RELEASE SAVEPOINT job")


def is_missing(url: str) -> bool:
    """Whether the address is of an SQLite file that is not there; connecting would make one."""
    parsed = make_url(url)
    return parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists()


def make_engine(url: str) -> Engine:
    """An engine with time limits; SQLite in WAL, every commit flushed to the disk."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    options = f"-c statement_timeout={STATEMENT_SECONDS * 1000}"
    return sa.create_engine(
        parsed.set(drivername="postgresql+psycopg2"),
        future=True,
        pool_size=POSTGRES_THREADS,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_SECONDS, "options": options},
    )


def _sqlite_engine(url: str) -> Engine:
    engine = sa.create_engine(
        url,
        future=True,
        poolclass=sa.pool.QueuePool,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the write lock at once: one that upgrades later can only fail.
        writing = connection.get_execution_options().get("writing", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
