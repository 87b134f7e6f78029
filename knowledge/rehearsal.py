"""The catalogue rehearsed: its questions and near misses are asked, and what comes out is judged.

A question is asked twice: left out of the index, which tells how the next person who asks so will
fare, and word for word. A near miss goes through the whole understanding.

What is stopped, and why from there on:

* CONFUSABLE: the share of a matter's questions, left out, that the linker gives to another one. A
  wrong answer costs five questions back (`wrong_costs` in config.yml), so that asking back pays
  from one wrong in five on; a pair is stopped before it gets there. Pairs that differ in one fact
  of the project are above it by nature: they are declared in rehearsal.yml, each with its reason,
  and the assistant asks back between them.
* FOUND: a matter whose own questions, left out, find it less often than this is not described by
  them: more people who ask about it would be sent elsewhere than come to it.
* SURE: below this confidence an answer flips with every training; above it, it is a fault.
* FALLEN: so much less probable than in the version in force is a loss, not a flutter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from pydantic import Field, ValidationError

from knowledge.loader import Catalogue, problems_of
from knowledge.schema import Record
from knowledge.search.decide import Decision, Thresholds, decide
from knowledge.search.fusion import Floats, Fusion
from knowledge.search.index import CatalogueIndex
from knowledge.search.linker import Links
from knowledge.yaml_source import Problem, YamlUnreadable, line_of, read_yaml

CONFUSABLE = 0.15
FOUND = 0.5
SURE = 0.6
FALLEN = 0.25
FILE = "rehearsal.yml"
SHOWN = 3  # questions that a problem names
FEWEST = 4  # questions from which a share says something


class Neighbours(Record):
    """Two matters that are easily taken for each other, and what tells them apart."""

    between: list[str] = Field(min_items=2, max_items=2)
    why: str = Field(min_length=2)


class Known(Record):
    """What is known to go wrong: it is not hidden, and nothing may be added to it unseen.

    `wrong`: by matter, questions that another matter is answered to, and near misses that this
    one is answered to, although they stand in its file.
    """

    neighbours: list[Neighbours] = Field(default_factory=list)
    wrong: dict[str, list[str]] = Field(default_factory=dict)

    def are_neighbours(self, one: str, other: str) -> bool:
        return any({one, other} == set(pair.between) for pair in self.neighbours)

    def is_wrong(self, matter: str, text: str) -> bool:
        return text in self.wrong.get(matter, ())


@dataclass(frozen=True)
class Answer:
    """What the whole understanding makes of a text: a matter that is answered, or None."""

    matter: str | None
    confidence: float


@dataclass(frozen=True)
class Question:
    """A question of a matter, asked. `left_out`: the probability of each matter when it does not
    know the question; `decided` and `asked`: what it then does, and word for word."""

    matter: str
    place: int
    text: str
    left_out: Mapping[str, float]
    decided: Decision
    asked: Decision

    @property
    def finds(self) -> bool:
        """Whether its matter is answered or offered when the question is left out."""
        return self.matter == self.decided.matter or self.matter in self.decided.offer


@dataclass(frozen=True)
class NearMiss:
    matter: str
    place: int
    text: str
    answer: Answer


@dataclass(frozen=True)
class Rehearsal:
    questions: Sequence[Question]
    near_misses: Sequence[NearMiss] = ()

    def of(self, matter: str) -> list[Question]:
        return [question for question in self.questions if question.matter == matter]

    @property
    def found(self) -> float:
        """The share of all questions, left out, whose matter is answered or offered."""
        return sum(question.finds for question in self.questions) / max(len(self.questions), 1)


def rehearse(
    catalogue: Catalogue,
    index: CatalogueIndex,
    fusion: Fusion,
    limits: Thresholds,
    near_misses: Sequence[NearMiss] = (),
) -> Rehearsal:
    """Asks every question of the catalogue that the index was built from."""
    own = slice(index.catalogued)
    left_out = fusion.probabilities(index.own_features()[own])
    verbatim = index.features(index.questions[own], index.question_vectors[own])
    known = fusion.probabilities(verbatim)
    written = (
        (matter.id, place, question.text)
        for matter in catalogue.matters.values()
        for place, question in enumerate(matter.questions)
    )
    questions = [
        _question(of, index.ids, without, verbatim, limits)
        for of, without, verbatim in zip(written, left_out, known, strict=True)
    ]
    return Rehearsal(questions, near_misses)


def _question(
    of: tuple[str, int, str],
    ids: Sequence[str],
    without: Floats,
    verbatim: Floats,
    limits: Thresholds,
) -> Question:
    links, asked = (_links(ids, row) for row in (without, verbatim))
    return Question(*of, links.of, decide(links, limits), decide(asked, limits))


def _links(ids: Sequence[str], row: Floats) -> Links:
    *shares, none = row.tolist()
    return Links(dict(zip(ids, shares, strict=True)), none)


def read_known(folder: Path, catalogue: Catalogue) -> tuple[Known, list[Problem]]:
    """What is declared in rehearsal.yml, and what is wrong with that file itself."""
    file = folder / FILE
    if not file.is_file():
        return Known(), []
    try:
        known = Known.parse_obj(read_yaml(file) or {})
    except YamlUnreadable as error:
        return Known(), [error.problem]
    except ValidationError as error:
        return Known(), list(problems_of(file, error))
    return known, list(_stale(file, known, catalogue))


def _stale(file: Path, known: Known, catalogue: Catalogue) -> Iterator[Problem]:
    """Declarations about what is no longer there."""
    for index, pair in enumerate(known.neighbours):
        for place, slug in enumerate(pair.between):
            if slug not in catalogue.matters:
                line = line_of(file, ("neighbours", index, "between", place))
                yield Problem(file, line, f"no matter `{slug}`", "name one that exists")
    for slug, texts in known.wrong.items():
        matter = catalogue.matters.get(slug)
        if matter is None:
            line = line_of(file, ("wrong", slug))
            yield Problem(file, line, f"no matter `{slug}`", "name one that exists")
            continue
        there = {*matter.near_misses, *(question.text for question in matter.questions)}
        for place, text in enumerate(texts):
            if text not in there:
                line = line_of(file, ("wrong", slug, place))
                what = f"`{text}` is no question and no near miss of {slug}"
                yield Problem(file, line, what, "remove the line")


def problems_of_rehearsal(
    catalogue: Catalogue, rehearsal: Rehearsal, known: Known, before: Rehearsal | None = None
) -> list[Problem]:
    """What stops a publication. `before`: the version in force, rehearsed by the same model."""
    judge = _Judge(catalogue, known)
    return [
        *judge.pairs(rehearsal),
        *judge.matters(rehearsal),
        *judge.answered_wrongly(rehearsal),
        *judge.near_misses(rehearsal),
        *(judge.lost(rehearsal, before) if before else ()),
    ]


def confusions(rehearsal: Rehearsal) -> dict[tuple[str, str], float]:
    """(one, other) → the share of one's questions, left out, that goes to the other."""
    found: dict[tuple[str, str], float] = {}
    by_matter: dict[str, list[Question]] = {}
    for question in rehearsal.questions:
        by_matter.setdefault(question.matter, []).append(question)
    for one, questions in by_matter.items():
        ids = list(questions[0].left_out)
        mean = np.mean([list(question.left_out.values()) for question in questions], axis=0)
        found.update({(one, other): float(s) for other, s in zip(ids, mean, strict=True)})
    return found


def mended(rehearsal: Rehearsal, known: Known) -> list[str]:
    """Texts declared as known to go wrong that do not any more."""
    wrong = {(q.matter, q.text) for q in rehearsal.questions if _goes_wrong(q)}
    wrong |= {(n.matter, n.text) for n in rehearsal.near_misses if n.answer.matter == n.matter}
    return [
        text for slug, texts in known.wrong.items() for text in texts if (slug, text) not in wrong
    ]


def _goes_wrong(question: Question) -> bool:
    return question.asked.matter not in (None, question.matter)


class _Judge:
    """Names what is wrong by file and line."""

    def __init__(self, catalogue: Catalogue, known: Known) -> None:
        self._catalogue = catalogue
        self._known = known

    def _at(self, matter: str, *keys: str | int) -> tuple[Path, int]:
        file, where = self._catalogue.files[f"Matter:{matter}"]
        return file, line_of(file, (*where, *keys))

    def _name(self, matter: str) -> str:
        return self._catalogue.name(matter)

    def pairs(self, rehearsal: Rehearsal) -> Iterator[Problem]:
        share = confusions(rehearsal)
        for one, other in combinations(self._catalogue.matters, 2):
            worst = max((one, other), (other, one), key=lambda pair: share.get(pair, 0.0))
            if share.get(worst, 0.0) < CONFUSABLE or self._known.are_neighbours(one, other):
                continue
            taken, as_what = worst
            asked = sorted(rehearsal.of(taken), key=lambda q: -q.left_out[as_what])[:SHOWN]
            what = (
                f"“{self._name(taken)}” is taken for “{self._name(as_what)}” ({as_what}) by "
                f"{share[worst]:.0%} of its questions: {_quoted(asked)}"
            )
            todo = f"tell names and questions apart, or declare the two as neighbours in {FILE}"
            yield Problem(*self._at(taken, "questions", asked[0].place), what, todo)

    def matters(self, rehearsal: Rehearsal) -> Iterator[Problem]:
        for slug in self._catalogue.matters:
            questions = rehearsal.of(slug)
            lost = [question for question in questions if not question.finds]
            if len(questions) >= FEWEST and 1 - len(lost) / len(questions) < FOUND:
                what = (
                    f"{len(lost)} of {len(questions)} questions do not find “{self._name(slug)}” "
                    f"when it does not know them: {_quoted(lost)}"
                )
                todo = "write questions about this matter, or move them to the one they are about"
                yield Problem(*self._at(slug, "questions"), what, todo)

    def answered_wrongly(self, rehearsal: Rehearsal) -> Iterator[Problem]:
        for question in rehearsal.questions:
            answered = question.asked.matter
            if (
                answered is None
                or not _goes_wrong(question)
                or question.asked.confidence < SURE
                or self._known.are_neighbours(question.matter, answered)
                or self._known.is_wrong(question.matter, question.text)
            ):
                continue
            what = f"“{question.text}” is answered with “{self._name(answered)}” ({answered})"
            todo = "move it there, say it more clearly, or remove it"
            yield Problem(*self._at(question.matter, "questions", question.place), what, todo)

    def near_misses(self, rehearsal: Rehearsal) -> Iterator[Problem]:
        for miss in rehearsal.near_misses:
            if (
                miss.answer.matter == miss.matter
                and miss.answer.confidence >= SURE
                and not self._known.is_wrong(miss.matter, miss.text)
            ):
                what = f"the near miss “{miss.text}” is answered with this very matter"
                todo = "drop the alias that catches it, or train with examples of what it means"
                yield Problem(*self._at(miss.matter, "near_misses", miss.place), what, todo)

    def lost(self, rehearsal: Rehearsal, before: Rehearsal) -> Iterator[Problem]:
        found = {(q.matter, q.text): q for q in before.questions if q.finds}
        for question in rehearsal.questions:
            earlier = found.get((question.matter, question.text))
            if earlier is None or question.finds:
                continue
            was, now = (q.left_out[q.matter] for q in (earlier, question))
            if was - now >= FALLEN:
                other = max(question.left_out, key=lambda slug: question.left_out[slug])
                what = (
                    f"“{question.text}” no longer finds its matter ({was:.0%} → {now:.0%}; "
                    f"nearest now: {other})"
                )
                todo = f"look at what changed in names and questions of {other}"
                yield Problem(*self._at(question.matter, "questions", question.place), what, todo)


def _quoted(questions: Sequence[Question]) -> str:
    return " / ".join(question.text for question in questions[:SHOWN])
