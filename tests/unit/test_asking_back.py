"""The price of answering and of asking back, on cases whose outcomes are plain."""

from __future__ import annotations

from bot.components.asking_back import Case, asking_back
from knowledge.search.decide import Sureness, Thresholds

LIMITS = Thresholds(5, missed=0.2, known=0.3, offered=0.15, sureness=Sureness(0, 1, 0, 0))
CLEAR = Case([("a", 0.95), ("b", 0.01)], 0.02, frozenset("a"), several=False)
CLOSE = Case([("a", 0.4), ("b", 0.38)], 0.7, frozenset("ab"), several=True)
MISTAKEN = Case([("a", 0.5), ("b", 0.3)], 0.4, frozenset("c"), several=False)


def test_from_a_high_sureness_on_only_what_is_clear_is_answered() -> None:
    found = asking_back([CLEAR] * 40 + [CLOSE] * 20 + [MISTAKEN] * 20, LIMITS)
    half = next(point for point in found.curve if point.sureness == 0.5)
    assert (half.act, half.several_asked, half.wrong) == (0.75, 1.0, 0.0)
    assert half.clear_asked == round(20 / 60, 3)
    assert half.missed == 0.5  # the mistaken ones, of all that was asked back
    assert half.cost == 6 * 20 / 80
    assert found.sureness.of(0.95, 0.01, 0.02) > 0.9 > 0.1 > found.sureness.of(0.4, 0.38, 0.7)
