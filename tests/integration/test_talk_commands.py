"""`bangban ask`, `chat` and `converse` as somebody at a terminal meets them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.bootstrap import Assistant
from bot.commands.talk import ask, chat, converse
from bot.dialogue.engine import RasaDialogue
from bot.services.ports import TurnResult
from bot.settings import Settings

KEYS = {"act", "matter", "aspect", "aspect2", "offer", "replies"}
QUESTION = "办理建筑工程施工许可证要多少天"


class LoadedOnce:
    """The dialogue of the test session in the place of one that the command would load."""

    def __init__(self, dialogue: RasaDialogue) -> None:
        self._dialogue = dialogue

    async def turn(self, *turn: Any) -> TurnResult:
        return await self._dialogue.turn(*turn)

    def close(self) -> None:
        """It is used again."""


@pytest.fixture(autouse=True)
def loaded_once(dialogue: RasaDialogue, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(settings: Settings, assistant: Assistant) -> LoadedOnce:
        return LoadedOnce(dialogue)

    monkeypatch.setattr("bot.bootstrap.make_dialogue", make)
    monkeypatch.setattr("logging.disable", lambda level: None)  # of the whole test session


def call(command: Any, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(command, arguments, input=typed)


def converse_on(*dialogues: dict[str, Any]) -> list[dict[str, Any]]:
    lines = "\n".join(json.dumps(dialogue, ensure_ascii=False) for dialogue in dialogues)
    done = call(converse, typed=lines)
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_ask_prints_the_reply_and_nothing_else() -> None:
    done = call(ask, QUESTION)
    assert done.exit_code == 0
    assert done.stdout.startswith("【建筑工程施工许可证核发】办理时限\n")
    assert done.stderr == ""


@pytest.mark.parametrize("question", ["", "   ", "很长" * 50_000], ids=["empty", "space", "long"])
def test_a_question_that_is_not_taken_in_is_a_wrong_call(question: str) -> None:
    done = call(ask, question)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "消息" in done.stderr


def test_chat_remembers_and_takes_an_option_for_a_press() -> None:
    done = call(chat, typed=f"{QUESTION}\n办理部门\n{'很长' * 3000}\n你好\n\n不再读了\n")
    assert done.exit_code == 0
    assert "【建筑工程施工许可证核发】办理时限" in done.stdout
    assert "  [转人工]" in done.stdout
    assert "【建筑工程施工许可证核发】办理部门" in done.stdout
    assert "消息太长" in done.stdout
    assert "您好" in done.stdout
    assert "不再读了" not in done.stdout


def test_chat_ends_with_its_input() -> None:
    assert call(chat, typed="").exit_code == 0


def test_converse_keeps_order_and_what_it_was_given() -> None:
    first, second = converse_on(
        {"id": "a", "tags": ["x"], "turns": [{"user": QUESTION, "note": "n"}, {"user": "谢谢"}]},
        {"id": "b", "turns": [{"user": "规划许可证要什么材料"}]},
    )
    assert (first["id"], second["id"]) == ("a", "b")
    assert first["tags"] == ["x"]
    assert first["turns"][0]["note"] == "n"
    asked, thanked = first["turns"]
    assert set(asked) >= KEYS
    assert (asked["act"], asked["matter"], asked["aspect"]) == (
        "ask_matter",
        "construction-permit",
        "time_limit",
    )
    assert asked["replies"][0].startswith("【建筑工程施工许可证核发】办理时限")
    assert (thanked["act"], thanked["matter"], thanked["offer"]) == ("small_talk", None, [])
    (unclear,) = second["turns"]
    assert (unclear["act"], unclear["matter"]) == ("clarify", None)
    assert "construction-planning-permit" in unclear["offer"]


def test_dialogues_do_not_know_of_each_other() -> None:
    question = {"user": "一次性告知是什么意思"}
    (alone,) = converse_on({"id": "a", "turns": [question]})
    _, after = converse_on(
        {"id": "b", "turns": [{"user": QUESTION}]}, {"id": "a", "turns": [question]}
    )
    assert without_codes(after) == without_codes(alone)


def without_codes(dialogue: dict[str, Any]) -> str:
    """What was said, whatever the code of a receipt."""
    return re.sub(r"答复凭证 [0-9A-Z-]+", "答复凭证", json.dumps(dialogue, ensure_ascii=False))


def test_turns_after_a_handover_are_still_understood() -> None:
    ((fetched, asked),) = [
        dialogue["turns"]
        for dialogue in converse_on({"id": "a", "turns": [{"user": "转人工"}, {"user": QUESTION}]})
    ]
    assert fetched["act"] == "steward"
    assert any("排在第" in reply for reply in fetched["replies"])
    assert (asked["act"], asked["matter"]) == ("ask_matter", "construction-permit")


def test_ones_own_cases_have_no_matter_and_need_a_sign_in() -> None:
    ((turn,),) = [
        dialogue["turns"]
        for dialogue in converse_on({"id": "a", "turns": [{"user": "我的施工许可证办到哪一步了"}]})
    ]
    assert (turn["act"], turn["matter"], turn["aspect"]) == ("case_status", None, None)
    assert "登录" in turn["replies"][0]


def test_a_turn_that_is_not_taken_in_is_answered_with_the_reason() -> None:
    ((empty, long, normal),) = [
        dialogue["turns"]
        for dialogue in converse_on(
            {"id": "a", "turns": [{"user": " "}, {"user": "长" * 100_000}, {"user": QUESTION}]}
        )
    ]
    assert "消息是空的" in empty["replies"][0]
    assert "消息太长" in long["replies"][0]
    assert normal["matter"] == "construction-permit"


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '"text"', "{}", '{"turns": [{}]}', '{"turns": 3}', '{"turns": [{"user": 3}]}'],
)
def test_a_line_that_is_no_dialogue_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "dialogues.jsonl"
    file.write_text('{"id": "a", "turns": [{"user": "你好"}]}\n\n' + line + "\n", "utf-8")
    done = call(converse, str(file))
    assert done.exit_code == 2
    assert f"{file}:3" in done.stderr
    assert '{"user": …}' in done.stderr
    assert done.stdout == ""


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    assert call(converse, str(tmp_path / "none.jsonl")).exit_code == 2
    file = tmp_path / "bytes.jsonl"
    file.write_bytes(b"\xff\xfe\x00")
    done = call(converse, str(file))
    assert done.exit_code == 2
    assert "not UTF-8" in done.stderr
