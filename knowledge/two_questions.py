"""Whether a message asks about two sides of a matter: “要啥材料，几天能下来”.

The likeliest aspect is always answered. Whether the next one is asked, too, is judged by a logistic
regression on what the whole message says and what each of its parts that ask says by itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Shares = Mapping[str, float]  # of the aspects
Evidence = Mapping[str, float]
LEAST_SHARE = 1e-4  # nothing rules an aspect out
CAUTIOUS = 0.01  # … where several figures are multiplied to find the second
RATHER = 0.5
SAID = 0.15  # words of its own raise an aspect by as much


@dataclass(frozen=True)
class Part:
    """A part of a message that asks: what it asks when heard by itself, and the aspects that it
    asks for in words of their own."""

    shares: Shares
    said: frozenset[str]


@dataclass(frozen=True)
class Pair:
    """The aspect that a message asks about, and the next likeliest, which it may ask about, too.

    `several`: at least two of its parts ask something. `second_first`: the second is asked before
    the first.
    """

    first: str
    second: str
    several: bool
    second_first: bool
    evidence: Evidence

    def in_order(self) -> tuple[str, str]:
        return (self.second, self.first) if self.second_first else (self.first, self.second)


@dataclass(frozen=True)
class TwoQuestions:
    """A logistic regression for each kind of message, as `base` and a weight for each figure of the
    evidence, fitted on held-out examples (bot/decisions/0014); and the probability from which on
    both are answered. A second answer that was not asked for does less harm than one left out."""

    one: Mapping[str, float]
    several: Mapping[str, float]
    from_: float

    def asked(self, pair: Pair) -> tuple[str, str | None]:
        """What is to be answered. A second that is rather not asked for stands behind, wherever
        the message has it."""
        probability = self.of(pair)
        if probability < self.from_:
            return pair.first, None
        return pair.in_order() if probability >= RATHER else (pair.first, pair.second)

    def of(self, pair: Pair) -> float:
        """The probability that both are asked."""
        weights = self.several if pair.several else self.one
        weighed = sum(weights.get(name, 0.0) * value for name, value in pair.evidence.items())
        return 1 / (1 + math.exp(-weights["base"] - weighed))


def pair_of(whole: Shares, said: frozenset[str], parts: Sequence[Part]) -> Pair:
    """Of the shares of a whole message, of at least two aspects, what it says outright, and its
    parts that ask."""
    agreed_on = agreed(whole, parts[0].shares) if len(parts) == 1 else whole
    first = likeliest(agreed_on)
    if len(parts) < 2:
        second = _next(first, whole, whole, said)
        return Pair(first, second, False, False, _of_one(whole, said, first, second))
    heard = {aspect: max(part.shares[aspect] for part in parts) for aspect in whole}
    anywhere = frozenset[str]().union(*(part.said for part in parts))
    second = _next(first, whole, heard, anywhere)
    later = _place(parts, second) < _place(parts, first)
    return Pair(first, second, True, later, _of_several(whole, parts, first, second))


def likeliest(shares: Shares) -> str:
    return max(sorted(shares), key=lambda aspect: shares[aspect])


def agreed(whole: Shares, part: Shares) -> dict[str, float]:
    """What a message asks, by all of it and by the part of it that asks: the geometric mean."""
    means = {
        aspect: math.sqrt((whole[aspect] + LEAST_SHARE) * (part[aspect] + LEAST_SHARE))
        for aspect in whole
    }
    total = sum(means.values())
    return {aspect: mean / total for aspect, mean in means.items()}


def _next(first: str, whole: Shares, heard: Shares, said: frozenset[str]) -> str:
    """The likeliest aspect but the first: by the whole, what is heard, and words of its own."""

    def likely(aspect: str) -> float:
        both = (heard[aspect] + CAUTIOUS) * (whole[aspect] + CAUTIOUS)
        return math.sqrt(both) + SAID * (aspect in said)

    return max(sorted(set(whole) - {first}), key=likely)


def _place(parts: Sequence[Part], aspect: str) -> int:
    """The part that asks about an aspect most."""
    asks = [part.shares[aspect] + (aspect in part.said) for part in parts]
    return asks.index(max(asks))


def _of_one(whole: Shares, said: frozenset[str], first: str, second: str) -> Evidence:
    return {
        "first": _log_odds(whole[first]),
        "second": _log_odds(whole[second]),
        "first_said": first in said,
        "second_said": second in said,
    }


def _of_several(whole: Shares, parts: Sequence[Part], first: str, second: str) -> Evidence:
    """`…_heard`: by the part that asks for it most; `…_beside`: by the part of the other one, when
    each is given another part."""
    odds = [{a: _log_odds(part.shares[a]) for a in (first, second)} for part in parts]
    places = [(one, two) for one in range(len(parts)) for two in range(len(parts)) if one != two]
    one, two = max(places, key=lambda at: min(odds[at[0]][first], odds[at[1]][second]))
    return {
        "first": _log_odds(whole[first]),
        "second": _log_odds(whole[second]),
        "first_heard": max(of[first] for of in odds),
        "second_heard": max(of[second] for of in odds),
        "first_beside": odds[two][first],
        "second_beside": odds[one][second],
        "first_said": any(first in part.said for part in parts),
        "second_said": any(second in part.said for part in parts),
        "three": len(parts) > 2,
        "first_before": one < two,
    }


def _log_odds(share: float) -> float:
    bound = min(max(share, LEAST_SHARE), 1 - LEAST_SHARE)
    return math.log(bound / (1 - bound))
