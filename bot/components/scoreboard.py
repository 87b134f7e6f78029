"""How well questions with known meanings are understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.components.understanding import Understood

FIRST_FEW = 3
ASK_MATTER, CLARIFY, OUT_OF_SCOPE = "ask_matter", "clarify", "out_of_scope"
WORST = 15


@dataclass(frozen=True)
class Question:
    """One line of a question file (tests/nlu/label_guide.md)."""

    text: str
    act: str
    matter: str | None = None
    also: tuple[str, ...] = ()
    aspect: str | None = None
    aspect2: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def right(self) -> frozenset[str]:
        """The matters that are right, or for clarify those to be offered."""
        return frozenset(slug for slug in (self.matter, *self.also) if slug)


@dataclass
class Share:
    """So many right of so many."""

    right: int = 0
    of: int = 0

    def count(self, right: bool) -> None:
        self.right += right
        self.of += 1

    @property
    def value(self) -> float | None:
        return round(self.right / self.of, 4) if self.of else None

    def as_json(self) -> dict[str, Any]:
        return {"share": self.value, "right": self.right, "of": self.of}


@dataclass
class Scoreboard:
    """Every figure with its count; see `judge` for what counts as right."""

    shares: dict[str, Share] = field(default_factory=dict)
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[dict[str, Any]] = field(default_factory=list)

    def count(self, name: str, right: bool) -> None:
        self.shares.setdefault(name, Share()).count(right)

    def as_json(self) -> dict[str, Any]:
        return {
            **{name: share.as_json() for name, share in self.shares.items()},
            "confusions": [
                {"gold": gold, "said": said, "times": times}
                for (gold, said), times in self.confusions.most_common(WORST)
            ],
            "wrong": self.wrong,
        }


def judge(
    questions: Sequence[Question],
    answers: Iterable[Understood],
    matters: frozenset[str] | None = None,
) -> Scoreboard:
    """Compare; with `matters`, questions about a matter count only when it is one of these."""
    board = Scoreboard()
    for asked, found in zip(questions, answers, strict=True):
        if matters is not None and asked.act == ASK_MATTER and not asked.right & matters:
            continue
        board.count("act", found.act == asked.act)
        if asked.act == ASK_MATTER:
            _judge_matter(board, asked, found)
        elif asked.act == CLARIFY:
            _judge_clarify(board, asked, found)
        elif asked.act == OUT_OF_SCOPE:
            board.count("out_of_scope_answered", found.act == ASK_MATTER and bool(found.matter))
        if found.act != asked.act:
            board.confusions[asked.act, found.act] += 1
        _note(board, asked, found)
    return board


def _judge_matter(board: Scoreboard, asked: Question, found: Understood) -> None:
    first = [slug for slug, _ in found.ranking[:FIRST_FEW]]
    answered = found.act == ASK_MATTER and found.matter in asked.right
    asked_back = found.act == CLARIFY and bool(asked.right & set(found.offer))
    aspect = found.aspect == asked.aspect
    board.count("matter_first", bool(first) and first[0] in asked.right)
    board.count("matter_in_first_three", bool(asked.right & set(first)))
    board.count("aspect", aspect)
    if asked.aspect2:
        board.count("second_aspect", {found.aspect, found.aspect2} == {asked.aspect, asked.aspect2})
    board.count("joint", answered and aspect)
    board.count("asked_back", asked_back)
    board.count("joint_or_asked_back", (answered and aspect) or asked_back)
    board.count(
        "wrong_matter", found.act == ASK_MATTER and found.matter not in {None, *asked.right}
    )
    for tag in asked.tags:
        board.count(f"joint_or_asked_back/{tag}", (answered and aspect) or asked_back)


def _judge_clarify(board: Scoreboard, asked: Question, found: Understood) -> None:
    back = found.act == CLARIFY
    board.count("clarify_asked_back", back)
    offered = set(found.offer)
    board.count("clarify_offered_right", back and len(offered & asked.right) >= 2)


def _note(board: Scoreboard, asked: Question, found: Understood) -> None:
    right = found.act == asked.act
    if asked.act == ASK_MATTER:
        right = right and found.matter in asked.right and found.aspect == asked.aspect
    if not right:
        board.wrong.append(
            {
                "text": asked.text,
                "gold": [asked.act, asked.matter or list(asked.also), asked.aspect],
                "said": [found.act, found.matter or found.offer, found.aspect],
                "confidence": found.confidence,
            }
        )
