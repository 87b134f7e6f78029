"""The catalogue, made searchable: built from its texts alone, without training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from knowledge.search.lexical import Groups, NgramTable, Scores, ngrams
from knowledge.search.names import NameTable
from knowledge.search.ridge import Ridge
from knowledge.search.spelling import Speller

Vectors = NDArray[np.float32]
# texts → unit vectors (len(texts), dimensions); the second argument is "query" or "passage"
Encode = Callable[[Sequence[str], str], NDArray[np.float32]]
LONGEST_NGRAM = 3


@dataclass(frozen=True)
class Entry:
    """What the search knows of one thing that can be found: a matter or a term."""

    id: str
    names: list[str]
    summary: str = ""
    questions: list[str] = field(default_factory=list)


FEATURES = (
    "name_exact",
    "name_near",
    "name_heard",
    "name_ngrams",
    "question_ngrams",
    "question_ngrams_3",
    "covered",
    "name_meaning",
    "summary_meaning",
    "question_meaning",
    "question_meaning_3",
    "ridge",
)


class CatalogueIndex:
    """Scores every entry against texts; texts must have been read by `speller` before."""

    def __init__(self, entries: Sequence[Entry], speller: Speller, encode: Encode) -> None:
        self.entries = list(entries)
        self.ids = [entry.id for entry in entries]
        self.speller = speller
        self.names = NameTable([entry.names for entry in entries])
        asked = [(i, speller.read(q)) for i, entry in enumerate(entries) for q in entry.questions]
        self.questions = [text for _, text in asked]
        self.owners = [owner for owner, _ in asked]
        self._by_question = Groups(self.owners, len(entries))
        documents = ["\n".join([*e.names, e.summary, *e.questions]) for e in entries]
        self._name_grams = NgramTable(self.names.texts, characters, documents)
        self._question_grams = NgramTable(self.questions, characters, documents)
        pieces = [*self.questions, *self.names.texts, *(e.summary for e in entries)]
        owners = [*self.owners, *self.names.groups.owners.tolist(), *range(len(entries))]
        self._coverage = Coverage(pieces, owners, len(entries))
        self._embed(encode)

    def _embed(self, encode: Encode) -> None:
        self.question_vectors = encode(self.questions, "query")
        self._name_vectors = encode(self.names.texts, "query")
        summaries = [f"{entry.names[0]}。{entry.summary}" for entry in self.entries]
        self._summary_vectors = encode(summaries, "passage")
        middle = self._summary_vectors + self.names.groups.mean(self._name_vectors)
        middle = middle - middle.mean(axis=0)
        self._middle = middle / np.maximum(np.linalg.norm(middle, axis=1, keepdims=True), 1e-9)
        rows = np.concatenate([self.question_vectors, self._name_vectors])
        owners = [*self.owners, *self.names.groups.owners.tolist()]
        self._ridge = Ridge(rows, owners, len(self.entries))

    def likeness(self, id: str) -> dict[str, float]:
        """How near each entry is to one, 0…1, by names and summaries."""
        near = np.clip(self._middle @ self._middle[self.ids.index(id)], 0, 1)
        return dict(zip(self.ids, map(float, near), strict=True))

    def features(self, texts: Sequence[str], vectors: Vectors) -> Scores:
        """(texts, entries, FEATURES) for texts that are not in the catalogue."""
        grams = self._question_grams.cosines(texts)
        meaning = np.asarray(vectors @ self.question_vectors.T, np.float32)
        return self._stack(
            texts,
            vectors,
            grams,
            meaning,
            self._coverage.shares(texts),
            self._ridge.scores(vectors),
        )

    def own_features(self) -> Scores:
        """(questions, entries, FEATURES) of the catalogue's own questions, each without itself."""
        grams = self._question_grams.cosines(self.questions)
        meaning = np.asarray(self.question_vectors @ self.question_vectors.T, np.float32)
        np.fill_diagonal(grams, 0)
        np.fill_diagonal(meaning, 0)
        ridge = self._ridge.left_out[: len(self.questions)]
        shares = self._coverage.shares_without_self(len(self.questions))
        return self._stack(self.questions, self.question_vectors, grams, meaning, shares, ridge)

    def _stack(
        self,
        texts: Sequence[str],
        vectors: Vectors,
        grams: Scores,
        meaning: Scores,
        shares: Scores,
        ridge: Scores,
    ) -> Scores:
        names, asked = self.names, self._by_question
        columns = (
            names.exact(texts),
            names.near(texts),
            names.heard(texts),
            names.groups.best(self._name_grams.cosines(texts)),
            asked.best(grams),
            asked.best(grams, 3),
            shares,
            names.groups.best(np.asarray(vectors @ self._name_vectors.T, np.float32)),
            np.asarray(vectors @ self._summary_vectors.T, np.float32),
            asked.best(meaning),
            asked.best(meaning, 3),
            ridge,
        )
        return np.stack(columns, axis=2)


class Coverage:
    """How much of a text's telling letters occurs anywhere in an entry.

    `pieces` are the texts of all entries, the questions first.
    """

    def __init__(self, pieces: Sequence[str], owners: Sequence[int], count: int) -> None:
        self._counter = CountVectorizer(analyzer=characters, dtype=np.float32, binary=True)
        self._pieces = self._counter.fit_transform(pieces)
        self._owners = np.asarray(owners, np.int64)
        places = (self._owners, np.arange(len(pieces)))
        belongs = sparse.csr_matrix(
            (np.ones(len(pieces), np.float32), places), (count, len(pieces))
        )
        self._times = (belongs @ self._pieces).tocsr()
        present = self._times.sign()
        fits = np.asarray(present.sum(axis=0)).ravel()
        self._weight = (np.log1p(count) - np.log(fits)).astype(np.float32)
        self._present = present.T.tocsr()

    def shares(self, texts: Sequence[str]) -> Scores:
        """(texts, entries), 0…1."""
        return self._shares(self._counter.transform(texts))

    def _shares(self, grams: sparse.csr_matrix) -> Scores:
        weighted = grams.multiply(self._weight).tocsr()
        total = np.maximum(np.asarray(weighted.sum(axis=1)), 1e-6)
        return np.asarray((weighted @ self._present).toarray() / total, np.float32)

    def shares_without_self(self, questions: int) -> Scores:
        """The same for the first pieces, whose own letters do not count for their entry."""
        shares = self._shares(self._pieces[:questions])
        for row, owner in enumerate(self._owners[:questions]):
            own = self._pieces[row].indices
            times = self._times[owner].toarray().ravel()[own]
            weight = self._weight[own]
            shares[row, owner] = weight[times > 1].sum() / max(float(weight.sum()), 1e-6)
        return shares


def characters(text: str) -> list[str]:
    return ngrams(text, LONGEST_NGRAM)
