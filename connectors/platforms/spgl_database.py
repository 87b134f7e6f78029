"""A read-only way into somebody else's database, by any dialect of SQLAlchemy."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.pool import NullPool

from bot.services.platform_port import PlatformUnavailable
from connectors.platforms import values

# The names people write → the driver that this product installs or recommends.
_DRIVERS = {
    "postgres": "postgresql+psycopg2",
    "postgresql": "postgresql+psycopg2",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}


_POSTGRES_LIKE = ("postgresql", "kingbase", "opengauss")
_MYSQL_LIKE = ("mysql", "mariadb")
_ORACLE_LIKE = ("oracle", "dm")
_GRACE = 1  # second more than a database has to end a statement by itself


class ReadOnlyDatabase:
    """Connections that cannot write, wait at most `connect_timeout` seconds to connect and at most
    `statement_timeout` seconds for one statement; the whole reading takes no longer than that
    either (PostgreSQL: a second more; MySQL and MariaDB: each answer of the server)."""

    def __init__(self, url: str, connect_timeout: int = 5, statement_timeout: int = 10) -> None:
        self._statement_timeout = statement_timeout
        try:
            self.url = _with_driver(make_url(url))
            self.engine = _engine(self.url, connect_timeout, statement_timeout + _GRACE)
        except (sa.exc.ArgumentError, ValueError) as error:  # ValueError: a port that is no number
            raise PlatformUnavailable(
                "审批系统的数据库地址看不懂。",
                "请写成 sqlite:///文件路径、postgresql://用户:口令@主机/库名、"
                "mysql://用户:口令@主机/库名，或写明接口的 YAML 文件的路径。",
            ) from error
        except (ImportError, sa.exc.NoSuchModuleError) as error:
            raise PlatformUnavailable(
                f"没有安装连接这种数据库的驱动（{make_url(url).drivername}）。",
                "请在运行环境里安装对应的 Python 驱动，例如 Oracle 用 oracledb、达梦用 dmPython。",
            ) from error

    @property
    def address(self) -> str:
        """The address without its password."""
        return str(self.url.render_as_string(hide_password=True))

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """One read-only transaction. Database errors become PlatformUnavailable."""
        try:
            with self.engine.connect() as plain:
                connection = self._read_only(plain)
                with self._limited(connection):
                    yield connection
        except sa.exc.TimeoutError as error:
            raise PlatformUnavailable("审批系统的数据库连接已占满。", "请稍后再试。") from error
        except sa.exc.DBAPIError as error:
            raise self._unavailable(error) from error

    def _read_only(self, connection: Connection) -> Connection:
        milliseconds = self._statement_timeout * 1000
        dialect = self.engine.dialect.name
        if dialect in _POSTGRES_LIKE:
            # Per transaction and not by connect options, which poolers such as pgbouncer refuse.
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            connection.execute(sa.text("SET TRANSACTION READ ONLY"))
            connection.execute(sa.text(f"SET LOCAL statement_timeout = {milliseconds}"))
        elif dialect in _MYSQL_LIKE:
            connection.execute(sa.text("SET SESSION TRANSACTION READ ONLY"))
            connection.execute(_mysql_time_limit(self.engine, self._statement_timeout))
        elif dialect in _ORACLE_LIKE:
            connection.execute(sa.text("SET TRANSACTION READ ONLY"))
        return connection

    @contextmanager
    def _limited(self, connection: Connection) -> Iterator[None]:
        """Stops a reading that takes too long where the database itself does not: because it has
        no limit of its own, or because it does not answer at all any more."""
        seconds, stop = float(self._statement_timeout), _stop
        if self.engine.dialect.name in _MYSQL_LIKE:  # the driver's own read_timeout
            yield
            return
        if self.engine.dialect.name in _POSTGRES_LIKE:
            seconds, stop = seconds + _GRACE, _hang_up
        timer = Timer(seconds, stop, [connection.connection.dbapi_connection])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _unavailable(self, error: sa.exc.DBAPIError) -> PlatformUnavailable:
        if _was_stopped(error):
            return PlatformUnavailable(
                f"审批系统的数据库在{self._statement_timeout}秒内没有答完。",
                "请稍后再试；经常如此，请检查 GCDM、XMDM 等列有没有索引。",
            )
        reason = (str(error.orig).strip() or type(error.orig).__name__).splitlines()[0]
        if self.url.get_backend_name() == "sqlite":
            return _unreadable_file(self.url.database, reason)
        return PlatformUnavailable(
            f"审批系统暂时连不上或读不了（{reason}）。",
            "请检查数据库地址、账号权限和网络，稍后再试。",
        )


def _with_driver(url: URL) -> URL:
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _engine(url: URL, connect_timeout: int, read_timeout: int) -> Engine:
    backend = url.get_backend_name()
    if backend == "sqlite":
        return sa.create_engine(
            "sqlite://",
            creator=lambda: _open_file(url.database, connect_timeout),
            poolclass=NullPool,
        )
    arguments: dict[str, Any] = {}
    if backend in ("postgresql", "mysql"):
        arguments["connect_args"] = {"connect_timeout": connect_timeout}
    if url.drivername == "mysql+pymysql":
        arguments["connect_args"].update(read_timeout=read_timeout, write_timeout=read_timeout)
    return sa.create_engine(
        url, pool_pre_ping=True, pool_size=3, max_overflow=2, pool_timeout=5, **arguments
    )


def _open_file(path: str | None, timeout: int) -> sqlite3.Connection:
    """SQLite in `mode=ro`: a missing file is an error and is not created."""
    location = quote(str(Path(path or "").absolute()))
    connection = sqlite3.connect(
        f"file:{location}?mode=ro", uri=True, timeout=timeout, check_same_thread=False
    )
    connection.text_factory = values.decoded
    connection.execute("PRAGMA query_only = ON")
    return connection


def _unreadable_file(path: str | None, reason: str) -> PlatformUnavailable:
    if not path or path == ":memory:":
        return PlatformUnavailable(
            "审批系统的地址里没有写数据库文件。", "请写成 sqlite:///文件路径。"
        )
    if not Path(path).is_file():
        return PlatformUnavailable(
            f"没有审批系统的数据库文件 {path}。", "请检查路径；绝对路径前有四条斜线：sqlite:////…"
        )
    return PlatformUnavailable(
        f"审批系统的数据库文件读不了：{path}（{reason}）。",
        "请检查文件是不是 SQLite 数据库、有没有读取权限、是否正被别的程序写入。",
    )


def _stop(connection: Any) -> None:
    """Ends the running statement from another thread, by the driver's own name for it."""
    stop = next(
        getattr(connection, name)
        for name in ("interrupt", "cancel", "close")
        if hasattr(connection, name)
    )
    with suppress(getattr(connection, "Error", RuntimeError)):
        stop()  # fails only when there is nothing left to stop


def _hang_up(connection: Any) -> None:
    """Ends the network connection under a driver that waits for its server without a limit."""
    with suppress(OSError, getattr(connection, "Error", OSError)):
        socket.socket(fileno=os.dup(connection.fileno())).shutdown(socket.SHUT_RDWR)


def _was_stopped(error: sa.exc.DBAPIError) -> bool:
    """Whether the time limit ended the statement, as SQLite, PostgreSQL, MariaDB, MySQL say it."""
    number = getattr(error.orig, "args", (None,))[:1]
    return (
        str(error.orig) == "interrupted"
        or getattr(error.orig, "pgcode", None) == "57014"
        or number in ((1969,), (3024,))
    )


def _mysql_time_limit(engine: Engine, seconds: int) -> sa.sql.elements.TextClause:
    if getattr(engine.dialect, "is_mariadb", False):
        return sa.text(f"SET SESSION max_statement_time = {seconds}")
    return sa.text(f"SET SESSION max_execution_time = {seconds * 1000}")
