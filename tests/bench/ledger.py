"""`python -m tests.bench.ledger`: the import of a city's platform, a poll of it, and its clean-up.

50,000 projects with 500,000 events on an exchange database (SQLite), imported into the product's
own database. The rivals read every project again, as a poll without marks must: one by one through
the protocol of platforms, and in the follower's own batches. They are timed on some projects, and
their time is stated for all. The clean-up lists what is wrong and writes the ledger as Excel.
`--projects N`: another size.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import psutil
from rich.console import Console
from rich.table import Table

from bot.documents.ledger_export import write_export
from bot.model.case import SHANGHAI
from bot.services.clean_up import ledger_lines, stages_of
from bot.services.follow_platform import AT_ONCE, REREAD, Round, follow_once
from bot.services.ledger_totals import sum_up_ledger
from bot.services.name_matter import by_exact_name
from bot.services.whole_platform import read_whole
from bot.storage.database import make_engine
from bot.storage.ledger_history import SqlFollowedCases
from bot.storage.ledger_snapshots import SqlSnapshots
from bot.storage.migrate import migrate
from connectors.platforms.spgl import SpglPlatform
from connectors.platforms.spgl_changes import SpglSource
from knowledge.loader import load_catalogue
from tests.bench.ledger_city import add_events, project_code, write_city

PROJECTS, NEW, POLLS, RIVAL = 50_000, 100, 20, 400
WANTED_IMPORT, WANTED_POLL = 300.0, 0.1  # seconds: minutes, and milliseconds
Result = TypeVar("Result")
console = Console()


class Followed:
    """The city, its follower and its history."""

    def __init__(self, folder: Path, projects: int) -> None:
        self.file, own = folder / "city.db", f"sqlite:///{folder / 'bangban.db'}"
        _, seconds = timed(lambda: write_city(self.file, projects))
        console.print(f"a city of {projects:,} projects was written in {seconds:.1f} s")
        engine = make_engine(own)
        migrate(engine)
        engine.dispose()
        self.source = SpglSource(f"sqlite:///{self.file}", statement_timeout=120)
        self.kept = SqlSnapshots(own, self.source.origin)
        self.seen = SqlFollowedCases(own, self.source.origin)

    def look(self, every: timedelta = timedelta(days=1), reread: int = 0) -> Round:
        done = follow_once(
            self.source, self.kept, lambda: datetime.now(SHANGHAI), None, every, reread
        )
        assert done is not None
        return done


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--projects", type=int, default=PROJECTS)
    projects = parser.parse_args().projects
    with tempfile.TemporaryDirectory() as folder:
        city = Followed(Path(folder), projects)
        before = memory()
        first, importing = timed(city.look)
        grown = memory() - before
        counted = city.seen.counts()
        assert (counted["projects"], counted["cases"]) == (projects, 2 * projects)
        nothing = min(timed(city.look)[1] for _ in range(POLLS))
        rereading = timed(lambda: city.look(reread=REREAD))[1]
        surveying = timed(lambda: city.look(timedelta(0)))[1]
        add_events(city.file, projects, NEW)
        news, polling = timed(city.look)
        assert sum(news.changes.values()) == NEW, news
        assert not news.surveyed
        cleaning = timed(lambda: clean_up(city, projects))[1]
        rivals = (one_by_one(city.file, projects), in_batches(city.source, projects))
    print_table(
        projects, first, importing, grown, nothing, rereading, surveying, polling, cleaning, *rivals
    )
    short = importing > WANTED_IMPORT or nothing > WANTED_POLL
    console.print("short of what is wanted" if short else "all as wanted")
    sys.exit(short)


def clean_up(city: Followed, projects: int) -> None:
    """Every case judged, and the workbook written beside the city."""
    catalogue, now = load_catalogue(), datetime.now(SHANGHAI)
    named = by_exact_name(catalogue.matters)
    lines = list(ledger_lines(read_whole(city.source), now, named, stages_of(catalogue)))
    assert len(lines) == 2 * projects
    with city.file.with_suffix(".xlsx").open("xb") as workbook:
        write_export(workbook, lines, sum_up_ledger(lines), "")


def one_by_one(file: Path, projects: int) -> float:
    platform = SpglPlatform(f"sqlite:///{file}")

    def read(codes: list[str]) -> None:
        for code in codes:
            project = platform.project(code)
            assert project is not None
            assert len(platform.cases(project)) == 2

    return for_all(read, projects)


def in_batches(source: SpglSource, projects: int) -> float:
    def read(codes: list[str]) -> None:
        for start in range(0, len(codes), AT_ONCE):
            chosen = codes[start : start + AT_ONCE]
            assert len(source.read(chosen)) == len(chosen)

    return for_all(read, projects)


def for_all(read: Callable[[list[str]], None], projects: int) -> float:
    """Seconds that reading all projects takes, from some of them."""
    codes = [project_code(number) for number in range(0, projects, max(1, projects // RIVAL))]
    return timed(lambda: read(codes))[1] / len(codes) * projects


def print_table(
    projects: int,
    first: Round,
    importing: float,
    grown: float,
    nothing: float,
    rereading: float,
    surveying: float,
    polling: float,
    cleaning: float,
    one: float,
    batches: float,
) -> None:
    events = projects * 10
    table = Table("what", "time", "")
    rate = (
        f"{events / importing:,.0f} events/s, {first.read:,} projects, {grown:.0f} MB more memory"
    )
    table.add_row(
        f"import of {events:,} events, {AT_ONCE} projects at once", _said(importing), rate
    )

    def times(seconds: float) -> str:
        return f"{batches / seconds:,.0f}× as fast as the quicker rival"

    table.add_row("poll, nothing new", _said(nothing), times(nothing))
    table.add_row(f"… and {REREAD} projects read again", _said(rereading), times(rereading))
    table.add_row("… and every project surveyed", _said(surveying), times(surveying))
    table.add_row(f"poll, {NEW} new events", _said(polling), times(polling))
    cleaned = f"{one / cleaning:,.1f}× as fast as only reading one by one"
    table.add_row("clean-up of all, with the workbook", _said(cleaning), cleaned)
    table.add_row("rival: all read again, one by one", _said(one), "from a sample")
    table.add_row(f"rival: all read again, {AT_ONCE} at once", _said(batches), "from a sample")
    console.print(table)


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun


def memory() -> float:
    return float(psutil.Process().memory_info().rss / 2**20)


def _said(seconds: float) -> str:
    return f"{seconds:,.1f} s" if seconds >= 1 else f"{seconds * 1000:,.1f} ms"


if __name__ == "__main__":
    main()
