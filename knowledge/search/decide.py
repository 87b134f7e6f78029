"""Three outcomes: answer about one matter, ask which of a few is meant, or not know."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.search.linker import Links

MOST_OFFERED = 4


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


def decide(links: Links, limits: Thresholds) -> Decision:
    """The cheapest outcome in expectation.

    Answering costs `wrong_costs` when the matter is another one. Asking back costs one, and
    `wrong_costs` when the right matter is not among the offered.
    """
    ranked = links.best(MOST_OFFERED)
    if not ranked:
        return Decision(None, (), links.none)
    best, top = ranked[0]
    offer = [(slug, share) for slug, share in ranked if share >= limits.offered * top]
    together = sum(share for _, share in offer)
    if together < limits.known:
        return Decision(None, (), 1 - together)
    gained = limits.wrong_costs * (together - top)
    if len(offer) < 2 or gained < 1:
        return Decision(best, (), top)
    return Decision(None, tuple(slug for slug, _ in offer), together)
