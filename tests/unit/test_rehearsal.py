"""What a rehearsal stops, and what it lets pass; on figures written by hand."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from knowledge.loader import Catalogue, load_catalogue
from knowledge.rehearsal import (
    CONFUSABLE,
    FALLEN,
    SURE,
    Answer,
    Known,
    NearMiss,
    Question,
    Rehearsal,
    mended,
    problems_of_rehearsal,
    read_known,
    rehearse,
)
from knowledge.search.decide import Decision, Sureness, Thresholds
from knowledge.search.fusion import Fusion
from knowledge.search.index import FEATURES, CatalogueIndex, Entry
from knowledge.search.spelling import Speller
from tests.fakes.small_catalogue import change, write_catalogue

PERMIT, FILING = "sample-permit", "sample-filing"
TEXTS = ("样例许可几天办完", "许可要什么材料", "许可去哪儿办", "没有许可会怎样", "许可收不收费")
FIRST_LINE = 25  # of the questions in the permit's file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_catalogue(tmp_path / "knowledge")
    lines = "".join(f"  - {{text: {text}, aspect: overview}}\n" for text in TEXTS[1:])
    near = "near_misses:\n  - 别的什么许可\n"
    change(
        folder, f"catalogue/{PERMIT}.yml", "aspect: time_limit}\n", "aspect: time_limit}\n" + lines
    )
    file = folder / "catalogue" / f"{PERMIT}.yml"
    file.write_text(file.read_text("utf-8") + near, "utf-8")
    return folder


@pytest.fixture
def catalogue(folder: Path) -> Catalogue:
    return load_catalogue(folder)


def answered(matter: str | None, confidence: float = 0.9) -> Decision:
    return Decision(matter, (), confidence)


def asked(
    *to_filing: float, decided: Decision | None = None, verbatim: Decision | None = None
) -> Rehearsal:
    """The permit's questions, each with the share that the filing gets of it."""
    return Rehearsal(
        [
            Question(
                PERMIT,
                place,
                text,
                {PERMIT: 1 - share, FILING: share},
                decided or answered(PERMIT),
                verbatim or answered(PERMIT),
            )
            for place, (text, share) in enumerate(zip(TEXTS, to_filing, strict=False))
        ]
    )


def said(catalogue: Catalogue, rehearsal: Rehearsal, **more: object) -> list[str]:
    known = more.pop("known", Known())
    assert isinstance(known, Known)
    return [str(one) for one in problems_of_rehearsal(catalogue, rehearsal, known, **more)]  # type: ignore[arg-type]


def neighbours(*pair: str) -> Known:
    return Known.parse_obj({"neighbours": [{"between": list(pair), "why": "都叫样例"}]})


def test_a_sound_rehearsal_stops_nothing(catalogue: Catalogue) -> None:
    assert said(catalogue, asked(0.01, 0.02, 0.0, 0.0, 0.0)) == []


def test_a_confusable_pair_is_named_with_its_questions(catalogue: Catalogue) -> None:
    (problem,) = said(catalogue, asked(0.1, 0.9, 0.5, 0.0, 0.0))
    file = catalogue.files[f"Matter:{PERMIT}"][0]
    assert problem == (
        f"{file}:{FIRST_LINE + 0}: “示例许可” is taken for “示例备案” ({FILING}) by 30% of its "
        "questions: 许可要什么材料 / 许可去哪儿办 / 样例许可几天办完, tell names and questions "
        "apart, or declare the two as neighbours in rehearsal.yml"
    )


@pytest.mark.parametrize(
    ("share", "stopped"), [(CONFUSABLE - 0.01, False), (CONFUSABLE + 0.01, True)]
)
def test_the_threshold_is_the_share_of_the_questions(
    catalogue: Catalogue, share: float, stopped: bool
) -> None:
    assert bool(said(catalogue, asked(*[share] * 5))) is stopped


def test_declared_neighbours_may_be_confusable(catalogue: Catalogue) -> None:
    assert said(catalogue, asked(*[0.4] * 5), known=neighbours(FILING, PERMIT)) == []


def test_an_example_that_another_matter_answers_is_named_at_its_line(catalogue: Catalogue) -> None:
    wrong = asked(0.0, verbatim=answered(FILING))
    (problem,) = said(catalogue, wrong)
    assert f"{PERMIT}.yml:24: “样例许可几天办完” is answered with “示例备案”" in problem
    assert said(catalogue, asked(0.0, verbatim=answered(FILING, SURE - 0.01))) == []
    assert said(catalogue, asked(0.0, verbatim=answered(None))) == []
    assert said(catalogue, wrong, known=neighbours(PERMIT, FILING)) == []
    assert said(catalogue, wrong, known=Known(wrong={PERMIT: [TEXTS[0]]})) == []


def test_a_near_miss_that_is_answered_is_named_at_its_line(catalogue: Catalogue) -> None:
    def missed(answer: Answer) -> Rehearsal:
        return Rehearsal([], [NearMiss(PERMIT, 0, "别的什么许可", answer)])

    (problem,) = said(catalogue, missed(Answer(PERMIT, 0.9)))
    assert f"{PERMIT}.yml:30: the near miss “别的什么许可” is answered" in problem
    assert said(catalogue, missed(Answer(FILING, 0.9))) == []
    assert said(catalogue, missed(Answer(PERMIT, SURE - 0.01))) == []
    known = Known(wrong={PERMIT: ["别的什么许可"]})
    assert said(catalogue, missed(Answer(PERMIT, 0.9)), known=known) == []


def test_a_matter_that_its_questions_do_not_find_is_named(catalogue: Catalogue) -> None:
    (problem,) = said(catalogue, asked(*[0.0] * 5, decided=answered(None)))
    assert "5 of 5 questions do not find “示例许可” when it does not know them" in problem
    assert said(catalogue, asked(0.0, 0.0, decided=answered(None))) == []  # too few to say


def test_an_example_that_no_longer_finds_its_matter_is_named(catalogue: Catalogue) -> None:
    before = asked(0.0, 0.0, 0.0, 0.0, 0.0)
    now = asked(FALLEN + 0.05)
    lost = Rehearsal([*(q for q in before.questions if q.place), _lost(now.questions[0])])
    (problem,) = said(catalogue, lost, before=before)
    assert f"{PERMIT}.yml:24: “样例许可几天办完” no longer finds its matter (100% → 70%" in problem
    fluttered = asked(FALLEN - 0.05)
    little = Rehearsal([*(q for q in before.questions if q.place), _lost(fluttered.questions[0])])
    assert said(catalogue, little, before=before) == []


def _lost(question: Question) -> Question:
    left_out = question.left_out
    return Question(PERMIT, 0, question.text, left_out, answered(None), answered(PERMIT))


def test_what_came_right_is_told(catalogue: Catalogue) -> None:
    known = Known(wrong={PERMIT: [TEXTS[0], TEXTS[1]]})
    assert mended(asked(0.0, 0.0), known) == [TEXTS[0], TEXTS[1]]
    assert mended(asked(0.0, 0.0, verbatim=answered(FILING)), known) == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("neighbours:\n  - between: [sample-permit, nothing]\n    why: 都叫样例\n", 2, "no matter"),
        ("wrong:\n  nothing: [几天]\n", 2, "no matter `nothing`"),
        ("wrong:\n  sample-permit:\n    - 没写过的问法\n", 3, "is no question and no near miss"),
        ("neighbours:\n  - between: [sample-permit]\n    why: 都叫样例\n", 2, "at least 2 items"),
        ("neighbors: []\n", 1, "extra fields not permitted"),
        ("wrong: ]", 1, "not YAML"),
    ],
)
def test_a_declaration_about_nothing_is_named(
    folder: Path, catalogue: Catalogue, text: str, line: int, message: str
) -> None:
    (folder / "rehearsal.yml").write_text(text, "utf-8")
    (problem, *_) = read_known(folder, catalogue)[1]
    assert str(problem).startswith(f"{folder / 'rehearsal.yml'}:{line}: ")
    assert message in str(problem)


def encode(texts: list[str], kind: str) -> np.ndarray:
    """A stand-in for a sentence encoder: hashed pairs of characters."""
    rows = np.zeros((len(texts), 64), np.float32)
    for row, text in enumerate(texts):
        for first, second in pairwise(text):
            rows[row, (ord(first) * 31 + ord(second)) % 64] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def test_a_question_does_not_find_itself(catalogue: Catalogue) -> None:
    """Left out it is less sure of its matter than word for word."""
    entries = [
        Entry(m.id, [m.name, *m.aliases], m.summary.text, [q.text for q in m.questions])
        for m in catalogue.matters.values()
    ]
    index = CatalogueIndex(entries, Speller(TEXTS), encode)
    weights = np.ones(len(FEATURES))
    fusion = Fusion(np.ones(len(FEATURES)), weights, 1.0)
    found = rehearse(
        catalogue, index, fusion, Thresholds(5, 0.2, 0.3, 0.15, Sureness(-1.95, 0.08, -0.48, -0.4))
    ).of(PERMIT)
    assert [question.text for question in found] == list(TEXTS)
    known = fusion.probabilities(index.features(index.questions, index.question_vectors))
    column = index.ids.index(PERMIT)
    assert all(
        question.left_out[PERMIT] < verbatim
        for question, verbatim in zip(found, known[:, column], strict=True)
    )
