"""What is not our business: calm, fixed words, and those that fit when somebody tries to cheat."""

from __future__ import annotations

from typing import Any

from bot.model.reply import TO_STEWARD, Reply
from bot.model.understanding import Understanding
from bot.services.keep_unanswered import unanswered
from knowledge.attempts import attempt_of

DOUBTFUL = (
    0.8  # declined with less confidence, a message may have been about our business after all
)


def decline_attempt(text: str) -> Reply | None:
    """The answer to an attempt to manipulate, an insult or a bribe; None when it is none.

    The same words every time: nothing of the message is repeated, and nothing is remembered.
    """
    attempt = attempt_of(text)
    if attempt is None:
        return None
    return Reply(attempt.reply, buttons=(TO_STEWARD,), facts={"attempt": attempt.kind})


def doubt(asked: Understanding) -> dict[str, Any]:
    """Facts that keep a message which was declined without being sure, for the editor."""
    return unanswered(asked) if asked.confidence < DOUBTFUL else {}
