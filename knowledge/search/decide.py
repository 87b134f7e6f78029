"""Three outcomes: answer about one matter, ask which of a few is meant, or not know."""

from __future__ import annotations

import math
from dataclasses import dataclass

from knowledge.search.linker import Links

MOST_OFFERED = 4
FEWEST_OFFERED = 2
SUREST = 0.99  # no probability is believed to be nearer to 0 or 1
TINY = 1e-4


@dataclass(frozen=True)
class Sureness:
    """How sure one may be that the likeliest matter is the one meant: a logistic regression on
    what is known before deciding. Fitted on held-out examples (decision 0014)."""

    base: float
    best: float  # for the log-odds of the likeliest matter
    ambiguous: float  # for the log-odds of the words fitting several matters
    next_best: float  # for the logarithm of the next matter's share of the likeliest one's

    def of(self, best: float, next_best: float, ambiguous: float) -> float:
        """Of the two likeliest matters' probabilities, and that of ambiguity."""
        return 1 / (1 + math.exp(-self._log_odds(*evidence(best, next_best, ambiguous))))

    def _log_odds(self, best: float, ambiguous: float, next_best: float) -> float:
        weighed = self.best * best + self.ambiguous * ambiguous + self.next_best * next_best
        return self.base + weighed


def evidence(best: float, next_best: float, ambiguous: float) -> tuple[float, float, float]:
    """What Sureness weighs: of best, ambiguous, next_best."""
    return _log_odds(best), _log_odds(ambiguous), math.log((next_best + TINY) / (best + TINY))


def _log_odds(share: float) -> float:
    bound = min(max(share, 1 - SUREST), SUREST)
    return math.log(bound / (1 - bound))


@dataclass(frozen=True)
class Thresholds:
    """`config.yml` says why each has its value."""

    wrong_costs: float  # how many questions back a wrong answer is worth
    missed: float  # the share of questions back that do not offer what was meant
    known: float  # below this much belief in the offered matters together, one does not know
    offered: float  # a matter is offered when it has this share of the best one's probability
    sureness: Sureness

    @property
    def asking(self) -> float:
        """What a question back costs in expectation."""
        return 1 + self.wrong_costs * self.missed


@dataclass(frozen=True)
class Decision:
    """`matter` when it is to be answered; else `offer` when one asks back; else neither."""

    matter: str | None
    offer: tuple[str, ...]
    confidence: float


def decide(links: Links, limits: Thresholds, ambiguous: float = 0.0) -> Decision:
    """The cheaper outcome in expectation: answering costs `wrong_costs` when the likeliest matter
    is not meant, or not alone.

    `ambiguous` is the probability that the words fit several matters equally well.
    """
    ranked = links.best(MOST_OFFERED)
    if sum(share for _, share in ranked) < limits.known:
        return Decision(None, (), links.none)
    best, sure = ranked[0][0], sure_of(ranked, limits, ambiguous)
    offer = to_offer(ranked, limits)
    if limits.wrong_costs * (1 - sure) <= limits.asking or len(offer) < FEWEST_OFFERED:
        return Decision(best, (), sure)
    return Decision(None, offer, 1 - sure)


def sure_of(ranked: list[tuple[str, float]], limits: Thresholds, ambiguous: float) -> float:
    next_best = ranked[1][1] if len(ranked) > 1 else 0.0
    return limits.sureness.of(ranked[0][1], next_best, ambiguous)


def to_offer(ranked: list[tuple[str, float]], limits: Thresholds) -> tuple[str, ...]:
    """The matters near the best one; the next best at least."""
    offer = [slug for slug, share in ranked if share >= limits.offered * ranked[0][1]]
    if len(offer) < FEWEST_OFFERED:
        offer = [slug for slug, _ in ranked[:FEWEST_OFFERED]]
    return tuple(offer)
