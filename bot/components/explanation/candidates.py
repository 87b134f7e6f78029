"""Why these matters: each candidate's features, weighed; and what answering or asking costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.search.decide import (
    FEWEST_OFFERED,
    MOST_OFFERED,
    Thresholds,
    sure_of,
    to_offer,
)
from knowledge.search.fusion import Fusion
from knowledge.search.index import FEATURES, Scored
from knowledge.search.linker import Links

SHOWN = 5


@dataclass(frozen=True)
class Candidate:
    """`linked`: the linker's probability; `weighed`: after names said outright and services were
    favoured, which the decision is made from. `features`: name → (value, weight × value)."""

    matter: str
    linked: float
    weighed: float
    features: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Costs:
    """In questions back: what answering the best matter costs in expectation, what asking back
    costs, and how much belief the few best matters have together against `known`, below which
    neither is done."""

    answering: float
    asking: float
    believed: float
    known: float
    ambiguous: float
    offered: Sequence[str]

    @property
    def outcome(self) -> str:
        if self.believed < self.known:
            return "unknown"
        few = len(self.offered) < FEWEST_OFFERED
        return "answer" if few or self.answering <= self.asking else "ask_back"


def candidates(fusion: Fusion, scored: Scored, weighed: Links) -> list[Candidate]:
    """The likeliest matters, best first."""
    linked = fusion.probabilities(scored.features[None])[0]
    factors = fusion.weights / fusion.scale
    places = {slug: place for place, slug in enumerate(scored.ids)}
    found = []
    for slug, share in weighed.best(SHOWN):
        values = scored.features[places[slug]]
        products = zip(FEATURES, values.tolist(), (values * factors).tolist(), strict=True)
        weights = {name: (value, product) for name, value, product in products}
        found.append(Candidate(slug, float(linked[places[slug]]), share, weights))
    return found


def costs(links: Links, ambiguous: float, limits: Thresholds) -> Costs:
    """The two sides that `knowledge.search.decide` compares."""
    ranked = links.best(MOST_OFFERED)
    sure = sure_of(ranked, limits, ambiguous) if ranked else 0.0
    return Costs(
        answering=limits.wrong_costs * (1 - sure),
        asking=limits.asking,
        believed=sum(share for _, share in ranked),
        known=limits.known,
        ambiguous=ambiguous,
        offered=to_offer(ranked, limits) if ranked else (),
    )
