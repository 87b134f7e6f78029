"""A new example in the catalogue, and its effect before it is published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.components.examiner import Examiner
from bot.model.understanding import Understood
from bot.scoreboard.asked import Question as Asked
from bot.scoreboard.board import Scoreboard, judge
from knowledge.loader import Catalogue
from knowledge.rehearsal import Rehearsal
from knowledge.schema import Matter, Question
from knowledge.text import comparable


class NotAnExample(ValueError):
    """The text cannot become an example; says why, for the editor."""


@dataclass(frozen=True)
class Side:
    """What is made of the new example, how the catalogue's own questions fare, each left out, and
    how given questions do."""

    found: Understood
    rehearsal: Rehearsal
    board: Scoreboard


@dataclass(frozen=True)
class Effect:
    before: Side
    after: Side

    def changed(self) -> tuple[list[str], list[str]]:
        """Questions that the catalogue had before and that find their matter only now, and those
        that no longer do."""
        was, now = _finding(self.before.rehearsal), _finding(self.after.rehearsal)
        had = {(question.matter, question.text) for question in self.before.rehearsal.questions}
        gained = [text for key, text in now.items() if key in had and key not in was]
        lost = [text for key, text in was.items() if key not in now]
        return gained, lost


def with_example(catalogue: Catalogue, slug: str, text: str, aspect: str) -> Matter:
    """The matter with one more question. Raises NotAnExample."""
    matter = catalogue.matters.get(slug)
    if matter is None:
        raise NotAnExample(f"目录里没有事项 {slug}")
    if "〔" in text:
        raise NotAnExample("这句话里有隐去的号码，请用 --text 写一句不含个人信息的问法")
    for other in catalogue.matters.values():
        if any(comparable(question.text) == comparable(text) for question in other.questions):
            raise NotAnExample(f"“{other.name}”（{other.id}）里已经有这句问法")
    question = Question.parse_obj({"text": text, "aspect": aspect})
    return matter.copy(update={"questions": [*matter.questions, question]})


def effect_of(
    model: Path,
    catalogue: Catalogue,
    changed: Matter,
    questions: Sequence[Asked],
    tell: Callable[[str], None],
) -> Effect:
    """Both catalogues, put to the trained understanding; nothing is written."""
    text = changed.questions[-1].text
    examiner = Examiner(model, catalogue, tell)
    matters = {**catalogue.matters, changed.id: changed}
    before, after = (
        _side(examiner, one, text, questions)
        for one in (catalogue, replace(catalogue, matters=matters))
    )
    return Effect(before, after)


def _side(examiner: Examiner, catalogue: Catalogue, text: str, questions: Sequence[Asked]) -> Side:
    rehearsal = examiner.rehearse_questions(catalogue)
    found, *answers = examiner.understand([text, *(asked.text for asked in questions)])
    return Side(found, rehearsal, judge(questions, answers))


def _finding(rehearsal: Rehearsal) -> dict[tuple[str, str], str]:
    return {(q.matter, q.text): q.text for q in rehearsal.questions if q.finds}
