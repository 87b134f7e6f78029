"""When to ask back rather than answer: learned, and its price shown, on held-out questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from knowledge.search.decide import Sureness, Thresholds, evidence, sure_of, to_offer

STEPS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
Ranked = list[tuple[str, float]]


@dataclass(frozen=True)
class Case:
    """A question about a matter before one decides: the likeliest matters with their
    probabilities, how ambiguous the words are; and the matters that are right, to be offered
    together when they are `several`."""

    ranked: Ranked
    ambiguous: float
    right: frozenset[str]
    several: bool

    @property
    def may_be_answered(self) -> bool:
        return not self.several and self.ranked[0][0] in self.right

    def offers(self, limits: Thresholds) -> bool:
        """Whether a question back would have what is meant."""
        offered = self.right & set(to_offer(self.ranked, limits))
        return len(offered) >= (2 if self.several else 1)


@dataclass(frozen=True)
class Point:
    """What comes of answering from a sureness on. `cost` in questions back for each question;
    `act`: answered when clear, asked back when not; `missed`: of the questions back, those
    without what is meant; `wrong`: of the clear questions, those answered about another matter."""

    sureness: float
    act: float
    several_asked: float
    clear_asked: float
    missed: float
    wrong: float
    cost: float


@dataclass(frozen=True)
class AskingBack:
    sureness: Sureness
    curve: list[Point]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def asking_back(cases: Sequence[Case], limits: Thresholds) -> AskingBack:
    """Fits how sure one may be, and walks along it. Deterministic."""
    sureness = fit_sureness(cases)
    fitted = Thresholds(limits.wrong_costs, limits.missed, limits.known, limits.offered, sureness)
    sure = np.array([sure_of(case.ranked, fitted, case.ambiguous) for case in cases])
    several = np.array([case.several for case in cases])
    right = np.array([case.may_be_answered for case in cases])
    offers = np.array([case.offers(limits) for case in cases])
    curve = []
    for step in STEPS:
        asked = sure < step
        cost = np.where(asked, ~several + limits.wrong_costs * ~offers, limits.wrong_costs * ~right)
        curve.append(
            Point(
                step,
                act=_mean(asked == several),
                several_asked=_mean(asked[several]),
                clear_asked=_mean(asked[~several]),
                missed=_mean(~offers[asked]),
                wrong=_mean((~asked & ~right)[~several]),
                cost=_mean(cost),
            )
        )
    return AskingBack(sureness, curve)


def fit_sureness(cases: Sequence[Case]) -> Sureness:
    rows = [evidence(*_two_best(case.ranked), case.ambiguous) for case in cases]
    model = LogisticRegression(C=10.0, max_iter=500)
    model.fit(rows, [case.may_be_answered for case in cases])
    weights = [round(float(weight), 2) for weight in (model.intercept_[0], *model.coef_[0])]
    return Sureness(*weights)


def _two_best(ranked: Ranked) -> tuple[float, float]:
    return ranked[0][1], ranked[1][1] if len(ranked) > 1 else 0.0


def _mean(values: Any) -> float:
    return round(float(np.mean(values)), 3) if len(values) else 0.0
