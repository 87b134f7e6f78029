"""Character n-grams as sparse vectors, and similarities over groups of rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

Scores = NDArray[np.float32]
REMEMBERED = 256  # texts read last


def ngrams(text: str, longest: int) -> list[str]:
    """Every run of 1…longest characters."""
    return [
        text[start : start + length]
        for length in range(1, longest + 1)
        for start in range(len(text) - length + 1)
    ]


@lru_cache(maxsize=REMEMBERED)
def counted(text: str, longest: int) -> Mapping[str, int]:
    """How often each run of 1…longest characters is in a text; several tables ask for the same."""
    return Counter(ngrams(text, longest))


class WeighedTokens:
    """What a fitted vectorizer makes of one text, without the checks that it repeats every time.

    For sublinear counts and rows of unit length; the same numbers but for rounding.
    """

    def __init__(self, places: Mapping[str, int], rarity: Scores) -> None:
        """The vectorizer's vocabulary, and how rare each token is (its idf)."""
        self._places = places
        self._rarity = np.asarray(rarity, np.float32)

    def __len__(self) -> int:
        return len(self._rarity)

    def row(self, counts: Mapping[str, int]) -> tuple[NDArray[np.int32], Scores]:
        """Places, each once, and their weights."""
        places = self._places
        known = [token for token in counts if token in places]
        if not known:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        found = np.array([places[token] for token in known], np.int32)
        times = np.array([counts[token] for token in known], np.float32)
        weights = (np.log(times) + 1) * self._rarity[found]
        return found, weights / np.float32(math.sqrt(weights @ weights))


class NgramTable:
    """Rows of text, searched by the cosine of their weighted n-grams."""

    def __init__(self, texts: Sequence[str], longest: int, idf_from: Sequence[str]) -> None:
        self._longest = longest
        vectorizer = TfidfVectorizer(
            analyzer=lambda text: ngrams(text, longest), sublinear_tf=True, dtype=np.float32
        )
        vectorizer.fit(idf_from or ["-"])
        self.rows: sparse.csr_matrix = vectorizer.transform(texts)
        self.places: dict[str, int] = vectorizer.vocabulary_
        self.rarity: Scores = vectorizer.idf_
        self._weighed = WeighedTokens(self.places, self.rarity)

    def weighed(self, text: str) -> tuple[NDArray[np.int32], Scores]:
        """The text's places among the columns of `rows`, and its weights there."""
        return self._weighed.row(counted(text, self._longest))


class Postings:
    """For each n-gram the rows that have it. Searching costs as much as the rows found are long,
    whatever the number of rows."""

    def __init__(self, rows: sparse.csr_matrix) -> None:
        columns = rows.tocsc()
        self._count: int = rows.shape[0]
        self._starts, self._rows, self._weights = columns.indptr, columns.indices, columns.data

    def cosines(self, places: NDArray[np.int32], weights: Scores) -> Scores:
        """(rows + 1,), the last one zero: where groups without a row look."""
        starts = self._starts[places]
        lengths = self._starts[places + 1] - starts
        ends = np.cumsum(lengths)
        found = np.repeat(starts - ends + lengths, lengths) + np.arange(lengths.sum())
        products = self._weights[found] * np.repeat(weights, lengths)
        sums = np.bincount(self._rows[found], products, self._count + 1)
        return np.asarray(sums, np.float32)


class Groups:
    """Rows that belong to matters: best and mean-of-best per matter."""

    def __init__(self, owners: Sequence[int], count: int) -> None:
        self.owners = np.asarray(owners, np.int64)
        widest = int(np.bincount(self.owners, minlength=count).max()) if len(owners) else 1
        self._places = np.full((count, widest), len(self.owners), np.int64)
        filled = np.zeros(count, np.int64)
        for row, owner in enumerate(self.owners):
            self._places[owner, filled[owner]] = row
            filled[owner] += 1

    def best(self, scores: Scores, of: int = 1) -> Scores:
        """(…, rows + 1) → (…, groups): the mean of each group's `of` highest scores, from 0.

        The last score is zero: it stands for the rows that a small group does not have.
        """
        spread = scores[..., self._places]
        if of == 1:
            return np.asarray(spread.max(axis=-1), np.float32)
        of = min(of, spread.shape[-1])
        top = np.partition(spread, spread.shape[-1] - of, axis=-1)[..., -of:]
        return np.asarray(top.mean(axis=-1), np.float32)

    def mean(self, vectors: Scores) -> Scores:
        """(rows, width) → (groups, width); a group without rows is zero."""
        padded = with_zero(vectors)
        sizes = np.maximum((self._places < len(self.owners)).sum(axis=1, keepdims=True), 1)
        return np.asarray(padded[self._places].sum(axis=1) / sizes, np.float32)


def with_zero(rows: Scores) -> Scores:
    """The rows and one of zeros."""
    return np.concatenate([rows, np.zeros((1, rows.shape[1]), np.float32)])
