"""What an enterprise's own cases still lack, in chat, for who may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.model.conversation import Enterprise
from bot.model.reply import TO_STEWARD, Reply
from bot.services.ask_facts import QUESTION, Asking, answers, noted, question, wanted_fact
from bot.services.assistant import Assistant
from bot.services.case_checklists import ProjectPapers, checklists
from bot.services.dates_in_words import moment
from bot.services.give_checklist import Given, with_page
from bot.services.list_missing import MaterialState, MissingList
from bot.services.local_rules import place_of
from bot.services.missing_in_words import render_missing
from bot.services.my_cases import NO_PLATFORM, Wanted, remember_project, sign_in
from bot.services.project_facts import SLOT, ProjectFacts
from bot.services.read_cases import ProjectCases
from bot.services.read_materials import Looked, facts_of, look
from bot.services.report_progress import render_progress
from knowledge.conditions import judge_material
from knowledge.loader import Catalogue
from knowledge.next_fact import material_item
from knowledge.schema import Material
from knowledge.told_facts import Told

MISSING = "missing_documents"  # the intent
SHOWN_CASES = 4  # in one answer
NOTHING_OPEN = "贵企业没有正在办理的办件，也没有被退回的办件，没有需要补的材料。"


def tell_missing(
    assistant: Assistant,
    who: Enterprise | None,
    wanted: Wanted,
    known: ProjectFacts | None = None,
    told: Told | None = None,
) -> Reply:
    """What the enterprise's open cases still lack. Blocks; PlatformUnavailable.

    `known` is what the conversation knows of its project, `told` the fact that this message adds.
    """
    if who is None:
        return sign_in()
    if assistant.platform is None:
        return Reply(NO_PLATFORM, (TO_STEWARD,))
    looked = look(assistant, assistant.platform, who, wanted)
    if not looked.report.projects:
        return Reply(render_progress(looked.report), (TO_STEWARD,))
    catalogue, conversation = assistant.catalogue(), known or ProjectFacts()
    lists: list[tuple[ProjectCases, MissingList]] = []
    for each in looked.projects:
        facts = facts_of(catalogue, each, conversation).with_told(told)
        there = catalogue.at(place_of(catalogue, facts.known, None, assistant.place))
        papers = assistant.papers.of(each.project.code) if assistant.papers else ()
        held = ProjectPapers(looked.received[each.project.code].materials, papers)
        lists += [(each, found) for found in checklists(there, each, facts.known, held)]
    reply = _reply(assistant, who, looked, lists)
    if told is not None:
        reply = replace(reply, text=f"{noted(catalogue.vocabulary, told)}\n{reply.text}")
    if len(looked.projects) > 1:  # a fact is of one project
        return reply
    facts = facts_of(catalogue, looked.projects[0], conversation).with_told(told)
    found_lists = [found for _, found in lists]
    return _ask(there, found_lists, facts, Asking(MISSING, wanted.matter), reply)


def _reply(
    assistant: Assistant,
    who: Enterprise,
    looked: Looked,
    lists: Sequence[tuple[ProjectCases, MissingList]],
) -> Reply:
    at = looked.report.read_at
    found = [each for _, each in lists]
    text = _text(found, at, looked.told_again)
    facts = {"read_at": at.isoformat(), "cases": [f.progress.case.case_no for f in found]}
    reply = Reply(text, (TO_STEWARD,), remember_project(looked.projects), facts)
    if not lists:
        return reply
    when = looked.told_again or f"{moment(at)}从审批系统读到的情况。"
    given = Given(who, lists, when, assistant.now())
    return with_page(reply, given, assistant.catalogue().version)


def _text(lists: Sequence[MissingList], at: datetime, told: str | None) -> str:
    if not lists:
        return f"{told}\n{NOTHING_OPEN}" if told else NOTHING_OPEN
    parts = [render_missing(found) for found in lists[:SHOWN_CASES]]
    if len(lists) > SHOWN_CASES:
        more = len(lists) - SHOWN_CASES
        parts.append(f"另有{more}个办件未列出，请说明事项名称或项目代码再问我。")
    examples = sum(line.material.example for found in lists for line in found.lines)
    if examples:
        parts.append(f"清单里有{examples}项是外地示例，请以本地窗口的要求为准。")
    if told:
        return "\n".join([told, *parts])
    return "\n".join([*parts, f"以上是{moment(at)}从审批系统读到的情况；要件清单以事项目录为准。"])


def _ask(
    catalogue: Catalogue,
    lists: Sequence[MissingList],
    facts: ProjectFacts,
    asking: Asking,
    reply: Reply,
) -> Reply:
    """The reply with a question for the fact that decides most of what is open in it."""
    vocabulary = catalogue.vocabulary
    undecided = [m for found in lists[:SHOWN_CASES] for m in _undecided(catalogue, found)]
    items = [material_item(vocabulary, material) for material in undecided]
    fact = wanted_fact(vocabulary, items, facts)
    remember = {
        **reply.remember,
        SLOT: facts.as_slot(),
        QUESTION: asking.as_slot(fact.id if fact else None),
    }
    if fact is None:
        return replace(reply, remember=remember)
    verdicts = ((m.name, judge_material(vocabulary, m, facts.known)) for m in undecided)
    decides = dict.fromkeys(name for name, verdict in verdicts if fact.id in verdict.depends_on)
    return replace(
        reply,
        text=f"{reply.text}\n{question(fact, list(decides))}",
        buttons=(*answers(asking, fact), *reply.buttons),
        remember=remember,
    )


def _undecided(catalogue: Catalogue, found: MissingList) -> list[Material]:
    matter = catalogue.matters.get(found.progress.matter or "")
    names = {line.name for line in found.of(MaterialState.OPEN)}
    return [m for m in matter.materials if m.name in names] if matter else []
