"""`make bench`: messages per second and p95 beside stock Rasa, in one run, over HTTP on both sides;
and what a message costs late in a long conversation."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.load import Timing, growth, run
from tests.bench.messages import LEVELS, dealt
from tests.bench.servers import ours, stock
from tests.bench.stock_model import stock_model

WANTED = {1: 5.0, 8: 8.0, 32: 8.0}  # times stock Rasa
MARKS = (10, 1000, 5000)
AROUND = 50  # messages whose median stands for a mark
WANTED_GROWTH = 1.3


def main() -> None:
    console = Console()
    model = stock_model(console)
    with tempfile.TemporaryDirectory() as folder:
        fast, fast_memory = _levels(console, ours, Path(folder))
        slow, slow_memory = _levels(console, lambda f: stock(f, model), Path(folder))
        console.print(_table(fast, slow))
        console.print(f"memory: ours {fast_memory} MB, stock {slow_memory} MB")
    with tempfile.TemporaryDirectory() as folder, ours(Path(folder)) as (address, _):
        console.print("one conversation of 5,000 messages…")
        cost = asyncio.run(growth(address, MARKS, AROUND))
        for mark, milliseconds in cost.items():
            ratio = milliseconds / cost[MARKS[0]]
            console.print(
                f"message {mark}: {milliseconds:.1f} ms, {ratio:.2f} × message {MARKS[0]}"
            )
    short = [
        f"{n} in flight" for n in LEVELS if fast[n].per_second < WANTED[n] * slow[n].per_second
    ]
    if cost[MARKS[-1]] > WANTED_GROWTH * cost[MARKS[0]]:
        short.append("growth")
    console.print(f"short of what is wanted: {', '.join(short)}" if short else "all as wanted")
    sys.exit(1 if short else 0)


def _levels(console: Console, server, folder: Path) -> tuple[dict[int, Timing], int]:  # type: ignore[no-untyped-def]
    with server(folder) as (address, memory):
        console.print(f"{address} is up, {memory} MB")
        found = {}
        for level, talks in dealt().items():
            found[level] = asyncio.run(run(address, talks, level, f"level-{level}"))
        return found, memory


def _table(fast: dict[int, Timing], slow: dict[int, Timing]) -> Table:
    table = Table("in flight", "messages", "ours /s", "p50 ms", "p95 ms", "stock /s", "p50", "p95")
    table.add_column("ratio")
    table.add_column("wanted")
    for level in LEVELS:
        a, b = fast[level], slow[level]
        row = [str(level), str(a.messages), f"{a.per_second:.1f}", f"{a.p50:.1f}", f"{a.p95:.1f}"]
        row += [f"{b.per_second:.1f}", f"{b.p50:.1f}", f"{b.p95:.1f}"]
        table.add_row(*row, f"{a.per_second / b.per_second:.1f} ×", f"≥ {WANTED[level]:.0f} ×")
    return table


if __name__ == "__main__":
    main()
