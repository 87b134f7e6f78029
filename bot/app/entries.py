"""Entries and conversations as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.model.conversation import Conversation, Entry, Owner
from bot.model.times import CHINA
from bot.services.hand_over import DeskHours
from bot.services.ports import Log


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in China time."""
    return at.astimezone(CHINA).isoformat(timespec="milliseconds") if at else None


def entry_json(entry: Entry) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "no": entry.no,
        "kind": entry.kind.value,
        "author": entry.author,
        "text": entry.text,
        "buttons": [{"title": b.title, "payload": b.payload} for b in entry.buttons],
        "at": moment(entry.at),
    }
    if entry.owner:
        shown["owner"] = entry.owner.value
    return {**shown, **documents_json(entry)}


def documents_json(entry: Entry) -> dict[str, Any]:
    """The code of the entry's receipt, and the addresses of the pages that it hands over."""
    names = ("receipt", "notice", "checklist")
    return {name: entry.facts[name] for name in names if name in entry.facts}


def queue_json(log: Log, head: Conversation, hours: DeskHours) -> dict[str, Any] | None:
    """The place in the queue while waiting, else None."""
    if head.owner is not Owner.WAITING:
        return None
    return {
        "position": log.queue_position(head),
        "hours": hours.said,
        "answer_by": moment(head.answer_by),
    }
