"""Which matter a message is about: every matter's probability, and the probability of none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.search.fusion import Floats, Fusion, fit_fusion
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
        return sorted(self.of.items(), key=lambda link: (-link[1], link[0]))[:count]


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
        return self.links(self.index.features(texts, vectors))

    def links(self, features: Scores) -> list[Links]:
        rows = self.fusion.probabilities(features)
        ids = self.index.ids
        return [
            Links(dict(zip(ids, map(float, row[:-1]), strict=True)), float(row[-1])) for row in rows
        ]

    def evidence(self, features: Scores) -> Scores:
        """(texts, some columns): how much a text sounds like the catalogue, whichever matter it
        is, and how clearly one matter stands out."""
        shares = self.fusion.probabilities(features)
        ranked = -np.sort(-shares[:, :-1], axis=1)[:, :RANKED]
        relative = ranked / np.maximum(ranked.sum(axis=1, keepdims=True), 1e-9)
        peaks = features.max(axis=1)
        columns = [
            np.log(shares[:, -1] + TINY),
            np.log(1 - shares[:, -1] + TINY),
            np.log(ranked[:, 0] + TINY),
            ranked[:, 0],
            ranked[:, 1:].sum(axis=1),
            -(relative * np.log(relative + TINY)).sum(axis=1),
            self.fusion.logits(features)[:, :-1].max(axis=1) - self.fusion.none,
            *(np.log(ranked[:, place] + TINY) - np.log(ranked[:, 0] + TINY) for place in (1, 2)),
            *(peaks[:, FEATURES.index(name)] for name in PEAKS),
            *_named(peaks[:, FEATURES.index("name_outright")]),
        ]
        return np.asarray(np.stack(columns, axis=1), np.float32)


def _named(outright: Scores) -> tuple[Scores, Scores]:
    """Whether a name that only one matter has is said, and whether only names that several
    have are: the one asks for an answer, the other for a question back."""
    only = (outright >= 1).astype(np.float32)
    return only, (outright > 0).astype(np.float32) - only


PEAKS = ("name_heard", "name_ngrams", "name_meaning", "question_meaning", "ridge")
RANKED = 4
TINY = 1e-6


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
