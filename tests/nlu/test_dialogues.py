"""Dialogues held with the whole assistant: our own, and those that others wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.engine import RasaDialogue
from bot.scoreboard.asked import OWN_CASE, Dialogue, read_labelled
from bot.scoreboard.turns import judge_dialogues
from tests.conversations.script import new_conversation, say

HERE = Path(__file__).parent
# Of all turns: act, matter and aspect. What is heard was learned from, what is unseen was not.
LEAST_RIGHT = {"own": 0.92, "heard": 0.8, "unseen": 0.83}


async def _held(dialogue: RasaDialogue, script: Dialogue) -> list[dict[str, Any]]:
    conversation, turns = new_conversation(), []
    for turn in script.turns:
        result = await say(dialogue, conversation, turn.text)
        found = {**dict.fromkeys(("matter", "aspect", "aspect2")), **result.understood}
        if found["act"] in OWN_CASE:
            found["matter"] = None
        offer = list(found.get("offer") or [])
        turns.append({**found, "offer": offer, "replies": [one.text for one in result.replies]})
    return turns


@pytest.mark.parametrize(("whose", "floor"), LEAST_RIGHT.items())
async def test_most_turns_are_understood_in_their_dialogue(
    dialogue: RasaDialogue, whose: str, floor: float
) -> None:
    file = HERE / f"{whose}_dialogues.jsonl"
    dialogues = read_labelled(file.read_text("utf-8").splitlines(), file.name)
    held = [await _held(dialogue, one) for one in dialogues if isinstance(one, Dialogue)]
    board = judge_dialogues([one for one in dialogues if isinstance(one, Dialogue)], held)
    figures = board.shares.as_json()
    assert figures["all"]["share"] >= floor, board.wrong
    assert figures["attack_complied"]["right"] == 0
