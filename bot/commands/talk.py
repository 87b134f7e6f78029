"""`bangban ask`, `bangban chat`, `bangban converse`: the whole assistant in the terminal."""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TextIO

import click

from bot.commands.failing import said_plainly, settings_or_exit
from bot.model.conversation import SPOKEN_TO_ENTERPRISE, Entry, Inbound
from bot.services.ports import Refused
from bot.settings import Settings

TERMINAL = "terminal"
OWN_CASES = ("case_status", "missing_documents")


@click.command(help="问一个问题，答复打印到标准输出。")
@click.argument("question")
def ask(question: str) -> None:
    with said_plainly():
        try:
            replies = asyncio.run(_ask(_settings(), question))
        except Refused as refused:
            raise click.UsageError(str(refused)) from refused
    for reply in replies:
        click.echo(reply)


@click.command(help="在终端里对话；空行或 Ctrl-D 结束。输入方括号里的选项等于点选。")
def chat() -> None:
    with said_plainly():
        _chat(_settings())


@click.command(help="逐行读入对话（JSON），用完整的助手各跑一遍，输出每轮的理解与答复。")
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
def converse(file: TextIO) -> None:
    dialogues = _dialogues(file)
    with said_plainly():
        asyncio.run(_converse(_settings(), dialogues))


def _settings() -> Settings:
    logging.disable(logging.WARNING)
    return settings_or_exit()


class Talk:
    """A throw-away database with the whole assistant on it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Talk:
        from bot.bootstrap import running
        from bot.storage.database import make_engine
        from bot.storage.migrate import migrate

        folder = self._stack.enter_context(tempfile.TemporaryDirectory())
        url = f"sqlite:///{Path(folder) / 'talk.db'}"
        engine = make_engine(url)
        migrate(engine)
        engine.dispose()
        settings = self._settings.copy(update={"database_url": url})
        self._parts = await self._stack.enter_async_context(running(settings))
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def say(self, peer: str, text: str, payload: str | None = None) -> list[Entry]:
        """What was said in answer to a message. Raises Refused for one that is not taken in."""
        from bot.services.receive_message import receive_message

        parts = self._parts
        inbound = Inbound(TERMINAL, peer, uuid.uuid4().hex, text, payload)
        received = await receive_message(parts.database, parts.hub, inbound)
        with parts.hub.listening(received.conversation) as changed:
            while True:
                changed.clear()
                head, found = await parts.database.read(
                    lambda log: (
                        log.find(received.conversation),
                        log.entries(received.conversation, received.no, 50, notes=False),
                    )
                )
                if head is not None and head.handled_no >= received.no:
                    return [entry for entry in found if entry.kind in SPOKEN_TO_ENTERPRISE]
                await changed.wait()


async def _ask(settings: Settings, question: str) -> list[str]:
    async with Talk(settings) as talk:
        return [entry.text for entry in await talk.say("ask", question)]


def _chat(settings: Settings) -> None:
    """Reads on the main thread, so that Ctrl-C ends it at once."""
    loop = asyncio.new_event_loop()
    talk = Talk(settings)
    loop.run_until_complete(talk.__aenter__())
    try:
        click.echo("请提问（空行结束）：")
        payloads: dict[str, str] = {}
        while text := _typed():
            try:
                said = loop.run_until_complete(talk.say("chat", text, payloads.get(text)))
            except Refused as refused:
                click.echo(str(refused))
                continue
            for entry in said:
                click.echo(entry.text)
                for button in entry.buttons:
                    payloads[button.title] = button.payload
                    click.echo(f"  [{button.title}]")
    finally:
        loop.run_until_complete(talk.__aexit__())
        loop.close()


def _typed() -> str:
    """One line; empty at the end."""
    try:
        return input("> ").strip()
    except EOFError:
        return ""


async def _converse(settings: Settings, dialogues: Iterable[dict[str, Any]]) -> None:
    async for dialogue, turns in conversed(settings, dialogues):
        said = [{**turn, **found} for turn, found in zip(dialogue["turns"], turns, strict=True)]
        click.echo(json.dumps({**dialogue, "turns": said}, ensure_ascii=False))


async def conversed(
    settings: Settings, dialogues: Iterable[dict[str, Any]]
) -> AsyncIterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each dialogue with what the whole assistant made of its turns, and said to them."""
    async with Talk(settings) as talk:
        for number, dialogue in enumerate(dialogues):
            peer = f"dialogue-{number}"
            yield dialogue, [await _turn(talk, peer, turn["user"]) for turn in dialogue["turns"]]


async def _turn(talk: Talk, peer: str, text: str) -> dict[str, Any]:
    try:
        return _understood(await talk.say(peer, text))
    except Refused as refused:  # empty or too long: nothing that could be understood
        return {**_understood([]), "act": "out_of_scope", "replies": [str(refused)]}


def _understood(replies: list[Entry]) -> dict[str, Any]:
    """What the turn was understood to mean, as the log keeps it with the replies."""
    of_turn = (entry.facts["understood"] for entry in replies if "understood" in entry.facts)
    found: dict[str, Any] = next(of_turn, {})
    known = {key: found.get(key) for key in ("act", "matter", "aspect", "aspect2")}
    if known["act"] in OWN_CASES:  # the matter mentioned only narrows the enterprise's own cases
        known["matter"] = None
    return {
        **known,
        "offer": list(found.get("offer") or []),
        "replies": [entry.text for entry in replies],
    }


def _dialogues(file: TextIO) -> list[dict[str, Any]]:
    try:
        lines = [(number, line) for number, line in enumerate(file, 1) if line.strip()]
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file.name}: not UTF-8 ({error})") from error
    return [_dialogue(line, f"{file.name}:{number}") for number, line in lines]


def _dialogue(line: str, where: str) -> dict[str, Any]:
    expected = '{"id": …, "turns": [{"user": …}]}'
    try:
        dialogue: dict[str, Any] = json.loads(line)
        texts = [turn["user"] for turn in dialogue["turns"]]
    except (ValueError, KeyError, TypeError) as error:
        raise click.UsageError(f"{where}: not a dialogue ({error}); expected {expected}") from error
    if not all(isinstance(text, str) for text in texts):
        raise click.UsageError(f"{where}: each user is a text; expected {expected}")
    return dialogue
