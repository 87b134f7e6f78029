"""`bangban ask`, `bangban chat`, `bangban converse`: the whole assistant in the terminal."""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
import uuid
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TextIO

import click

from bot.commands.failing import said_plainly, settings_or_exit
from bot.model.conversation import SPOKEN_TO_ENTERPRISE, Entry, Inbound
from bot.settings import Settings

TERMINAL = "terminal"


@click.command(help="问一个问题，答复打印到标准输出。")
@click.argument("question")
def ask(question: str) -> None:
    with said_plainly():
        for reply in asyncio.run(_ask(_settings(), question)):
            click.echo(reply)


@click.command(help="在终端里对话；空行或 Ctrl-D 结束。")
def chat() -> None:
    with said_plainly():
        asyncio.run(_chat(_settings()))


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

    async def say(self, peer: str, text: str) -> list[Entry]:
        """What was said in answer to a message."""
        from bot.services.receive_message import receive_message

        parts = self._parts
        inbound = Inbound(TERMINAL, peer, uuid.uuid4().hex, text)
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


async def _chat(settings: Settings) -> None:
    async with Talk(settings) as talk:
        click.echo("请提问（空行结束）：")
        while True:
            try:
                text = await asyncio.to_thread(input, "> ")
            except EOFError:
                return
            if not text.strip():
                return
            for entry in await talk.say("chat", text):
                click.echo(entry.text)
                for button in entry.buttons:
                    click.echo(f"  [{button.title}]")


async def _converse(settings: Settings, dialogues: Iterable[dict[str, Any]]) -> None:
    async with Talk(settings) as talk:
        for number, dialogue in enumerate(dialogues):
            turns = [
                {**turn, **_understood(await talk.say(f"dialogue-{number}", turn["user"]))}
                for turn in dialogue["turns"]
            ]
            click.echo(json.dumps({**dialogue, "turns": turns}, ensure_ascii=False))


def _understood(replies: list[Entry]) -> dict[str, Any]:
    """What the turn was understood to mean, as the log keeps it with the replies."""
    of_turn = (entry.facts["understood"] for entry in replies if "understood" in entry.facts)
    found: dict[str, Any] = next(of_turn, {})
    known = {key: found.get(key) for key in ("act", "matter", "aspect", "aspect2")}
    return {
        **known,
        "offer": list(found.get("offer") or []),
        "replies": [entry.text for entry in replies],
    }


def _dialogues(file: TextIO) -> list[dict[str, Any]]:
    dialogues = []
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            dialogue = json.loads(line)
            [turn["user"] for turn in dialogue["turns"]]
        except (ValueError, KeyError, TypeError) as error:
            expected = '{"id": …, "turns": [{"user": …}]}'
            raise click.UsageError(
                f"{file.name}:{number}: not a dialogue ({error}); expected {expected}"
            ) from error
        dialogues.append(dialogue)
    return dialogues
