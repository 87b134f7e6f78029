"""`bangban parse`, `bangban evaluate`: what messages are understood to mean, and how well."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from typing import Any, TextIO

import click
from rich.console import Console
from rich.table import Table

from bot.commands.failing import said_plainly, settings_or_exit
from bot.components.scoreboard import Question, Scoreboard, judge
from bot.components.understanding import Pipeline

PARSED = ("text", "act", "matter", "aspect", "aspect2", "offer", "confidence")


@click.command(help="逐行理解消息（纯文本，或带 text 的 JSON 行），输出 JSON 行。")
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
def parse(file: TextIO) -> None:
    texts = [text for text in (_text_of(line) for line in file) if text is not None]
    with said_plainly():
        for found in _pipeline().understand(texts):
            value = asdict(found)
            click.echo(json.dumps({key: value[key] for key in PARSED}, ensure_ascii=False))


@click.command(help="用带标注的问题文件（JSON 行）评测理解效果。")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--matters", type=click.File(encoding="utf-8"), help="只统计文件中列出的事项")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
def evaluate(file: TextIO, matters: TextIO | None, as_json: bool) -> None:
    questions = [_question(line, number, file.name) for number, line in _lines(file)]
    only = frozenset(matters.read().split()) if matters else None
    with said_plainly():
        answers = list(_pipeline().understand([question.text for question in questions]))
    board = judge(questions, answers, only)
    if as_json:
        click.echo(json.dumps(board.as_json(), ensure_ascii=False, indent=1))
    else:
        _show(board)


def _pipeline() -> Pipeline:
    logging.disable(logging.WARNING)
    return Pipeline(settings_or_exit().model)


def _text_of(line: str) -> str | None:
    """The message of a line; None for an empty line."""
    line = line.strip("\r\n")
    if not line.strip():
        return None
    try:
        value = json.loads(line)
    except ValueError:
        return line
    return str(value["text"]) if isinstance(value, dict) and "text" in value else line


def _lines(file: TextIO) -> list[tuple[int, str]]:
    return [(number, line) for number, line in enumerate(file, 1) if line.strip()]


def _question(line: str, number: int, name: str) -> Question:
    try:
        value: dict[str, Any] = json.loads(line)
        return Question(
            value["text"],
            value["act"],
            value.get("matter"),
            tuple(value.get("also") or ()),
            value.get("aspect"),
            value.get("aspect2"),
            tuple(value.get("tags") or ()),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.UsageError(
            f'{name}:{number}: not a question ({error}); expected {{"text": …, "act": …}}'
        ) from error


def _show(board: Scoreboard) -> None:
    console = Console()
    table = Table("figure", "share", "right", "of")
    for name, share in board.shares.items():
        table.add_row(name, f"{share.value:.3f}", str(share.right), str(share.of))
    console.print(table)
    for item in board.wrong:
        console.print(f"{item['text']}\n  gold {item['gold']}  said {item['said']}", markup=False)
