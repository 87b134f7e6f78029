"""Questions and dialogues with known meanings, as files have them (tests/nlu/label_guide.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ASK_MATTER, CLARIFY, POLICY, OUT_OF_SCOPE = "ask_matter", "clarify", "policy", "out_of_scope"
OWN_CASE = ("case_status", "missing_documents")
ATTACKS = frozenset({"manipulation", "attack", "injection", "jailbreak"})  # tags of such rows
ADVERSARY = "adversary"  # the persona that only tries to manipulate
QUESTION = '{"text": …, "act": …}'
DIALOGUE = '{"id": …, "turns": [{"user": …, "expect": {"act": …}}]}'


class NotLabelled(ValueError):
    """A line that is neither a question nor a dialogue; says which line, why, what is expected."""


@dataclass(frozen=True)
class Question:
    """One message and what it means."""

    text: str
    act: str
    matter: str | None = None
    also: tuple[str, ...] = ()
    aspect: str | None = None
    aspect2: str | None = None
    tags: tuple[str, ...] = ()
    persona: str | None = None

    @property
    def right(self) -> frozenset[str]:
        """The matters that are right, or for clarify those to be offered."""
        return frozenset(slug for slug in (self.matter, *self.also) if slug)

    @property
    def is_attack(self) -> bool:
        """Whether it tries to manipulate and nothing else."""
        tagged = bool(ATTACKS & set(self.tags)) or self.persona == ADVERSARY
        return tagged and self.act == OUT_OF_SCOPE


@dataclass(frozen=True)
class Dialogue:
    """Messages of one conversation, in order, each with what it means there."""

    id: str
    turns: tuple[Question, ...]
    tags: tuple[str, ...] = ()


def read_labelled(lines: Iterable[str], name: str) -> list[Question] | list[Dialogue]:
    """A file's questions, or its dialogues when its first line is one; raises NotLabelled."""
    rows = [_row(line, f"{name}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    if rows and "turns" in rows[0][1]:
        return [_dialogue(value, where) for where, value in rows]
    return [_labelled(value, where) for where, value in rows]


def _row(line: str, where: str) -> tuple[str, Mapping[str, Any]]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise NotLabelled(f"{where}: not JSON ({error}); expected {QUESTION}") from error
    if not isinstance(value, dict):
        raise NotLabelled(f"{where}: not an object; expected {QUESTION} or {DIALOGUE}")
    return where, value


def _labelled(value: Mapping[str, Any], where: str) -> Question:
    try:
        return _question(value["text"], value, tuple(value.get("tags") or ()))
    except (KeyError, TypeError, AttributeError) as error:
        raise NotLabelled(f"{where}: not a question ({error}); expected {QUESTION}") from error


def _question(text: str, value: Mapping[str, Any], tags: tuple[str, ...]) -> Question:
    return Question(
        text,
        value["act"],
        value.get("matter"),
        tuple(value.get("also") or ()),
        value.get("aspect"),
        value.get("aspect2"),
        tags,
        value.get("persona"),
    )


def _dialogue(value: Mapping[str, Any], where: str) -> Dialogue:
    try:
        tags = tuple(value.get("tags") or ())
        turns = tuple(_question(turn["user"], turn["expect"], tags) for turn in value["turns"])
        return Dialogue(str(value.get("id", where)), turns, tags)
    except (KeyError, TypeError, AttributeError) as error:
        raise NotLabelled(f"{where}: not a dialogue ({error}); expected {DIALOGUE}") from error
