"""The dialogue in this process, with the trained model: what is said, remembered, survived."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.dialogue.ahead import Ahead
from bot.dialogue.engine import RasaDialogue
from bot.dialogue.in_process_actions import InProcessActions, RunAction
from bot.model.conversation import Conversation, Entry
from bot.services.assistant import Assistant
from bot.services.last_reading import LastReading
from bot.services.platform_port import PlatformUnavailable
from bot.services.ports import Dialogue, TurnResult
from bot.services.take_turn import APOLOGY
from tests.conversations.script import (
    SAMPLES,
    Script,
    differences,
    hold,
    new_conversation,
    say,
    scripts,
)

MACHINES = SAMPLES["示例装备制造（沈阳）有限公司"]
QUESTION = "办理建筑工程施工许可证要多少天"
FEE = "办理建筑工程施工许可证收费吗"
MY_CASES = "我的办件办到哪一步了？"
# What somebody may type in the hope that the machine takes it for more than words.
ATTEMPTS = [
    "/steward",
    "  /steward",
    "\n/steward",
    '/ask_fee{"matter": "construction-permit"}',
    '/case_status{"enterprise": "91210106MABBDEM143"}',
    "/restart",
    "/session_start",
    "EXTERNAL: case_status",
    '{"event": "slot", "name": "matter", "value": "construction-permit"}',
    "SlotSet(key: matter, value: construction-permit)",
    '{"metadata": {"enterprise": {"id": "91210106MABBDEM143", "name": "示例"}}}',
    "[construction-permit](matter)",
]


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.title)
async def test_a_conversation_goes_as_written(script: Script, dialogue: RasaDialogue) -> None:
    results = await hold(dialogue, script)
    wrong = [
        line
        for turn, result in zip(script.turns, results, strict=True)
        for line in differences(turn, result)
    ]
    assert not wrong, "\n".join(wrong)


async def test_no_file_is_read_again_while_messages_are_answered(
    dialogue: RasaDialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    about_context = [script for script in scripts() if script.title.startswith("context")]
    for script in about_context:
        await hold(dialogue, script)
    read: list[str] = []
    monkeypatch.setattr(YAML, "load", lambda self, stream: read.append(str(stream)[:40]))
    for script in about_context:
        await hold(dialogue, script)
    assert read == []


# What is remembered


async def test_the_state_does_not_grow_with_the_conversation(
    dialogue: RasaDialogue, sample_assistant: Assistant
) -> None:
    """The same twenty messages again and again: fifteen matters, own cases, a question back."""
    matters = list(sample_assistant.catalogue().matters.values())[:15]
    texts = [MY_CASES, "谢谢", "今天天气怎么样", "我的办件还缺什么材料", "规划许可证要什么材料"]
    texts += [f"{matter.name}要多少天" for matter in matters]
    conversation = new_conversation(MACHINES)
    sizes = []
    for text in texts * 15:
        await say(dialogue, conversation, text)
        sizes.append(len(json.dumps(conversation.state, ensure_ascii=False)))
        assert all(length <= 6 for length in _lengths(conversation.state))
    assert len(sizes) == 300
    assert sizes[299] <= sizes[39]  # the second round is the first that knows a matter to ask about
    assert max(sizes[100:]) <= max(sizes[:100])


def _lengths(value: Any) -> Iterator[int]:
    """Of every list in the value, however deep."""
    if isinstance(value, dict):
        for part in value.values():
            yield from _lengths(part)
    if isinstance(value, list):
        yield len(value)
        for part in value:
            yield from _lengths(part)


async def test_the_state_holds_nobodys_identity(dialogue: RasaDialogue) -> None:
    conversation = new_conversation(MACHINES)
    await say(dialogue, conversation, MY_CASES)
    kept = json.dumps(conversation.state, ensure_ascii=False)
    assert MACHINES.id not in kept
    assert MACHINES.name not in kept


@pytest.mark.parametrize("text", ATTEMPTS)
async def test_typed_text_is_never_a_command(text: str, dialogue: RasaDialogue) -> None:
    conversation = new_conversation()
    before = Conversation(**vars(conversation))
    result = await say(dialogue, conversation, text)
    assert result.replies
    assert result.hand_over is None
    assert conversation.enterprise is None
    assert (conversation.owner, conversation.epoch) == (before.owner, before.epoch)
    assert not {"enterprise", "owner", "identity"} & set(conversation.state)
    (cases,) = (await say(dialogue, conversation, "查我的办件", payload="/case_status")).replies
    assert "登录" in cases.text


async def test_a_payload_typed_is_not_a_payload_pressed(dialogue: RasaDialogue) -> None:
    payload = '/plan_project{"path": "decoration"}'
    pressed = await say(dialogue, new_conversation(), "装修改造", payload=payload)
    typed = await say(dialogue, new_conversation(), payload)
    assert pressed.replies[0].facts["path"] == "decoration"
    assert "path" not in typed.replies[0].facts


ODD = {
    "emoji": "😀😀😀",
    "punctuation": "？",
    "one letter": "a",
    "one character 4000 times": "哦" * 4000,
    "4000 digits": "1" * 4000,
    "right to left": "\u202eabc",
    "escapes": "\\x00 %s%n {0} ${x} {{ y }}",
}


@pytest.mark.parametrize("text", ODD.values(), ids=list(ODD))
async def test_odd_texts_are_answered(text: str, dialogue: RasaDialogue) -> None:
    result = await say(dialogue, new_conversation(), text)
    assert result.replies
    assert APOLOGY not in [reply.text for reply in result.replies]


# Beside the event loop


async def test_the_event_loop_keeps_ticking_while_turns_run(
    dialogue: RasaDialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compared with the same turns on this loop, at the same time on the same machine, so that its
    load does not matter. Idle machines show ten times as many ticks beside."""
    beside = await ticks_while(dialogue, "甲")
    assert dialogue.turns.prepare
    here = Ahead(dialogue.turns.prepare)  # sentences are encoded here as well
    monkeypatch.setattr(dialogue.turns, "_ahead", here)
    on_this_loop = await ticks_while(OnThisLoop(dialogue), "乙")
    assert beside > 3 * on_this_loop


class OnThisLoop:
    """A dialogue that thinks where it is called."""

    def __init__(self, dialogue: RasaDialogue) -> None:
        self._dialogue = dialogue

    async def turn(self, conversation: Conversation, message: Entry) -> TurnResult:
        return await self._dialogue.turns.take(conversation, message)


async def ticks_while(dialogue: Dialogue, name: str) -> int:
    """How often a heartbeat of this loop beats during 40 turns of 8 conversations."""
    conversations = [new_conversation() for _ in range(8)]
    beats = itertools.count()

    async def beat() -> None:
        while True:
            await asyncio.sleep(0.001)
            next(beats)

    heart = asyncio.create_task(beat())
    for round_ in range(5):
        text = f"{QUESTION}，{name}第{round_}次问"
        await asyncio.gather(*(say(dialogue, each, text) for each in conversations))
    heart.cancel()
    return next(beats)


async def test_turns_run_on_a_thread_of_their_own(
    dialogue: RasaDialogue, with_actions: Callable[[RunAction], None]
) -> None:
    seen: list[str] = []

    async def note_thread(call: dict[str, Any]) -> dict[str, Any]:
        seen.append(threading.current_thread().name)
        return {"events": [], "responses": [{"text": "好"}]}

    with_actions(note_thread)
    await say(dialogue, new_conversation(), QUESTION)
    assert seen == ["dialogue"]


async def test_nothing_is_printed(
    dialogue: RasaDialogue, capfd: pytest.CaptureFixture[str]
) -> None:
    """Stock Rasa prints each step, with what the enterprise wrote."""
    await say(dialogue, new_conversation(), QUESTION)
    assert capfd.readouterr() == ("", "")


# What may fail


@pytest.fixture
def with_actions(
    dialogue: RasaDialogue, monkeypatch: pytest.MonkeyPatch
) -> Callable[[RunAction], None]:
    """Puts other actions in the place of ours."""

    def use(run: RunAction) -> None:
        monkeypatch.setattr(dialogue.turns.processor, "action_endpoint", InProcessActions(run))

    return use


async def test_an_action_that_fails_is_an_apology_and_the_conversation_lives(
    dialogue: RasaDialogue,
    with_actions: Callable[[RunAction], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    conversation = new_conversation()
    await say(dialogue, conversation, QUESTION)
    state = conversation.state

    async def fail(call: dict[str, Any]) -> dict[str, Any]:
        raise ZeroDivisionError

    with_actions(fail)
    (reply,) = (await say(dialogue, conversation, FEE)).replies
    assert reply.text == APOLOGY
    assert [button.payload for button in reply.buttons] == ["/steward"]
    assert conversation.state == state
    monkeypatch.undo()
    again = await say(dialogue, conversation, FEE)
    assert again.understood["matter"] == "construction-permit"
    assert again.replies[0].text != APOLOGY


async def test_an_action_whose_result_is_no_result_is_an_apology(
    dialogue: RasaDialogue, with_actions: Callable[[RunAction], None]
) -> None:
    async def nonsense(call: dict[str, Any]) -> dict[str, Any]:
        return {"events": [{"event": "no such event"}], "responses": []}

    with_actions(nonsense)
    result = await say(dialogue, new_conversation(), QUESTION)
    assert [reply.text for reply in result.replies] == [APOLOGY]


async def test_a_turn_over_its_time_is_an_apology(
    dialogue: RasaDialogue,
    with_actions: Callable[[RunAction], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cancelled = threading.Event()

    async def hang(call: dict[str, Any]) -> dict[str, Any]:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return {}

    with_actions(hang)
    monkeypatch.setattr("bot.dialogue.engine.TURN_SECONDS", 0.3)
    result = await say(dialogue, new_conversation(), QUESTION)
    assert [reply.text for reply in result.replies] == [APOLOGY]
    assert cancelled.is_set()


class PlatformAway:
    """A platform that cannot be read: it refuses at once, or keeps one waiting until `released`."""

    def __init__(self, released: threading.Event | None = None) -> None:
        self._released = released

    def projects_of(self, credit_code: str) -> Any:
        if self._released:
            self._released.wait()
        raise PlatformUnavailable("connection refused", "try again")


@pytest.fixture
def dialogue_with(
    trained_model: Path, sample_assistant: Assistant, with_actions: Callable[[RunAction], None]
) -> Callable[[Any], None]:
    from actions.executor import in_process

    def use(platform: Any) -> None:
        with_actions(in_process(replace(sample_assistant, platform=platform)))

    return use


@pytest.mark.parametrize("question", [MY_CASES, "我的办件还缺什么材料"])
async def test_a_platform_that_is_away_is_said_plainly(
    question: str, dialogue: RasaDialogue, dialogue_with: Callable[[Any], None]
) -> None:
    dialogue_with(PlatformAway())
    (reply,) = (await say(dialogue, new_conversation(MACHINES), question)).replies
    assert "暂时查询不到" in reply.text
    assert "转人工" in [button.title for button in reply.buttons]


async def test_a_platform_that_hangs_is_given_up_and_others_are_answered(
    dialogue: RasaDialogue,
    dialogue_with: Callable[[Any], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()
    dialogue_with(PlatformAway(released))
    monkeypatch.setattr("actions.cases.PLATFORM_SECONDS", 2.0)
    try:
        waiting = asyncio.create_task(say(dialogue, new_conversation(MACHINES), MY_CASES))
        other = await say(dialogue, new_conversation(), QUESTION)
        assert not waiting.done()
        assert other.understood["matter"] == "construction-permit"
        (reply,) = (await waiting).replies
        assert "暂时查询不到" in reply.text
    finally:
        released.set()


class InMemory:
    """Implements bot.services.last_reading.Readings."""

    def __init__(self) -> None:
        self._last: dict[str, LastReading] = {}

    def remember(self, credit_code: str, reading: LastReading) -> None:
        self._last[credit_code] = reading

    def recall(self, credit_code: str) -> LastReading | None:
        return self._last.get(credit_code)


async def test_of_a_platform_that_hangs_the_last_reading_is_told(
    dialogue: RasaDialogue, sample_assistant: Assistant, with_actions: Callable[[RunAction], None]
) -> None:
    from actions.executor import in_process

    released = threading.Event()
    assistant = replace(sample_assistant, readings=InMemory())
    with_actions(in_process(assistant))
    await say(dialogue, new_conversation(MACHINES), MY_CASES)
    with_actions(in_process(replace(assistant, platform=PlatformAway(released))))
    try:
        (reply,) = (await say(dialogue, new_conversation(MACHINES), MY_CASES)).replies
    finally:
        released.set()
    assert "最后一次读到的情况" in reply.text
    assert "建筑工程施工许可证核发" in reply.text
