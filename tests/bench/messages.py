"""The messages of a run: the development questions and dialogues, each text once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

NLU = Path(__file__).parent.parent / "nlu"
LEVELS = (1, 8, 32)  # messages in flight


@dataclass(frozen=True)
class Talk:
    """Messages of one new conversation, in order."""

    sender: str
    texts: tuple[str, ...]


def talks() -> list[Talk]:
    """Every question as a conversation of its own, every dialogue as one; no text twice."""
    seen: set[str] = set()
    found = []
    for sender, texts in [*_dialogues(), *_questions()]:
        fresh = tuple(text for text in texts if not (text in seen or seen.add(text)))  # type: ignore[func-returns-value]
        if fresh:
            found.append(Talk(sender, fresh))
    return found


def dealt() -> dict[int, list[Talk]]:
    """The conversations shared out among the levels: the first level gets a fifth, since there
    one message waits for another."""
    everything = talks()
    first = everything[::5]
    rest = [talk for index, talk in enumerate(everything) if index % 5]
    return {1: first, 8: rest[::2], 32: rest[1::2]}


def _questions() -> list[tuple[str, list[str]]]:
    rows = _read("dev_questions.jsonl")
    return [(row["id"], [row["text"]]) for row in rows]


def _dialogues() -> list[tuple[str, list[str]]]:
    rows = _read("dev_dialogues.jsonl")
    return [(row["id"], [turn["user"] for turn in row["turns"]]) for row in rows]


def _read(name: str) -> list[dict]:  # type: ignore[type-arg]
    lines = (NLU / name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]
