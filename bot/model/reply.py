"""What the assistant wants to say, and what it wants to remember."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.model.conversation import Button
from bot.model.receipt import Receipt

TO_STEWARD = Button("转人工", "/steward")


@dataclass(frozen=True)
class Reply:
    """`remember` are slots to set (None clears one); `facts` go into the log with the text."""

    text: str
    buttons: tuple[Button, ...] = ()
    remember: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    receipt: Receipt | None = None
