"""Character n-grams as sparse vectors, and similarities over groups of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

Scores = NDArray[np.float32]
Tokens = Callable[[str], list[str]]


def ngrams(units: Sequence[str], longest: int, joint: str = "") -> list[str]:
    """Every run of 1…longest units."""
    return [
        joint.join(units[start : start + length])
        for length in range(1, longest + 1)
        for start in range(len(units) - length + 1)
    ]


class WeighedTokens:
    """What a fitted vectorizer makes of one text, without the checks that it repeats every time.

    For sublinear counts and rows of unit length; the same numbers but for rounding.
    """

    def __init__(self, vectorizer: TfidfVectorizer) -> None:
        self._tokens: Tokens = vectorizer.build_analyzer()
        self._places: dict[str, int] = vectorizer.vocabulary_
        self._rarity = np.asarray(vectorizer.idf_, np.float32)

    def __len__(self) -> int:
        return len(self._rarity)

    def row(self, text: str) -> tuple[NDArray[np.int32], Scores]:
        """Places in ascending order and their weights."""
        places = self._places
        counts = Counter(places[token] for token in self._tokens(text) if token in places)
        found = np.array(sorted(counts), np.int32)
        times = np.array([counts[place] for place in found.tolist()], np.float32)
        weights = (np.log(times) + 1) * self._rarity[found]
        length = float(np.linalg.norm(weights))
        return found, np.asarray(weights / length if length else weights, np.float32)


class NgramTable:
    """Rows of text, searched by the cosine of their weighted n-grams."""

    def __init__(self, texts: Sequence[str], tokens: Tokens, idf_from: Sequence[str]) -> None:
        self._vectorizer = TfidfVectorizer(analyzer=tokens, sublinear_tf=True, dtype=np.float32)
        self._vectorizer.fit(idf_from or ["-"])
        self.rows = self._vectorizer.transform(texts)
        self._columns = self.rows.T.tocsr()
        self._weighed = WeighedTokens(self._vectorizer)

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        return self._vectorizer.transform(texts)

    def cosines(self, texts: Sequence[str]) -> Scores:
        """(texts, rows)"""
        if len(texts) == 1:
            return self._cosines_of(texts[0])[None]
        return np.asarray((self.transform(texts) @ self._columns).toarray(), np.float32)

    def _cosines_of(self, text: str) -> Scores:
        """One text, token by token: a sparse product costs more in checks than in sums."""
        columns = self._columns
        found = np.zeros(columns.shape[1], np.float32)
        for place, weight in zip(*self._weighed.row(text), strict=True):
            some = slice(columns.indptr[place], columns.indptr[place + 1])
            found[columns.indices[some]] += columns.data[some] * weight
        return found


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
        """(texts, rows) → (texts, groups): the mean of each group's `of` highest scores, from 0."""
        padded = np.concatenate([scores, np.zeros((len(scores), 1), np.float32)], axis=1)
        spread = padded[:, self._places]
        if of == 1:
            return np.asarray(spread.max(axis=2), np.float32)
        of = min(of, spread.shape[2])
        top = np.partition(spread, spread.shape[2] - of, axis=2)[:, :, -of:]
        return np.asarray(top.mean(axis=2), np.float32)

    def mean(self, vectors: Scores) -> Scores:
        """(rows, width) → (groups, width); a group without rows is zero."""
        padded = np.concatenate([vectors, np.zeros((1, vectors.shape[1]), np.float32)])
        sizes = np.maximum((self._places < len(self.owners)).sum(axis=1, keepdims=True), 1)
        return np.asarray(padded[self._places].sum(axis=1) / sizes, np.float32)
