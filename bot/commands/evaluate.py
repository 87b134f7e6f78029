"""`bangban parse`, `bangban evaluate`: what messages are understood to mean, and how well."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TextIO

import click

from bot.commands.failing import said_plainly, settings_or_exit
from bot.commands.scoreboards import show, show_asking_back, show_asking_both, show_dialogues
from bot.commands.talk import conversed
from bot.components.asking_back import asking_back
from bot.components.asking_both import asking_both
from bot.components.context_resolver import ContextResolver, limits_of, two_questions_of
from bot.components.cross_validation import config_of
from bot.components.cross_validation import cross_validate as held_out
from bot.components.understanding import Pipeline
from bot.scoreboard.asked import Dialogue, NotLabelled, Question, read_labelled
from bot.scoreboard.board import Scoreboard, judge
from bot.scoreboard.turns import DialogueBoard, judge_dialogues

PARSED = ("text", "act", "matter", "aspect", "aspect2", "offer", "confidence")


@click.command(help="逐行理解消息（纯文本，或带 text 的 JSON 行），输出 JSON 行。")
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
def parse(file: TextIO) -> None:
    texts = [text for text in (_text_of(line) for line in file) if text is not None]
    with said_plainly():
        for found in pipeline().understand(texts):
            value = asdict(found)
            click.echo(json.dumps({key: value[key] for key in PARSED}, ensure_ascii=False))


@click.command(help="用带标注的问题文件或对话文件（JSON 行，按内容识别）评测理解效果。")
@click.argument("file", type=click.File(encoding="utf-8"), required=False)
@click.option("--matters", type=click.File(encoding="utf-8"), help="只统计文件中列出的事项")
@click.option(
    "--cross-validate",
    is_flag=True,
    help="不读文件：在训练数据上交叉验证（每部分由没有见过它的模型判断），约需 3 分钟",
)
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
def evaluate(
    file: TextIO | None, matters: TextIO | None, cross_validate: bool, as_json: bool
) -> None:
    if (file is None) != cross_validate:
        raise click.UsageError("给出一个问题文件或对话文件，或者用 --cross-validate")
    only = frozenset(matters.read().split()) if matters else None
    if file is None:
        show_held_out(only, as_json)
        return
    board = of_file(file, only)
    if as_json:
        click.echo(json.dumps(board.as_json(), ensure_ascii=False, indent=1))
    elif isinstance(board, Scoreboard):
        show(board)
    else:
        show_dialogues(board)


def of_file(file: TextIO, only: frozenset[str] | None) -> Scoreboard | DialogueBoard:
    try:
        asked = read_labelled(file, file.name)
    except (NotLabelled, UnicodeDecodeError) as error:
        raise click.UsageError(str(error)) from error
    if asked and isinstance(asked[0], Dialogue):
        if only is not None:
            raise click.UsageError("--matters 只用于问题文件")
        return of_dialogues(asked)  # type: ignore[arg-type]
    return of_questions(asked, only)  # type: ignore[arg-type]


def show_held_out(only: frozenset[str] | None, as_json: bool) -> None:
    logging.disable(logging.WARNING)
    with said_plainly():
        judged = held_out()
    board = judge([one.question for one in judged], [one.found for one in judged], only)
    cases = [one.case for one in judged if one.case]
    config = config_of(ContextResolver)
    asking = asking_back(cases, limits_of(config))
    breaths = [one.breath for one in judged if one.breath]
    both = asking_both(breaths, two_questions_of(config).from_)
    if as_json:
        more = {"asking_back": asking.as_json(), "asking_both": both.as_json()}
        click.echo(json.dumps({**board.as_json(), **more}, ensure_ascii=False, indent=1))
        return
    show(board)
    show_asking_back(asking)
    show_asking_both(both)


def of_questions(questions: Sequence[Question], only: frozenset[str] | None = None) -> Scoreboard:
    with said_plainly():
        answers = list(pipeline().understand([question.text for question in questions]))
    return judge(questions, answers, only)


def of_dialogues(dialogues: Sequence[Dialogue]) -> DialogueBoard:
    """Each dialogue goes through the whole assistant, on a throw-away database."""
    logging.disable(logging.WARNING)
    with said_plainly():
        found = asyncio.run(_held(dialogues))
    return judge_dialogues(dialogues, found)


async def _held(dialogues: Sequence[Dialogue]) -> list[list[dict[str, Any]]]:
    spoken = ({"turns": [{"user": turn.text} for turn in one.turns]} for one in dialogues)
    return [turns async for _, turns in conversed(settings_or_exit(), spoken)]


def pipeline() -> Pipeline:
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
