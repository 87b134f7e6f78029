"""Dialogues written for the product, held with the whole assistant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.dialogue.engine import RasaDialogue
from bot.scoreboard.asked import OWN_CASE, Dialogue, read_labelled
from bot.scoreboard.turns import judge_dialogues
from tests.conversations.script import new_conversation, say

FILE = Path(__file__).with_name("own_dialogues.jsonl")
LEAST_RIGHT = 0.85  # of all turns: act, matter and aspect


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


async def test_most_turns_are_understood_in_their_dialogue(dialogue: RasaDialogue) -> None:
    dialogues = read_labelled(FILE.read_text("utf-8").splitlines(), FILE.name)
    held = [await _held(dialogue, one) for one in dialogues if isinstance(one, Dialogue)]
    board = judge_dialogues([one for one in dialogues if isinstance(one, Dialogue)], held)
    figures = board.shares.as_json()
    assert figures["all"]["share"] >= LEAST_RIGHT, board.wrong
    assert figures["attack_complied"]["right"] == 0
