"""Collects what the dialogue says, whole: text, buttons and the facts behind it."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel

from bot.model.conversation import Button, Draft, EntryKind
from bot.model.receipt import Receipt


class ReplyCollector(OutputChannel):
    """An output channel that keeps each reply as a draft of the log."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []

    @classmethod
    def name(cls) -> str:
        return "bangban"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        buttons = tuple(Button(b["title"], b["payload"]) for b in message.get("buttons") or ())
        text = message.get("text") or ""
        facts, receipt = message.get("facts") or {}, message.get("receipt")
        given = Receipt(**receipt) if receipt else None
        self.drafts.append(Draft(EntryKind.BOT, text, buttons=buttons, facts=facts, receipt=given))
