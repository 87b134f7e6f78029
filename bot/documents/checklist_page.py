"""A checklist of missing documents as a page to print."""

from __future__ import annotations

from datetime import datetime

from bot.documents.pages import render
from bot.model.times import CHINA
from bot.services.dates_in_words import moment
from bot.services.give_checklist import TITLE
from bot.services.list_missing import TO_HAND_IN, MaterialState
from bot.services.missing_in_words import NO_LIST, STATE_NAMES
from bot.services.review_receipts import Issued

# What there is to do comes first.
ORDER = (
    *TO_HAND_IN,
    MaterialState.OPEN,
    MaterialState.EARLIER,
    MaterialState.SHARED,
    MaterialState.PAPER,
    MaterialState.RECEIVED,
    MaterialState.NOT_ASKED,
)
TO_TICK = frozenset(state.value for state in ORDER[:3])


def checklist_page(issued: Issued) -> str:
    """The page of a stored checklist."""
    kept = issued.content["checklist"]
    until = datetime.fromisoformat(kept["until"])
    cases = [{**case, "groups": _groups(case["lines"])} for case in kept["cases"]]
    return render(
        "checklist.html.j2",
        title=TITLE,
        enterprise=kept["enterprise"]["name"],
        told=f"{issued.at.astimezone(CHINA):%Y-%m-%d %H:%M}（北京时间）",
        when=kept["when"],
        until=moment(until),
        cases=cases,
        no_list=NO_LIST,
        to_tick=TO_TICK,
    )


def _groups(lines: list[dict[str, object]]) -> list[tuple[str, list[dict[str, object]]]]:
    """The lines by state, in the order of what there is to do; what is objected to first."""
    grouped = (
        (STATE_NAMES[state], sorted(_in(lines, state), key=lambda line: line["wrong"] is None))
        for state in ORDER
    )
    return [(name, found) for name, found in grouped if found]


def _in(lines: list[dict[str, object]], state: MaterialState) -> list[dict[str, object]]:
    return [line for line in lines if line["state"] == state.value]
