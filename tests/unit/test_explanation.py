"""An explanation says what really decided: its parts add up to the decision."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.components.act_aspect_classifier import Inputs
from bot.components.explanation.candidates import candidates, costs
from bot.components.explanation.regression import explain_choice
from bot.components.kernel_machine import KernelMachine
from knowledge.search.decide import Sureness, Thresholds, decide
from knowledge.search.fusion import Fusion
from knowledge.search.index import FEATURES, Scored
from knowledge.search.linker import Links

LIMITS = Thresholds(
    5.0, missed=0.2, known=0.3, offered=0.15, sureness=Sureness(-1, 0.5, -0.5, -0.4)
)


class Letters:
    """Six columns of letters, two for each reading."""

    def named(self, places):
        return [(place // 2, "甲乙"[place % 2]) for place in places]


def machine() -> KernelMachine:
    """Of six columns of letters, two of likeness, and four known texts."""
    random = np.random.default_rng(7)
    weights = random.normal(size=(3, 6 + 2)).astype(np.float32)
    known = random.normal(size=(3, 4)).astype(np.float32)
    return KernelMachine(["a", "b", "c"], weights, known, random.normal(size=3))


def test_the_parts_of_a_choice_add_up_to_the_odds() -> None:
    random = np.random.default_rng(3)
    given = Inputs(
        np.array([0, 2, 5], np.int32),
        np.array([0.5, 0.2, 0.9], np.float32),
        random.normal(size=2).astype(np.float32),
        random.normal(size=4).astype(np.float32),
    )

    choice = explain_choice(machine(), given, Letters())

    (_, first), (_, second), *_ = choice.shares
    assert sum(choice.kinds.values()) == pytest.approx(math.log(first / second), abs=1e-4)
    assert {run.reading for run in choice.runs} == {
        "letters",
        "letters_masked",
        "letters_at_ends",
    }


@given(
    st.lists(st.floats(0.001, 1.0), min_size=1, max_size=6),
    st.floats(0.0, 3.0),
    st.floats(0.0, 1.0),
)
def test_the_costs_shown_are_those_that_were_compared(
    weights: list[float], none: float, ambiguous: float
) -> None:
    total = sum(weights) + none
    links = Links({f"m{i}": w / total for i, w in enumerate(weights)}, none / total)
    decision = decide(links, LIMITS, ambiguous)

    shown = costs(links, ambiguous, LIMITS)

    outcome = "answer" if decision.matter else "ask_back" if decision.offer else "unknown"
    assert shown.outcome == outcome
    if decision.offer:
        assert tuple(shown.offered) == decision.offer


def test_what_features_add_tells_two_candidates_apart() -> None:
    width = len(FEATURES)
    fusion = Fusion(np.full(width, 2.0), np.arange(1.0, width + 1), 0.5)
    features = np.random.default_rng(1).random((2, width)).astype(np.float32)
    shares = fusion.probabilities(features[None])[0]
    links = Links({"x": float(shares[0]), "y": float(shares[1])}, float(shares[2]))

    best, other = candidates(fusion, Scored(("x", "y"), features), links)

    apart = sum(best.features[name][1] - other.features[name][1] for name in FEATURES)
    assert apart == pytest.approx(math.log(best.linked / other.linked), abs=1e-4)
