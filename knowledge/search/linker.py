"""Which matter a message is about: every matter's probability, and the probability of none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.search.fusion import Floats, Fusion, fit_fusion, softmax
from knowledge.search.index import FEATURES, CatalogueIndex, Vectors
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
    """What the fusion learns from beside the catalogue's own questions.

    `meant`: for each text the matters that it may mean, one when it is clear. `unrelated`: how
    many texts are about none.
    """

    meant: Sequence[Sequence[str]] = ()
    unrelated: int = 0


class Linker:
    """A catalogue's index with a learned fusion. The fusion outlives changes of the catalogue."""

    def __init__(self, index: CatalogueIndex, fusion: Fusion) -> None:
        self.index = index
        self.fusion = fusion

    def link(self, texts: Sequence[str], vectors: Vectors) -> list[Links]:
        """One answer per text; texts have been read by the index's speller."""
        return [links for links, _ in self.judge(self.index.features(texts, vectors))]

    def judge(self, features: Scores) -> list[tuple[Links, Scores]]:
        """Of each text: its links, and how much it sounds like the catalogue, whichever matter it
        is, and how clearly one matter stands out (EVIDENCE columns)."""
        logits = self.fusion.logits(features)
        judged = []
        for shares, best, peaks in zip(
            softmax(logits).tolist(),
            logits[:, :-1].max(axis=1).tolist(),
            features.max(axis=1).tolist(),
            strict=True,
        ):
            none = shares.pop()
            evidence = _evidence(shares, none, best - self.fusion.none, peaks)
            links = Links(dict(zip(self.index.ids, shares, strict=True)), none)
            judged.append((links, np.array(evidence, np.float32)))
        return judged

    def named(self, features: Scores) -> list[tuple[str, ...]]:
        """Of each text: the ids of the matters called by a name that only they have."""
        ids = self.index.ids
        return [
            tuple(ids[place] for place in np.flatnonzero(row >= 1))
            for row in features[:, :, OUTRIGHT]
        ]

    def evidence(self, features: Scores) -> Scores:
        """(texts, EVIDENCE)"""
        rows = [evidence for _, evidence in self.judge(features)]
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
    """Learn from the catalogue's questions, each without itself, and from further examples.

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
