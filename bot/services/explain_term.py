"""Explaining a term of the reform from its sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.model.conversation import Button
from bot.model.reply import TO_STEWARD, Reply
from bot.model.understanding import Aspect, Understanding
from bot.services.answer_question import Memory, ask_payload, not_understood
from knowledge.loader import Catalogue
from knowledge.render import source_note
from knowledge.schema import Fact, State


def explain_term(catalogue: Catalogue, memory: Memory, asked: Understanding) -> Reply:
    """The definition with source and state, what else is known, and the matters it touches."""
    term = catalogue.terms.get(asked.term or "")
    if term is None:
        return not_understood(memory, asked)
    facts = [term.definition, *term.more]
    lines = [f"【{term.name}】", *_sourced_lines(catalogue, facts)]
    if any(fact.state is State.EXAMPLE for fact in facts):
        lines.append("标注“外地示例”的内容不是本市的规定。")
    if any(fact.state is State.UNVERIFIED for fact in facts):
        lines.append("标注“未核实”的内容还没有找到可引用的来源，请向窗口确认。")
    matters = [slug for slug in term.matters if slug in catalogue.matters][:3]
    buttons = [Button(catalogue.name(s), ask_payload(s, Aspect.OVERVIEW)) for s in matters]
    remember = {"misses": None, "offer": None, "offer_aspect": None}
    if asked.matter:
        remember["matter"] = asked.matter  # type: ignore[assignment]
    return Reply(
        "\n".join(lines),
        (*buttons, TO_STEWARD),
        remember,
        {"term": term.id, "catalogue": catalogue.version, "sources": [f.source for f in facts]},
    )


def _sourced_lines(catalogue: Catalogue, facts: Sequence[Fact]) -> Iterator[str]:
    """The facts in order; a source that several in a row share is named once, after them."""
    for note, same in groupby(facts, lambda fact: source_note(catalogue, fact)):
        texts = [fact.text for fact in same]
        if len(texts) == 1:
            yield f"{texts[0]}（{note}）"
        else:
            yield from texts
            yield f"（以上{len(texts)}条：{note}）"
