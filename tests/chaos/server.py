"""The process that is killed: the real application around a dialogue that repeats what it hears."""

from __future__ import annotations

import asyncio
import random

from aiohttp import web

from bot.app.server import create_app
from bot.model.conversation import Conversation, Entry
from bot.services.ports import TurnResult
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.product import PLUGS, parts_for

LONGEST_THOUGHT_SECONDS = 0.03  # long enough that a kill often meets a turn half done


class SlowEcho(ScriptedDialogue):
    """Repeats what it hears after a while."""

    async def turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        await asyncio.sleep(random.uniform(0, LONGEST_THOUGHT_SECONDS))
        return await super().turn(conversation, message)


def serve(url: str, port: int) -> None:
    """Serves until it is killed; `url` has its tables."""
    asyncio.run(_serve(url, port))


async def _serve(url: str, port: int) -> None:
    parts = parts_for(url, SlowEcho())
    await parts.scheduler.catch_up()
    runner = web.AppRunner(create_app(parts, PLUGS), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()
