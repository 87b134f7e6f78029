"""`python -m tests.bench.size`: what linking costs with 105, 5,000 and 50,000 matters.

The real catalogue beside generated ones, each in a process of its own, in turns. The same
questions, each with a place, are put to all; the encoder's time is stated apart. Catalogues and
indexes are compiled at the first run and opened from disk in every measured one.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import threadpoolctl
from rich.console import Console
from rich.table import Table

from bot.components.encoder import SentenceEncoder, shared_encoder
from bot.components.examiner import fusion_of
from bot.components.searchable import Searchable, build
from bot.components.vector_cache import VectorCache
from bot.dialogue.training import newest_model
from bot.settings import ROOT, read_settings
from knowledge.compiled import keep_compiled, open_compiled
from knowledge.loader import Catalogue, load_catalogue
from knowledge.search.linker import Linker
from knowledge.search.pinyin import syllables
from tests.bench import size_catalogue
from tests.bench.messages import NLU
from tests.bench.servers import QUIET
from tests.bench.size_catalogue import Composed, generated, placed_id, real_texts, towns

REAL = 105
SIZES = (REAL, 5_000, 50_000)
TURNS = 5
WANTED_MS, WANTED_TIMES, WANTED_LOAD = 15.0, 5.0, 10.0
PLACES_ASKED = 45  # so many places are in the smallest generated catalogue
CACHE = ROOT / ".cache" / "bench"
Found = dict[str, Any]


def main() -> None:
    console = Console()
    for size in SIZES[1:]:
        prepare(size, console)
    turns: dict[int, list[Found]] = {size: [] for size in SIZES}
    for turn in range(TURNS):
        console.print(f"turn {turn + 1} of {TURNS}…")
        for size in SIZES:
            turns[size].append(_in_a_process(size))
    found = {size: _middle(of_size) for size, of_size in turns.items()}
    console.print(_table(found))
    short = _short(found)
    console.print(f"short of what is wanted: {', '.join(short)}" if short else "all as wanted")
    sys.exit(1 if short else 0)


def prepare(size: int, console: Console) -> None:
    """Compiles what is not there yet."""
    folder = _folder(size)
    if (folder / "done").is_file():
        return
    for older in CACHE.glob(f"size-{size}-*"):
        shutil.rmtree(older)
    real, encoder = load_catalogue(), shared_encoder()
    encode = Composed(VectorCache(encoder, ROOT / ".cache" / "vectors.sqlite"))  # type: ignore[arg-type]
    near = encode.fit(real_texts(real))
    console.print(
        f"compiling {size:,} matters, once; composed vectors have the place at "
        f"{encode.share:.0%} and a cosine of {near:.3f} with encoded ones"
    )
    begun = time.perf_counter()
    keep_compiled(replace(real, version=folder.name), generated(real, size), folder)
    console.print(f"catalogue: {time.perf_counter() - begun:.0f} s")
    build(_opened(size), (), encoder, encode, lambda text: _said(console, begun, text))
    console.print(f"index: {time.perf_counter() - begun:.0f} s in all")
    (folder / "done").touch()


def _said(console: Console, begun: float, text: str) -> None:
    console.print(f"  {time.perf_counter() - begun:.0f} s  {text}")


def _folder(size: int) -> Path:
    made_from = load_catalogue().version.encode()
    for file in (Path(size_catalogue.__file__), size_catalogue.PLACES):
        made_from += file.read_bytes()
    return CACHE / f"size-{size}-{hashlib.sha256(made_from).hexdigest()[:12]}"


def _opened(size: int) -> Catalogue:
    if size == REAL:
        return load_catalogue()
    folder = _folder(size)
    catalogue = open_compiled(folder)
    if catalogue is None:
        raise RuntimeError(f"{folder} does not fit today's schema: delete it")
    return catalogue


def _in_a_process(size: int) -> Found:
    command = [sys.executable, "-m", "tests.bench.size", str(size)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **QUIET}, capture_output=True, text=True, check=True
    )
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(size: int) -> Found:
    """Load, then ask each question once, on one core, as a worker does."""
    threadpoolctl.threadpool_limits(1)
    encoder = shared_encoder()
    load_catalogue()  # the modules that loading needs
    gc.collect()
    before = _own_and_mapped()
    begun = time.perf_counter()
    current = build(_opened(size), (), encoder)
    seconds = time.perf_counter() - begun
    found = {"load": seconds, **_asked(size, current, encoder)}
    after = _own_and_mapped()
    found["memory"], found["mapped"] = (b - a for a, b in zip(before, after, strict=True))
    return found


def _own_and_mapped() -> tuple[float, float]:
    """MB of this process: what is its own, and what is mapped from files, which others share."""
    used = psutil.Process().memory_info()
    return (used.rss - used.shared) / 2**20, used.shared / 2**20


def _asked(size: int, current: Searchable, encoder: SentenceEncoder) -> Found:
    linker = Linker(current.matters, fusion_of(newest_model(read_settings().model)))
    questions = _questions()
    for text, _ in questions[::4]:  # without a place: what is asked below is new
        linker.link(text, encoder.encode([text], "query")[0])
    syllables.cache_clear()
    times: dict[str, list[float]] = {"read": [], "encode": [], "link": [], "cpu": []}
    there = first = alike = 0
    for number, (asked, matter) in enumerate(questions):
        place = number % PLACES_ASKED
        text = _timed(times["read"], current.speller.read, towns()[place].short + asked)
        vector = _timed(times["encode"], encoder.encode, [text], "query")[0]
        begun = time.thread_time()
        links = _timed(times["link"], linker.link, text, vector)
        times["cpu"].append((time.thread_time() - begun) * 1000)
        meant = matter if size == REAL else placed_id(matter, place)
        best = links.best(1)[0][0]
        there += meant in links.of
        first += best == meant
        alike += best == matter or best.rpartition("-")[0] == matter
    return {
        **{name: float(np.percentile(of_kind, 95)) for name, of_kind in times.items()},
        "link50": float(np.percentile(times["link"], 50)),
        "there": there / len(questions),
        "first": first / len(questions),
        "alike": alike / len(questions),
    }


def _timed(times: list[float], work: Callable[..., Any], *given: Any) -> Any:
    begun = time.perf_counter()
    result = work(*given)
    times.append((time.perf_counter() - begun) * 1000)
    return result


def _questions() -> list[tuple[str, str]]:
    """The development questions about one matter, with its id."""
    lines = (NLU / "dev_questions.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    known = load_catalogue().matters
    return [
        (row["text"], row["matter"])
        for row in rows
        if row["act"] == "ask_matter" and row["matter"] in known
    ]


def _middle(turns: list[Found]) -> Found:
    """The median of each figure over the turns."""
    return {name: statistics.median(turn[name] for turn in turns) for name in turns[0]}


def _short(found: dict[int, Found]) -> list[str]:
    largest, real = found[SIZES[-1]], found[REAL]
    return [
        name
        for name, bad in {
            f"p95 ≤ {WANTED_MS:.0f} ms": largest["link"] > WANTED_MS,
            f"p95 ≤ {WANTED_TIMES:.0f} × that at {REAL}": largest["link"]
            > WANTED_TIMES * real["link"],
            f"load ≤ {WANTED_LOAD:.0f} s": largest["load"] > WANTED_LOAD,
        }.items()
        if bad
    ]


def _table(found: dict[int, Found]) -> Table:
    table = Table("", *(f"{size:,} matters" for size in found))
    rows: dict[str, Callable[[Found], str]] = {
        "link p50 / p95 ms": lambda f: f"{f['link50']:.2f} / {f['link']:.2f}",
        "p95 of its own time on a core, ms": lambda f: f"{f['cpu']:.2f}",
        f"p95, times that at {REAL}": lambda f: f"{f['link'] / found[REAL]['link']:.1f} ×",
        "read p95 ms": lambda f: f"{f['read']:.2f}",
        "encoder p95 ms": lambda f: f"{f['encode']:.1f}",
        "load s": lambda f: f"{f['load']:.1f}",
        "memory of its own MB": lambda f: f"{f['memory']:.0f}",
        "mapped, shared MB": lambda f: f"{f['mapped']:.0f}",
        "the matter is a candidate": lambda f: f"{f['there']:.1%}",
        "the matter is first": lambda f: f"{f['first']:.1%}",
        "it or its like elsewhere": lambda f: f"{f['alike']:.1%}",
    }
    for name, said in rows.items():
        table.add_row(name, *(said(of_size) for of_size in found.values()))
    return table


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(measure(int(sys.argv[1]))))
    else:
        main()
