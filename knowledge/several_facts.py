"""Reading several facts of a project from one message: “沈阳的，8000平，投了三千万”.

Strict as knowledge/told_facts.py is: it counts only when everything said is a fact, and each fact
says by itself which one it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from knowledge.schema import ProjectFact
from knowledge.text import normalise
from knowledge.told_facts import UNKNOWN, Told, read_answer, read_explicit

LONGEST = 80  # characters; more than that is a story
FEWEST = 2
_CLAUSES = re.compile(r"[,，。;；、!！~\n]+|\s+|还有|另外|而且|并且")
_FILLERS = re.compile(
    r"^(?:嗯+|哦|好的?|是的?|对|我们|项目|情况是|这样的?|大概|其他的?)*$"
    r"|不知道|不清楚|不确定|没定|说不好"
)
_SUBJECT = re.compile(r"^(?:土地|地|资金|钱|工程|楼|施工单位|施工队)(?:都?是|就是)?")
# How people lead up to a number, by the fact that they mean.
_LEADS = {
    "cost": re.compile(
        r"^(?:一共|总共|大概|计划|准备)*(?:总?投资额?|投|花|造价)(?:了|是|有|在)?(?:大概|差不多)?"
    ),
    "site_area": re.compile(r"^(?:总?占地面积|占地|征地|用地|占)(?:了|是|有|大概)*"),
    "floor_area": re.compile(r"^(?:总?建筑面积|总?面积|建|盖)(?:了|是|有|大概)*"),
    "height": re.compile(r"^(?:建筑)?(?:高度|高|楼高)(?:是|有|大概)*"),
    "earthwork": re.compile(r"^(?:挖填|土石方|土方|挖)(?:了|是|有|大概)*"),
}


def read_several(
    vocabulary: Mapping[str, ProjectFact], asked: ProjectFact | None, text: str
) -> tuple[Told, ...]:
    """The facts that a text tells, each once; empty unless there are two and nothing else is said.

    `asked` is the fact that was asked for: one clause may answer it without naming it.
    """
    text = normalise(text)
    if len(text) > LONGEST:
        return ()
    told: dict[str, str] = {}
    for clause in filter(None, _CLAUSES.split(text)):
        found = list(_of_clause(vocabulary, asked, clause, told))
        if not found and not _FILLERS.search(clause):
            return ()
        for fact in found:
            if told.setdefault(fact.fact, fact.value) != fact.value:
                return ()
    return tuple(Told(*item) for item in told.items()) if len(told) >= FEWEST else ()


def _of_clause(
    vocabulary: Mapping[str, ProjectFact],
    asked: ProjectFact | None,
    clause: str,
    told: Mapping[str, str],
) -> Iterator[Told]:
    """One fact, or two that “的” joins: “政府投的厂房”."""
    one = _one(vocabulary, asked, clause, told)
    if one:
        yield one
        return
    first, joint, second = clause.partition("的")
    parts = [_one(vocabulary, None, part, told) for part in (first, second)] if joint else []
    if parts and all(parts):
        yield from (part for part in parts if part)


def _one(
    vocabulary: Mapping[str, ProjectFact],
    asked: ProjectFact | None,
    clause: str,
    told: Mapping[str, str],
) -> Told | None:
    for name, lead in _LEADS.items():
        rest = lead.sub("", clause, 1)
        fact = vocabulary.get(name)
        value = read_answer(fact, rest) if fact and rest != clause and rest else None
        if value not in (None, UNKNOWN):
            return Told(name, str(value))
    clause = _SUBJECT.sub("", clause, 1) or clause
    candidates = [vocabulary.values()] if asked is None else [[asked], vocabulary.values()]
    for facts in candidates:
        for fact in facts:
            value = read_explicit(fact, clause)
            if value is not None and fact.id not in told:
                return Told(fact.id, value)
    if asked is not None and asked.id not in told:
        value = read_answer(asked, clause)
        return Told(asked.id, value) if value else None
    return None
