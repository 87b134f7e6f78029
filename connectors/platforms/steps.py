"""The steps of a case from events as a platform sends them: any order, repeated, incomplete."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from bot.model.case import Step
from connectors.platforms import values
from connectors.platforms.codes import Codes


class Event(NamedTuple):
    """One status event as it came; nothing of it needs to be readable."""

    at: Any
    code: Any
    office: Any = None
    opinion: Any = None
    serial: Any = None


def steps_of(events: Iterable[Event], codes: Codes) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """Steps in order, each event once, and in Chinese what had to be left out."""
    steps: dict[tuple[object, ...], Step] = {}
    unusable = 0
    for event in events:
        at, code = values.moment(event.at), values.code(event.code)
        if at is None or code is None:
            unusable += 1
            continue
        status, label = codes.status(code)
        office, opinion = values.text(event.office), values.text(event.opinion)
        step = Step(at, status, label, code, office, opinion, values.text(event.serial) or "")
        # Some cities send the same event twice, with a new serial number.
        steps.setdefault((at, code, office, opinion), step)
    notes = (f"有{unusable}条办理记录缺少时间或状态，没有计入。",) if unusable else ()
    return tuple(sorted(steps.values(), key=lambda step: step.order)), notes
