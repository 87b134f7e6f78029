"""The counter that every scenario of an enterprise begins at."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.dialogue.engine import RasaDialogue
from tests.fakes.product import product
from tests.scenarios.counter import Counter


@pytest_asyncio.fixture
async def counter(database_url: str, dialogue: RasaDialogue) -> AsyncIterator[Counter]:
    async with product(database_url, dialogue) as running:
        yield Counter(running)
