"""The departures from stock Rasa that replace methods of its classes; each says why."""

from __future__ import annotations

from bot.dialogue import (
    action_schema,
    empty_domain,
    event_types,
    rule_memory,
    slot_copies,
    step_log,
)

REPLACING = (
    action_schema,
    empty_domain,
    event_types,
    rule_memory,
    slot_copies,
    step_log,
)


def install() -> None:
    for departure in REPLACING:
        departure.install()
