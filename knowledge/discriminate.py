"""The question that tells matters apart, made from what differs in their data.

Several ways of telling apart are tried: a fact of the project that decides which of them it needs,
what sort of thing they are, the stage, what comes out, who handles it. The one that separates the
most pairs is asked about; of several the first, since people know their project better than the
offices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from knowledge.loader import Catalogue
from knowledge.schema import JOINING, NEGATING, Matter, ProjectFact, When
from knowledge.stages import STAGES

LONGEST = 16  # characters of an answer in the question; a longer one is read as a text
SORTS = {"service": "请中介机构来做", "utility": "向水电气热等单位报装"}
APPROVAL = "办审批手续"
IN_ORDER = ("1", "2", "3", "4")
_TITLE = re.compile(r"《[^》]+》")
_END = re.compile(r"[（(；;，,。：]")


@dataclass(frozen=True)
class View:
    """One way of telling matters apart: each matter's possible answers (None: any), and the
    question."""

    answers: Mapping[str, frozenset[str] | None]
    question: str

    @property
    def separated(self) -> int:
        """Pairs that no answer fits both of."""
        return sum(
            one is not None and other is not None and not one & other
            for one, other in combinations(self.answers.values(), 2)
        )


def discriminating_question(catalogue: Catalogue, slugs: Sequence[str]) -> str | None:
    """A short question in Chinese, or None when the data of the matters do not differ."""
    matters = [catalogue.matters[slug] for slug in slugs]
    views = [view for view in _views(catalogue.vocabulary, matters) if view.separated]
    return max(views, key=lambda view: view.separated).question if views else None


def _views(vocabulary: Mapping[str, ProjectFact], matters: Sequence[Matter]) -> Iterator[View]:
    for fact in vocabulary.values():
        if fact.values:
            yield _by_fact(fact, matters)
    yield _by_words(matters, _sort, "您是要{}？")
    in_order = sorted(matters, key=lambda matter: matter.stage)
    yield _by_words(in_order, _stage, "项目到哪一步了：{}？")
    yield _by_words(matters, _result, "要拿到的是{}？")
    yield _by_words(matters, _department, "要找的是{}？")


def _by_fact(fact: ProjectFact, matters: Sequence[Matter]) -> View:
    answers = {matter.id: allowed_values(fact, matter) for matter in matters}
    if fact.kind == "yes_no":
        return View(answers, fact.question)
    said: dict[str, None] = {}
    for allowed in answers.values():
        if allowed is not None:
            named = [name for value, name in fact.choices.items() if value in allowed]
            said["或".join(named)] = None
    return View(answers, f"{fact.name}：{_either(list(said))}？")


def allowed_values(fact: ProjectFact, matter: Matter) -> frozenset[str] | None:
    """The values with which a project can need the matter; None when it makes no difference."""
    rules = [rule.when for rule in matter.applies_when if not rule.where]
    if not rules:
        return None
    allowed = frozenset[str]().union(*(_values(fact, when) for when in rules))
    return None if allowed == frozenset(fact.values) else allowed


def _values(fact: ProjectFact, when: When) -> frozenset[str]:
    """The values of the fact with which a condition can hold."""
    allowed = frozenset(fact.values)
    for key, wanted in when.items():
        if key == fact.id:
            allowed &= frozenset(wanted if isinstance(wanted, list) else [wanted])
        elif key == NEGATING and set(wanted) == {fact.id}:
            allowed -= _values(fact, wanted)
        elif key in JOINING:
            parts = [_values(fact, item) for item in wanted]
            one = frozenset[str]().union(*parts)
            allowed &= one if key == "any" else frozenset(fact.values).intersection(*parts)
    return allowed


def _by_words(
    matters: Sequence[Matter], word_of: Callable[[Matter], str | None], question: str
) -> View:
    words = {matter.id: word_of(matter) for matter in matters}
    said = list(dict.fromkeys(word for word in words.values() if word))
    answers = {slug: frozenset([word]) if word else None for slug, word in words.items()}
    return View(answers, question.format(_either(said)))


def _either(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{'、'.join(words[:-1])}还是{words[-1]}"


def _sort(matter: Matter) -> str:
    return SORTS.get(matter.stage, APPROVAL)


def _stage(matter: Matter) -> str | None:
    """Of what stands in the row of stages; what runs beside them has no place in it."""
    return STAGES[matter.stage] if matter.stage in IN_ORDER else None


def _result(matter: Matter) -> str | None:
    if not matter.results:
        return None
    text = matter.results[0].text
    title = _TITLE.search(text)
    return _short(title.group() if title else text)


def _department(matter: Matter) -> str | None:
    return _short(matter.departments[0].text)


def _short(text: str) -> str | None:
    """The first words, when they are few enough to be read in a question."""
    words = text if text.startswith("《") else _END.split(text, 1)[0]
    return words if 1 < len(words) <= LONGEST else None
