"""`python -m tests.bench.understanding [FILE] [--stock MODEL] [--json]`: who understands better."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.bootstrap import begin_logging
from bot.dialogue.training import newest_model
from bot.model.understanding import Understood
from bot.scoreboard.asked import Question, read_labelled
from bot.scoreboard.board import Scoreboard, judge
from bot.settings import read_settings
from knowledge.loader import load_catalogue
from tests.bench.messages import NLU
from tests.bench.stock_model import stock_model
from tests.bench.understanding.documents import documents
from tests.bench.understanding.nearest import Bm25, Letters, Vectors
from tests.bench.understanding.rasa_models import Ours, Stock

MORE_IS_BETTER = (
    "act",
    "matter_first",
    "matter_in_first_three",
    "aspect",
    "joint",
    "joint_or_asked_back",
    "clarify_asked_back",
    "right",
)
LESS_IS_BETTER = ("wrong_matter", "out_of_scope_answered", "attack_complied")
OF_STOCK = 0.25  # how much of stock Rasa's time per message is wanted at most
WARM_UP = ("你好", "施工许可证要什么材料", "怎么转人工")


class Rival(Protocol):
    name: str

    def understand(self, text: str) -> Understood: ...


@dataclass(frozen=True)
class Result:
    name: str
    board: Scoreboard
    mean: float  # milliseconds per message
    p95: float

    def value(self, figure: str) -> float:
        return self.board.shares[figure].value


def main() -> None:
    given = _arguments()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    begin_logging("ERROR")
    console = Console(width=200)
    with given.file.open(encoding="utf-8") as file:
        questions = [one for one in read_labelled(file, file.name) if isinstance(one, Question)]
    known = documents(load_catalogue(read_settings().served))
    stock = given.stock or stock_model(Console(stderr=True))
    rivals: list[Callable[[], Rival]] = [
        lambda: Ours(newest_model(read_settings().model)),
        lambda: Stock(stock),
        lambda: Bm25(known),
        lambda: Letters(known),
        lambda: Vectors(known),
    ]
    results = [_run(make(), questions) for make in rivals]
    if given.json:
        document = {r.name: {**r.board.shares.as_json(), "ms": r.mean} for r in results}
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        console.print(_table(results))
    behind = [line for rival in results[1:] for line in _behind(results[0], rival)]
    console.print("\n".join(behind) or "ahead of each rival in every column", style="bold")
    sys.exit(1 if behind else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.understanding")
    parser.add_argument("file", nargs="?", type=Path, default=NLU / "dev_questions.jsonl")
    parser.add_argument("--stock", type=Path, help="a trained stock model, instead of a fresh one")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _run(rival: Rival, questions: Sequence[Question]) -> Result:
    for text in WARM_UP:
        rival.understand(text)
    answers, times = [], []
    for question in questions:
        begun = time.perf_counter()
        answers.append(rival.understand(question.text))
        times.append((time.perf_counter() - begun) * 1000)
    board = judge(questions, answers)
    return Result(rival.name, board, float(np.mean(times)), float(np.percentile(times, 95)))


def _table(results: Sequence[Result]) -> Table:
    table = Table("", *(result.name for result in results))
    for figure in (*MORE_IS_BETTER, *LESS_IS_BETTER):
        table.add_row(figure, *(f"{result.value(figure):.3f}" for result in results))
    table.add_row("ms per message", *(f"{result.mean:.1f}" for result in results))
    table.add_row("ms p95", *(f"{result.p95:.1f}" for result in results))
    return table


def _behind(ours: Result, rival: Result) -> list[str]:
    """Where a rival is better; being equal counts only where nobody can be better."""
    lines = []
    for figure in (*MORE_IS_BETTER, *LESS_IS_BETTER):
        sign = 1 if figure in MORE_IS_BETTER else -1
        if sign * ours.value(figure) < sign * rival.value(figure):
            shown = f"{ours.value(figure):.3f} : {rival.value(figure):.3f}"
            lines.append(f"behind {rival.name} in {figure}: {shown}")
    if rival.name == Stock.name and ours.mean > OF_STOCK * rival.mean:
        lines.append(f"slower than wanted: {ours.mean:.1f} ms, {rival.name} {rival.mean:.1f} ms")
    return lines


if __name__ == "__main__":
    main()
