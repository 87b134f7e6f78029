"""When to answer two questions of one message: learned, and its price shown, on held-out ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sklearn.linear_model import LogisticRegression

from knowledge.two_questions import Pair, TwoQuestions

STEPS = (0.2, 0.3, 0.4, 0.5, 0.6)


@dataclass(frozen=True)
class Breath:
    """What one message may ask, and the aspects that it does: one, or two."""

    pair: Pair
    right: frozenset[str]

    @property
    def both(self) -> bool:
        return self.right == {self.pair.first, self.pair.second}


@dataclass(frozen=True)
class Point:
    """What comes of answering both from a probability on. `found`: of messages that ask two, both;
    `made_up`: of those that ask one, a second; `first`: of all, the one put first is asked."""

    probability: float
    found: float
    made_up: float
    first: float


@dataclass(frozen=True)
class AskingBoth:
    weights: TwoQuestions
    curve: list[Point]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def asking_both(heard: Sequence[Breath], from_: float) -> AskingBoth:
    """Fits the weights of both kinds of messages, and walks along them. Deterministic."""
    one, several = ([of for of in heard if of.pair.several is kind] for kind in (False, True))
    weights = TwoQuestions(_fit(one), _fit(several), from_)
    return AskingBoth(weights, [_point(heard, weights, step) for step in STEPS])


def _fit(heard: Sequence[Breath]) -> dict[str, float]:
    names = list(heard[0].pair.evidence)
    rows = [[float(of.pair.evidence[name]) for name in names] for of in heard]
    model = LogisticRegression(max_iter=2000).fit(rows, [of.both for of in heard])
    weights = zip(["base", *names], [model.intercept_[0], *model.coef_[0]], strict=True)
    return {name: round(float(weight), 2) for name, weight in weights}


def _point(heard: Sequence[Breath], weights: TwoQuestions, step: float) -> Point:
    at = replace(weights, from_=step)
    answered = [(of, *at.asked(of.pair)) for of in heard]
    two = [{first, second} == of.right for of, first, second in answered if len(of.right) > 1]
    one = [bool(second) for of, _, second in answered if len(of.right) == 1]
    first = [first in of.right for of, first, _ in answered]
    return Point(step, _mean(two), _mean(one), _mean(first))


def _mean(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 3) if values else 0.0
