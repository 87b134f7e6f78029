"""Three outcomes: answer about one matter, ask which of a few is meant, or not know."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.search.linker import Links

MOST_OFFERED = 4
FEWEST_OFFERED = 2


@dataclass(frozen=True)
class Thresholds:
    """`config.yml` says why each has its value."""

    wrong_costs: float  # how many questions back a wrong answer is worth
    known: float  # below this much belief in the offered matters together, one does not know
    offered: float  # a matter is offered when it has this share of the best one's probability


@dataclass(frozen=True)
class Decision:
    """`matter` when it is to be answered; else `offer` when one asks back; else neither."""

    matter: str | None
    offer: tuple[str, ...]
    confidence: float


def decide(links: Links, limits: Thresholds, ambiguous: float = 0.0) -> Decision:
    """The cheapest outcome in expectation.

    `ambiguous` is the probability that the words fit several matters equally well. Answering
    costs `wrong_costs` when they do, or when the matter is another one. Asking back costs one,
    and `wrong_costs` when one matter is meant that is not among the offered.
    """
    ranked = links.best(MOST_OFFERED)
    if sum(share for _, share in ranked) < limits.known:
        return Decision(None, (), links.none)
    best, top = ranked[0]
    offer = [link for link in ranked if link[1] >= limits.offered * top]
    if len(offer) < FEWEST_OFFERED:
        offer = ranked[:FEWEST_OFFERED]
    together = sum(share for _, share in offer)
    clear = 1 - ambiguous
    answering = limits.wrong_costs * (1 - clear * top)
    asking = 1 + limits.wrong_costs * clear * (1 - together)
    if answering <= asking or len(offer) < FEWEST_OFFERED:
        return Decision(best, (), clear * top)
    return Decision(None, tuple(slug for slug, _ in offer), 1 - clear * top)
