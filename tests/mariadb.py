"""A real MariaDB without root: its own folder, a socket and no network, gone with the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pymysql

DAEMONS = ("mariadbd", "/usr/sbin/mariadbd")
START_SECONDS = 60


def find_daemon() -> str | None:
    """The server's program, which ordinary users often do not have on their PATH."""
    return next((found for name in DAEMONS if (found := shutil.which(name))), None)


@contextmanager
def mariadb_server(daemon: str) -> Iterator[Path]:
    """The socket of a running server, which lets `root` in without a password."""
    with TemporaryDirectory(prefix="mariadb") as made:  # short: a socket's path has 107 characters
        folder = Path(made)
        data, socket = folder / "data", folder / "socket"
        user = ["--user=root"] if os.geteuid() == 0 else []
        install = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", *user]
        unlocked = ["--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run([*install, *unlocked], check=True, capture_output=True)
        with (folder / "log").open("w") as log:
            options = ["--no-defaults", f"--datadir={data}", f"--socket={socket}"]
            quick = ["--skip-networking", "--innodb-flush-log-at-trx-commit=0"]
            server = subprocess.Popen([daemon, *options, *quick, *user], stdout=log, stderr=log)
        try:
            _wait(socket, server, folder / "log")
            yield socket
        finally:
            server.terminate()
            server.wait(30)


def _wait(socket: Path, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            pymysql.connect(unix_socket=str(socket), user="root").close()
        except pymysql.err.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"MariaDB did not start:\n{log.read_text()}")
