"""Answering a question about a matter: answer, ask back, or say that one does not know."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.model.conversation import Button
from bot.model.reply import TO_STEWARD, Reply
from bot.model.understanding import ASPECT_NAMES, Act, Aspect, Understanding
from bot.services.answer_for_project import COMPUTED, ForProject
from bot.services.ask_facts import HOW_TO_CORRECT, noted
from bot.services.keep_unanswered import unanswered
from bot.services.project_facts import ProjectFacts
from bot.services.sum_up import is_long, summed_up
from knowledge.discriminate import discriminating_question
from knowledge.language import language_of
from knowledge.loader import Catalogue
from knowledge.places import CITY
from knowledge.render import render
from knowledge.told_facts import Told

REMEMBERED = 6  # matters of a conversation that one can return to
PAIR = 2
MISSES_UNTIL_STEWARD = 2
OTHERS = 2  # matters asked about in the same breath that a reply offers
NEXT_ASPECTS = (Aspect.MATERIALS, Aspect.PROCESS, Aspect.TIME_LIMIT, Aspect.DEPARTMENT)
ASK_BACK = "您问的可能是下面几个事项，请选择一个："
ASK_AGAIN = "还不能确定是哪一个。请点选，或回复序号、事项名称："
Memory = Mapping[str, Any]


def answer_question(
    catalogue: Catalogue,
    memory: Memory,
    asked: Understanding,
    day: date,
    project: ProjectFacts | None = None,
    told: tuple[Told, ...] = (),
) -> Reply:
    """The reply to a question of the acts ask_matter and clarify. `day` is today in China.

    `project` is what is known of the project, without `told`: what this message adds.
    """
    if asked.act is Act.CLARIFY:
        return ask_back(catalogue, memory, asked)
    if asked.matter is None or asked.matter not in catalogue.matters:
        return not_understood(memory, asked)
    before = project or ProjectFacts()
    language = language_of(asked.text)
    given = ForProject(
        catalogue, asked.matter, before.with_told(*told), before, told, day, language, asked.text
    )
    return _answer(given, memory, asked)


def _answer(given: ForProject, memory: Memory, asked: Understanding) -> Reply:
    catalogue, slug = given.catalogue, given.slug
    aspects = [asked.aspect or Aspect.OVERVIEW, *([asked.aspect2] if asked.aspect2 else [])]
    computed = [aspect for aspect in aspects if aspect in COMPUTED]
    wanted = given.wanted(computed) if computed else None
    answers = [
        given.answer(aspect)
        if aspect in COMPUTED
        else render(catalogue, slug, aspect.value, given.day, given.language)
        for aspect in aspects
    ]
    texts = [answer.text for answer in answers]
    elsewhere = CITY in {told.fact for told in given.told}  # other rules, said in full
    if given.told and computed and wanted and not elsewhere:
        texts = [given.progress(computed)]
    elif given.told:
        texts = [noted(catalogue.vocabulary, *given.told), *texts, HOW_TO_CORRECT]
    if is_long(asked.text):
        texts = [summed_up(catalogue, slug, aspects, asked.text), *texts]
    buttons = [
        Button(ASPECT_NAMES[aspect], ask_payload(slug, aspect))
        for aspect in NEXT_ASPECTS
        if aspect not in aspects
    ][:3]
    if wanted:
        text, values = given.ask(computed, wanted)
        texts.append(text)
        buttons = [*values, *buttons[:1]]
    elif computed:
        buttons = [*given.offers(computed), *buttons]
    others = [other for other in asked.others if other in catalogue.matters][:OTHERS]
    if others and aspects[0] is not Aspect.PREREQUISITES:  # that is told of both in one answer
        names = "、".join(f"“{catalogue.name(other)}”" for other in others)
        texts.append(f"您还问了{names}，点按钮或者直接说它的名称，我接着答。")
        asking = [Button(catalogue.name(o), ask_payload(o, aspects[0])) for o in others]
        buttons = [*asking, *buttons]
    return Reply(
        text="\n".join(texts),
        buttons=(*buttons, TO_STEWARD),
        remember={
            "matter": slug,
            "aspect": aspects[0].value,
            "history": _history(memory, (slug, *others), aspects[0]),
            "offer": None,
            "offer_aspect": None,
            "misses": None,
            **(given.remember(computed, wanted) if computed else {}),
        },
        facts={
            "matter": slug,
            "aspects": [aspect.value for aspect in aspects],
            "catalogue": catalogue.version,
            "sources": sorted({source for answer in answers for source in answer.sources}),
            **({"project_facts": given.project.known} if computed else {}),
        },
    )


def _history(memory: Memory, slugs: Sequence[str], aspect: Aspect) -> list[dict[str, str]]:
    """The matters discussed, newest last, each once. The last two keep their order while one of
    them is asked about: the former and the latter stay what they were."""
    past = list(memory.get("history") or [])
    before = [item["matter"] for item in past]
    kept = before if set(slugs) <= set(before[-PAIR:]) else _with_newest(before, slugs)
    aspects = {item["matter"]: item["aspect"] for item in past} | dict.fromkeys(slugs, aspect.value)
    return [{"matter": slug, "aspect": aspects[slug]} for slug in kept][-REMEMBERED:]


def _with_newest(before: Sequence[str], slugs: Sequence[str]) -> list[str]:
    return [*(slug for slug in before if slug not in slugs), *slugs]


def ask_back(catalogue: Catalogue, memory: Memory, asked: Understanding) -> Reply:
    """A question back with the matters it could be, named and told apart.

    The same question back a second time means that the answer to the first was not understood.
    """
    aspect = asked.aspect or Aspect.OVERVIEW
    offered = [slug for slug in asked.offer if slug in catalogue.matters]
    if not offered:
        return not_understood(memory, asked)
    again = set(offered) == set(memory.get("offer") or [])
    misses = _misses(memory) + 1 if again else None
    if misses is not None and misses >= MISSES_UNTIL_STEWARD:
        return _fetch_steward(asked)
    lines = [
        f"{number}. {catalogue.name(slug)}：{_in_short(catalogue, slug)}"
        for number, slug in enumerate(offered, 1)
    ]
    question = discriminating_question(catalogue, offered)
    buttons = [Button(catalogue.name(slug), ask_payload(slug, aspect)) for slug in offered]
    return Reply(
        text="\n".join(
            [ASK_AGAIN if again else ASK_BACK, *lines, *([question] if question else [])]
        ),
        buttons=(*buttons, Button("都不是，转人工", TO_STEWARD.payload)),
        remember={"offer": offered, "offer_aspect": aspect.value, "misses": misses},
        facts={
            "offer": offered,
            "aspects": [aspect.value],
            **(unanswered(asked) if again else {}),
        },
    )


def _in_short(catalogue: Catalogue, slug: str) -> str:
    """The first clause of the summary."""
    text = catalogue.matters[slug].summary.text
    for stop in "；。":
        text = text.partition(stop)[0]
    return text


def not_understood(memory: Memory, asked: Understanding) -> Reply:
    """Says so and keeps the question; the second time in a row it fetches a human."""
    misses = _misses(memory) + 1
    if misses >= MISSES_UNTIL_STEWARD:
        return _fetch_steward(asked)
    text = (
        "抱歉，我没有把握理解您的问题，不想随便回答。"
        "您可以换个说法，或写出事项名称（例如“施工许可证要什么材料”），也可以转人工项目管家。"
    )
    facts = unanswered(asked)
    return Reply(text, buttons=(TO_STEWARD,), remember={"misses": misses}, facts=facts)


def _misses(memory: Memory) -> int:
    return int(memory.get("misses") or 0)


def _fetch_steward(asked: Understanding) -> Reply:
    text = "抱歉，还是没能理解您的问题，我请项目管家来接待您。"
    why = "连续两次没有理解"
    remember = {"misses": None, "offer": None, "offer_aspect": None, "hand_over": why}
    return Reply(text, remember=remember, facts=unanswered(asked))


def ask_payload(slug: str, aspect: Aspect) -> str:
    """What a button that asks about a matter means to the dialogue."""
    return f"/ask_{aspect.value}{json.dumps({'matter': slug})}"
