"""Ours and stock Rasa, each in this process as it would understand a message that came in."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent

from bot.components.searchable import warm
from bot.components.understanding import NOT_LANGUAGE, in_words
from bot.dialogue.engine import Turns, as_plain_text
from bot.model.understanding import Understood

ASK = "ask_"


class Ours:
    name = "bangban"

    def __init__(self, model: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._turns = Turns(model, self._no_action, warm)

    async def _no_action(self, call: dict[str, Any]) -> None:
        raise AssertionError("understanding runs no action")

    def understand(self, text: str) -> Understood:
        parsed = self._loop.run_until_complete(self._turns.parse(text))
        return in_words(text, parsed.get("understanding") or NOT_LANGUAGE)


class Stock:
    """Its intents say act and aspect; the matter is the entity that it finds."""

    name = "stock Rasa"

    def __init__(self, model: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._agent = Agent.load(str(model))

    def understand(self, text: str) -> Understood:
        parsed = self._loop.run_until_complete(self._agent.parse_message(as_plain_text(text)))
        intent = parsed["intent"]["name"] or "nlu_fallback"
        found = [e for e in parsed["entities"] if e["entity"] == "matter"]
        found.sort(key=lambda entity: -entity.get("confidence_entity", 0.0))
        ranking = [(str(e["value"]), float(e.get("confidence_entity", 0.0))) for e in found]
        asks = intent.startswith(ASK)
        return Understood(
            text=text,
            act="ask_matter" if asks else "out_of_scope" if intent == "nlu_fallback" else intent,
            matter=ranking[0][0] if asks and ranking else None,
            aspect=intent[len(ASK) :] if asks else None,
            aspect2=None,
            offer=[],
            confidence=float(parsed["intent"]["confidence"]),
            ranking=ranking,
        )
