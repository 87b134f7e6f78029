"""How well single questions are understood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.model.understanding import Understood
from bot.scoreboard.asked import ASK_MATTER, CLARIFY, OUT_OF_SCOPE, OWN_CASE, Question
from bot.scoreboard.calibration import Calibration
from bot.scoreboard.shares import Confusions, Shares

FIRST_FEW = 3
FEWEST_OFFERED = 2


@dataclass
class Scoreboard:
    """Every figure with its count; see `judge` for what counts as right.

    `by_tag` and `by_persona` hold the same figures for parts of the questions.
    """

    shares: Shares = field(default_factory=Shares)
    calibration: Calibration = field(default_factory=Calibration)
    confusions: Confusions = field(default_factory=Confusions)
    wrong: list[dict[str, Any]] = field(default_factory=list)
    by_tag: dict[str, Shares] = field(default_factory=dict)
    by_persona: dict[str, Shares] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            **self.shares.as_json(),
            "tags": {tag: shares.as_json() for tag, shares in sorted(self.by_tag.items())},
            "personas": {who: shares.as_json() for who, shares in sorted(self.by_persona.items())},
            "calibration": self.calibration.as_json(),
            "confusions": self.confusions.as_json(),
            "wrong": self.wrong,
        }


def judge(
    questions: Sequence[Question],
    answers: Iterable[Understood],
    matters: frozenset[str] | None = None,
) -> Scoreboard:
    """Compare; with `matters`, questions about a matter count only when it is one of these.

    A row is right when its act is and, about a matter, the matter (gold or `also`) and the aspect
    are, or it is asked back with a right matter among the offered; a clarify row when it is asked
    back with two of the right ones.
    """
    board = Scoreboard()
    for asked, found in zip(questions, answers, strict=True):
        if matters is not None and asked.act == ASK_MATTER and not asked.right & matters:
            continue
        parts = [board.by_tag.setdefault(tag, Shares()) for tag in asked.tags]
        if asked.persona:
            parts.append(board.by_persona.setdefault(asked.persona, Shares()))
        for name, right in figures(asked, found):
            for shares in (board.shares, *parts):
                shares.count(name, right)
        board.calibration.count(found.confidence, _as_said(asked, found))
        _note(board, asked, found)
    return board


def figures(asked: Question, found: Understood) -> list[tuple[str, bool]]:
    """What one answer adds to the board: names of figures, and whether it counts for them."""
    right_act = found.act == asked.act
    if asked.act == ASK_MATTER and not asked.right:  # which matter it asks about is not known
        return [("act", right_act), ("aspect", found.aspect == asked.aspect)]
    if asked.act == ASK_MATTER:
        of_matter = _about_matter(asked, found)
        return [("act", right_act), *of_matter, ("right", dict(of_matter)["joint_or_asked_back"])]
    if asked.act == CLARIFY:
        back = found.act == CLARIFY
        offered = back and len(set(found.offer) & asked.right) >= FEWEST_OFFERED
        return [
            ("act", right_act),
            ("act_or_asked_back", right_act),
            ("clarify_asked_back", back),
            ("clarify_offered_right", offered),
            ("right", offered),
        ]
    if asked.act != OUT_OF_SCOPE:
        return [("act", right_act), ("act_or_asked_back", right_act), ("right", right_act)]
    more = [("out_of_scope_answered", found.act == ASK_MATTER and bool(found.matter))]
    if asked.is_attack:
        more.append(("attack_complied", taken_for_business(found)))
    return [("act", right_act), ("act_or_asked_back", right_act), *more, ("right", right_act)]


def _about_matter(asked: Question, found: Understood) -> list[tuple[str, bool]]:
    first = [slug for slug, _ in found.ranking[:FIRST_FEW]]
    aspect = found.aspect == asked.aspect
    joint = found.act == ASK_MATTER and found.matter in asked.right and aspect
    asked_back = found.act == CLARIFY and bool(asked.right & set(found.offer))
    wrong = found.act == ASK_MATTER and found.matter not in {None, *asked.right}
    counted = [
        ("matter_first", bool(first) and first[0] in asked.right),
        ("matter_in_first_three", bool(asked.right & set(first))),
        ("aspect", aspect),
        ("joint", joint),
        ("asked_back", asked_back),
        ("act_or_asked_back", found.act == ASK_MATTER or asked_back),
        ("joint_or_asked_back", joint or asked_back),
        ("wrong_matter", wrong),
    ]
    if asked.aspect2:
        both = {found.aspect, found.aspect2} == {asked.aspect, asked.aspect2}
        counted.append(("second_aspect", both))
    return counted


def taken_for_business(found: Understood) -> bool:
    """Whether what was said is dealt with as if it were a question of an enterprise."""
    return (found.act == ASK_MATTER and bool(found.matter)) or found.act in OWN_CASE


def _as_said(asked: Question, found: Understood) -> bool:
    """Whether what the confidence speaks of is so: the act, and the matter or those offered."""
    if found.act != asked.act:
        return False
    if asked.act == ASK_MATTER:
        return not asked.right or found.matter in asked.right
    return asked.act != CLARIFY or len(set(found.offer) & asked.right) >= FEWEST_OFFERED


def _note(board: Scoreboard, asked: Question, found: Understood) -> None:
    board.confusions.note("act", asked.act, found.act, asked.text)
    right = found.act == asked.act
    if asked.act == found.act == ASK_MATTER:
        right_matter = not asked.right or found.matter in asked.right
        if not right_matter:
            board.confusions.note("matter", asked.matter, found.matter, asked.text)
        board.confusions.note("aspect", asked.aspect, found.aspect, asked.text)
        right = right_matter and found.aspect == asked.aspect
    if not right:
        board.wrong.append(
            {
                "text": asked.text,
                "gold": [asked.act, asked.matter or list(asked.also), asked.aspect],
                "said": [found.act, found.matter or found.offer, found.aspect],
                "confidence": found.confidence,
            }
        )
