"""The product as a newcomer starts it: `bangban up`, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bot.settings import PREFIX, ROOT

START_SECONDS = 300.0  # it trains when what it learns from has changed
BANGBAN = str(Path(sys.executable).with_name("bangban"))


@contextmanager
def bangban_up(folder: Path) -> Iterator[str]:
    """The address of a product that lives in `folder`, as long as the block lasts."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    output = folder / "bangban.log"
    with output.open("wb") as log:
        database = f"sqlite:///{folder / 'bangban.db'}"
        command = [BANGBAN, "up", "--port", str(port), "--database", database]
        process = subprocess.Popen(
            command, cwd=folder, env=_environment(), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_ready(process, address, output)
            yield address
        finally:
            process.terminate()
            process.wait(20)


def _environment() -> dict[str, str]:
    """The environment without settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**kept, "PYTHONPATH": str(ROOT), f"{PREFIX}MODEL": str(ROOT / "models")}


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, output: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{address}/health/ready", timeout=2):
                return
        except (URLError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"bangban up did not become ready:\n{output.read_text('utf-8')[-3000:]}")
