"""Which matter a message is about: every matter's probability, and the probability of none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.search.fusion import Floats, Fusion, fit_fusion, softmax
from knowledge.search.index import FEATURES, CatalogueIndex, Index, Scored, Vectors
from knowledge.search.lexical import Scores

NO_MATTER_WEIGHT = 0.5  # questions about nothing in the catalogue are many and easy


@dataclass(frozen=True)
class Links:
    """The probability of each matter by id, and of none of them."""

    of: Mapping[str, float]
    none: float

    def best(self, count: int) -> list[tuple[str, float]]:
        """The likeliest matters, best first; ties by id."""
        least = sorted(self.of.values(), reverse=True)[:count][-1:]
        links = [link for link in self.of.items() if least and link[1] >= least[0]]
        return sorted(links, key=lambda link: (-link[1], link[0]))[:count]


@dataclass(frozen=True)
class LinkExamples:
    """What the fusion learns from beside the questions that the index knows.

    `meant`: for each text the matters that it may mean, one when it is clear. `unrelated`: how
    many texts are about none.
    """

    meant: Sequence[Sequence[str]] = ()
    unrelated: int = 0


@dataclass(frozen=True)
class Judged:
    """`evidence`: how much the text sounds like the catalogue, whichever matter it is about, and
    how clearly one matter stands out (EVIDENCE columns). `named`: the ids of the matters called
    by a name that only they have."""

    links: Links
    evidence: Scores
    named: tuple[str, ...]


class Linker:
    """A catalogue's index with a learned fusion. The fusion outlives changes of the catalogue."""

    def __init__(self, index: Index, fusion: Fusion) -> None:
        self.index = index
        self.fusion = fusion

    def link(self, text: str, vector: Vectors) -> Links:
        """The text has been read by the index's speller."""
        return self.judge(self.index.score(text, vector)).links

    def judge(self, scored: Scored) -> Judged:
        logits = self.fusion.logits(scored.features[None])
        shares = softmax(logits)[0].tolist()
        none = shares.pop()
        peaks = scored.features.max(axis=0).tolist()
        evidence = _evidence(shares, none, float(logits[0, :-1].max()) - self.fusion.none, peaks)
        return Judged(
            Links(dict(zip(scored.ids, shares, strict=True)), none),
            np.array(evidence, np.float32),
            tuple(scored.ids[n] for n in np.flatnonzero(scored.features[:, OUTRIGHT] >= 1)),
        )

    def evidence(self, scored: Iterable[Scored]) -> Scores:
        """(texts, EVIDENCE)"""
        rows = [self.judge(of_text).evidence for of_text in scored]
        return np.stack(rows) if rows else np.zeros((0, EVIDENCE), np.float32)


def _evidence(
    shares: Sequence[float], none: float, lead: float, peaks: Sequence[float]
) -> list[float]:
    """`lead`: by how much the best matter's score is above that of none; `peaks`: the highest
    value of each feature."""
    ranked = sorted(shares, reverse=True)[:RANKED]
    total = max(sum(ranked), 1e-9)
    entropy = -sum(share / total * math.log(share / total + TINY) for share in ranked)
    highest = math.log(ranked[0] + TINY)
    return [
        math.log(none + TINY),
        math.log(1 - none + TINY),
        highest,
        ranked[0],
        sum(ranked[1:]),
        entropy,
        lead,
        *(math.log(ranked[place] + TINY) - highest for place in (1, 2)),
        *(peaks[place] for place in PEAK_PLACES),
        *_named(peaks[OUTRIGHT]),
    ]


def _named(outright: float) -> tuple[float, float]:
    """Whether a name that only one matter has is said, and whether only names that several
    have are: the one asks for an answer, the other for a question back."""
    return float(outright >= 1), float(0 < outright < 1)


PEAKS = ("name_heard", "name_ngrams", "name_meaning", "question_meaning", "ridge")
RANKED = 4
TINY = 1e-6
PEAK_PLACES = [FEATURES.index(name) for name in PEAKS]
OUTRIGHT = FEATURES.index("name_outright")
EVIDENCE = 11 + len(PEAKS)


def train_fusion(
    index: CatalogueIndex, examples: LinkExamples, meant: Scores, unrelated: Scores
) -> Fusion:
    """Learn from the known questions, each without itself, and from further examples.

    `meant` and `unrelated` are the features of the examples, in their order.
    """
    place = {name: number for number, name in enumerate(index.ids)}
    count = len(index.ids)
    targets: list[Floats] = [np.eye(count + 1)[index.owners]]
    weights: list[Floats] = [np.ones(len(index.owners))]
    shared = np.zeros((len(examples.meant), count + 1))
    for row, offered in enumerate(examples.meant):
        known = [place[slug] for slug in offered if slug in place]
        shared[row, known] = 1 / max(len(known), 1)
    targets.append(shared)
    weights.append((shared.sum(axis=1) > 0).astype(float))
    nothing = np.zeros((examples.unrelated, count + 1))
    nothing[:, -1] = 1
    targets.append(nothing)
    weights.append(np.full(len(nothing), NO_MATTER_WEIGHT))
    stacked = np.concatenate([index.own_features(), meant, unrelated])
    return fit_fusion(stacked, np.concatenate(targets), np.concatenate(weights))
