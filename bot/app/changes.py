"""Answers that may need correcting, as JSON."""

from __future__ import annotations

from typing import Any

from bot.app.entries import moment
from bot.services.review_receipts import Outdated


def outdated_json(one: Outdated) -> dict[str, Any]:
    head = one.conversation
    who = head.enterprise
    return {
        "conversation": head.id,
        "channel": head.channel,
        "owner": head.owner.value,
        "enterprise": {"id": who.id, "name": who.name} if who else None,
        "no": one.no,
        "at": moment(one.at),
        "receipt": one.code,
        "matter": {"id": one.matter, "name": one.name},
        "changes": list(one.changes),
    }
