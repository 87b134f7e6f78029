"""Conversations written down as prose (test_*.yml), and how one is held with a dialogue.

A file is a list of conversations: `conversation` (its title), `as` (the sample enterprise that is
signed in; nobody when absent) and `turns`. A turn says `user` (typed) or `press` (title of a button
offered before); everything else is expected:
  act, matter, aspect, aspect2   what is understood, in the words of the label guide
  offers       slugs of which it asks back
  says, never  fragments that the replies contain, or must not
  buttons      titles that are offered
  hands_over   a fragment of the reason for which a steward is fetched
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.model.conversation import Button, Conversation, Draft, Enterprise, Entry, EntryKind, Owner
from bot.model.receipt import spelled
from bot.model.times import CHINA
from bot.services.ports import Dialogue, TurnResult
from connectors.platforms.demo import SAMPLE_ENTERPRISES

FOLDER = Path(__file__).parent
SAMPLES = {one.name: Enterprise(one.credit_code, one.name) for one in SAMPLE_ENTERPRISES}
EXPECTED = frozenset(
    {"act", "matter", "aspect", "aspect2", "offers", "says", "never", "buttons", "hands_over"}
)
AT = datetime(2026, 11, 20, 15, 0, tzinfo=CHINA)


@dataclass(frozen=True)
class Turn:
    """What somebody does, and what is expected of the answer."""

    where: str  # file and title, for messages
    said: str
    pressed: bool
    expected: dict[str, Any]


@dataclass(frozen=True)
class Script:
    title: str
    enterprise: Enterprise | None
    turns: tuple[Turn, ...]


def scripts(folder: Path = FOLDER) -> list[Script]:
    """Every conversation of the folder, in order of file name."""
    return [script for path in sorted(folder.glob("test_*.yml")) for script in _of(path)]


def _of(path: Path) -> Iterator[Script]:
    for written in YAML(typ="safe").load(path.read_text("utf-8")):
        title = f"{path.stem.removeprefix('test_')}: {written['conversation']}"
        who = SAMPLES[written["as"]] if "as" in written else None
        turns = tuple(_turn(title, number, turn) for number, turn in enumerate(written["turns"], 1))
        yield Script(title, who, turns)


def _turn(title: str, number: int, written: dict[str, Any]) -> Turn:
    where = f"{title}, turn {number}"
    expected = {key: value for key, value in written.items() if key not in ("user", "press")}
    unknown = expected.keys() - EXPECTED
    if unknown:
        raise ValueError(f"{where}: unknown {sorted(unknown)}; known are {sorted(EXPECTED)}")
    return Turn(where, written.get("user") or written["press"], "press" in written, expected)


def new_conversation(enterprise: Enterprise | None = None) -> Conversation:
    return Conversation(
        id=uuid.uuid4().hex,
        channel="test",
        peer="somebody",
        owner=Owner.BOT,
        epoch=1,
        last_no=0,
        handled_no=0,
        state={},
        updated_at=AT,
        enterprise=enterprise,
    )


async def say(
    dialogue: Dialogue, conversation: Conversation, text: str, payload: str | None = None
) -> TurnResult:
    """One turn; the conversation keeps the new state as the database would, as JSON."""
    conversation.last_no += 1
    entry = Entry(conversation.id, conversation.last_no, AT, EntryKind.USER, text, payload=payload)
    result = await dialogue.turn(conversation, entry)
    conversation.state = json.loads(json.dumps(result.state))
    return result


async def hold(dialogue: Dialogue, script: Script) -> list[TurnResult]:
    """The whole conversation."""
    conversation = new_conversation(script.enterprise)
    offered: dict[str, Button] = {}
    results = []
    for turn in script.turns:
        payload = offered[turn.said].payload if turn.pressed else None
        result = await say(dialogue, conversation, turn.said, payload)
        offered |= {button.title: button for reply in result.replies for button in reply.buttons}
        results.append(result)
    return results


def differences(turn: Turn, result: TurnResult) -> list[str]:
    """What is not as expected, in words."""
    wrong = []
    for key, expected in turn.expected.items():
        found, right = _compare(key, expected, result)
        if not right:
            wrong.append(f"{turn.where} “{turn.said}”: {key} should be {expected}, is {found}")
    return wrong


def _compare(key: str, expected: Any, result: TurnResult) -> tuple[Any, bool]:
    text = "\n".join(reply.text for reply in result.replies)
    if key == "says":
        return text, all(fragment in text for fragment in expected)
    if key == "never":
        return text, not any(fragment in text for fragment in expected)
    if key == "buttons":
        titles = [button.title for reply in result.replies for button in reply.buttons]
        return titles, set(expected) <= set(titles)
    if key == "offers":
        offer = list(result.understood.get("offer") or [])
        return offer, set(expected) <= set(offer)
    if key == "hands_over":
        return result.hand_over, expected in (result.hand_over or "")
    found = result.understood.get(key)
    return found, found == expected


SOME_CODE = "some code"
KEY = re.compile(rf"(?<={SOME_CODE})-[0-9A-Z]+")  # the secret half of an address


def draft_as_said(draft: Draft) -> tuple[str, list[tuple[str, str]], str]:
    """A reply as something that can be compared and read; codes and keys are random."""
    buttons = [(button.title, button.payload) for button in draft.buttons]
    text, facts = draft.text, json.dumps(draft.facts, ensure_ascii=False, sort_keys=True)
    if draft.receipt:
        code = draft.receipt.code
        text, facts = text.replace(spelled(code), SOME_CODE), facts.replace(code, SOME_CODE)
        facts = KEY.sub("", facts)
    return text, buttons, facts
