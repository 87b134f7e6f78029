"""Asking for the facts of a project that change an answer: one at a time, most deciding first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.model.conversation import Button
from bot.model.reply import Reply
from bot.services.project_facts import ProjectFacts, Vocabulary, is_possible
from knowledge.conditions import Need, Verdict, statement
from knowledge.next_fact import Item, next_fact
from knowledge.schema import ProjectFact
from knowledge.several_facts import read_several
from knowledge.told_facts import UNKNOWN, Told, read_answer, read_correction

QUESTION = "fact_question"  # the slot
NAMED = 3  # items that a question names
DO_NOT_KNOW = "不知道"
HOW_TO_CORRECT = "情况有变可以直接说，例如“不对，是政府投资”。"


@dataclass(frozen=True)
class Asking:
    """What is being asked on behalf of: `intent` is the question that goes on, about `matter`."""

    intent: str
    matter: str | None = None

    def payload(self, fact: str, value: str) -> str:
        """The same question again with one more fact."""
        about = {"matter": self.matter} if self.matter else {}
        return f"/{self.intent}{json.dumps({**about, 'fact': fact, 'value': value})}"

    def as_slot(self, fact: str | None) -> dict[str, Any]:
        """`open`: the question stands in the last reply, so that a short answer is meant for it."""
        return {**vars(self), "fact": fact, "open": fact is not None}


def wanted_fact(
    vocabulary: Vocabulary, items: Iterable[Item], project: ProjectFacts
) -> ProjectFact | None:
    """The fact to ask for, None when no answer would change anything."""
    name = next_fact(vocabulary, items, project.known, project.not_known)
    return vocabulary[name] if name else None


def question(fact: ProjectFact, decides: Sequence[str]) -> str:
    """The question in words. `decides` names what its answer decides."""
    named = "、".join(decides[:NAMED]) + (f"等{len(decides)}项" if len(decides) > NAMED else "")
    about = f"（关系到：{named}）" if named else ""
    how = "可以直接回复数字" if fact.kind == "number" else "可以点选或直接回复"
    return f"还想了解一点，好说得更准：{fact.question}{about}\n{how}，不清楚就说“不知道”。"


def answers(asking: Asking, fact: ProjectFact) -> tuple[Button, ...]:
    """A button for each value, and one for not knowing."""
    titles = fact.choices or {"yes": "是", "no": "否"}
    values = [(titles[value], value) for value in fact.values]
    return tuple(
        Button(title, asking.payload(fact.id, value))
        for title, value in [*values, (DO_NOT_KNOW, UNKNOWN)]
    )


def noted(vocabulary: Vocabulary, *told: Told) -> str:
    """Says told facts back."""
    known = [statement(vocabulary[one.fact], one.value) for one in told if one.value != UNKNOWN]
    open_ = "”“".join(vocabulary[one.fact].name for one in told if one.value == UNKNOWN)
    said = [f"记下了：{'；'.join(known)}。"] if known else []
    said += [f"好的，“{open_}”先不判断，相关的按“看情况”列出。"] if open_ else []
    return "".join(said)


def with_noted(
    vocabulary: Vocabulary, reply: Reply, before: ProjectFacts, told: Iterable[Told]
) -> Reply:
    """The reply, before it the facts that the question told in passing, as far as they are new."""
    new = [one for one in told if before.told.get(one.fact) != one.value]
    if not new:
        return reply
    return replace(reply, text=f"{noted(vocabulary, *new)}{HOW_TO_CORRECT}\n{reply.text}")


def newly_decided(
    before: Iterable[tuple[str, Verdict]], after: Iterable[tuple[str, Verdict]]
) -> list[str]:
    """A line for each item that the last fact decided otherwise than before."""
    earlier = dict(before)
    return [
        f"· {name}——{verdict.said}"
        for name, verdict in after
        if verdict.need is not Need.DEPENDS and earlier[name].need is not verdict.need
    ]


def heard(vocabulary: Vocabulary, slots: Mapping[str, Any], text: str) -> tuple[Told, ...]:
    """The facts that a typed text tells: an answer to the question just asked, a correction, or
    several facts at once.

    Empty when the text is none of these, and then it means what it means anywhere else.
    """
    asked = slots.get(QUESTION)
    if not asked:
        return ()
    fact = vocabulary.get(asked["fact"] or "")
    if fact is not None and asked["open"]:
        value = read_answer(fact, text)
        if value is not None:
            return (Told(fact.id, value),)
    several = read_several(vocabulary, fact if asked["open"] else None, text)
    if several:
        return several
    held = slots.get("project_facts") or {}
    names = [*held.get("registered", ()), *held.get("told", ())]
    known = [vocabulary[name] for name in names if name in vocabulary]
    corrected = read_correction(known, text, announced=not asked["open"])
    return (corrected,) if corrected else ()


def told_by(vocabulary: Vocabulary, fact: str | None, value: str | None) -> Told | None:
    """The fact that a message carries; None for one that today's vocabulary does not have."""
    if fact is None or value is None or not is_possible(vocabulary, fact, value):
        return None
    return Told(fact, value)
