"""The two servers of the benchmark, each in processes of its own: ours, and stock Rasa."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 180
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}


@contextmanager
def ours(folder: Path, database_url: str | None = None) -> Iterator[tuple[str, int]]:
    """`bangban up` on a new database; yields its address and its memory in MB."""
    port = free_port()
    url = database_url or f"sqlite:///{folder / 'bench.db'}"
    command = [str(Path(sys.executable).parent / "bangban"), "up", "--port", str(port)]
    command += ["--database", url]
    environment = {
        "BANGBAN_LOG_LEVEL": "WARNING",
        "BANGBAN_MODEL": os.environ.get("BANGBAN_MODEL", str(ROOT / "models")),
    }
    with process(command, folder, "ours", environment) as running:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/health/ready", running)
        yield address, memory(running)


@contextmanager
def stock(folder: Path, model: Path) -> Iterator[tuple[str, int]]:
    """`rasa run` and `rasa run actions`, as Rasa's documentation starts them, on SQLite."""
    port, actions = free_port(), free_port()
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(
        f"action_endpoint:\n  url: http://127.0.0.1:{actions}/webhook\n"
        f"tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {folder / 'stock.db'}\n"
    )
    rasa = [sys.executable, "-m", "rasa", "run"]
    serve = [*rasa, "actions", "--actions", "actions", "--port", str(actions)]
    talk = [*rasa, "--model", str(model), "--endpoints", str(endpoints), "--port", str(port)]
    talk += ["--credentials", str(credentials(folder))]
    with process(serve, folder, "stock-actions") as acting, process(talk, folder, "stock") as run:
        wait_for(f"http://127.0.0.1:{actions}/health", acting)
        wait_for(f"http://127.0.0.1:{port}/webhooks/rest/", run)
        yield f"http://127.0.0.1:{port}", memory(run) + memory(acting)


def credentials(folder: Path) -> Path:
    path = folder / "credentials.yml"
    path.write_text("rest:\n")
    return path


@contextmanager
def process(
    command: Sequence[str], folder: Path, name: str, more: dict[str, str] | None = None
) -> Iterator[psutil.Process]:
    """A server process with its output in a file of the folder; ended with the block."""
    environment = {**os.environ, **QUIET, **(more or {})}
    with (folder / f"{name}.log").open("wb") as output:
        started = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield psutil.Process(started.pid)
        finally:
            started.terminate()
            try:
                started.wait(20)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def wait_for(url: str, process_: psutil.Process) -> None:
    """Until the address answers; raises when the process ends or time runs out."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if not process_.is_running() or process_.status() == psutil.STATUS_ZOMBIE:
            raise RuntimeError(f"the server of {url} ended while starting")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError(f"{url} did not answer within {START_SECONDS} s")


def memory(process_: psutil.Process) -> int:
    """MB of a process and its children; what they share counts once."""
    family = [process_, *process_.children(recursive=True)]
    return int(sum(member.memory_full_info().pss for member in family)) // 2**20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
