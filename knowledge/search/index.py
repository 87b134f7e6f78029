"""The catalogue, made searchable: built from its texts alone, without training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.search.lexical import Groups, NgramTable, Postings, Scores, with_zero
from knowledge.search.names import NameTable, work_out
from knowledge.search.ridge import CONSTANT, KernelRidge
from knowledge.search.spelling import Speller

Vectors = NDArray[np.float32]
# texts → unit vectors (len(texts), dimensions); the second argument is "query" or "passage"
Encode = Callable[[Sequence[str], str], NDArray[np.float32]]
# rows (count, width) → a function that multiplies all of them with one vector: (width,) → (count,)
Multiplier = Callable[[NDArray[np.float32]], Callable[[NDArray[np.float32]], NDArray[np.float32]]]
LONGEST_NGRAM = 3


@dataclass(frozen=True)
class Entry:
    """What the search knows of one thing that can be found: a matter or a term.

    `heard` are questions known from elsewhere than the catalogue, such as training data.
    """

    id: str
    names: list[str]
    summary: str = ""
    questions: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """All that is written of it."""
        return [*self.names, self.summary, *self.questions, *self.heard]


# Each earns its place: leaving any one out makes the cross-validated linker worse.
FEATURES = (
    "name_heard",
    "name_outright",
    "name_ngrams",
    "name_meaning",
    "summary_meaning",
    "question_meaning",
    "ridge",
)
SLICE = 512  # rows
SEVERAL = 3  # a matter is meant when several of its questions are near, not one by chance


@dataclass(frozen=True)
class Scored:
    """Some entries with their FEATURES for one text: (ids, FEATURES)."""

    ids: Sequence[str]
    features: Scores


class Index(Protocol):
    """What the linker and the conversation ask of a catalogue made searchable. Texts must have
    been read by its speller."""

    names: NameTable

    def score(self, text: str, vector: Vectors) -> Scored:
        """The entries that a text may be about; all of them, or the nearest of very many."""

    def likeness(self, id: str) -> dict[str, float]:
        """How near entries are to one, 0…1, by names and summaries."""


def exactly(rows: Vectors) -> Callable[[Vectors], Scores]:
    """The Multiplier that loses nothing."""
    return rows.__matmul__


class CatalogueIndex:
    """Scores every entry against texts; texts must have been read by `speller` before.

    Exact, and learned from; its building grows with the cube of the catalogue's texts.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        speller: Speller,
        encode: Encode,
        multiplier: Multiplier = exactly,
    ) -> None:
        self.entries = list(entries)
        self.ids = [entry.id for entry in entries]
        self.names = NameTable(work_out([entry.names for entry in entries]))
        self._by_name = Groups(self.names.owners, len(entries))
        asked = [(i, speller.read(q)) for i, entry in enumerate(entries) for q in entry.questions]
        self.catalogued = len(asked)  # the first of the questions are the catalogue's own
        asked += [(i, speller.read(q)) for i, entry in enumerate(entries) for q in entry.heard]
        self.questions = [text for _, text in asked]
        self.owners = [owner for owner, _ in asked]
        self._by_question = Groups(self.owners, len(entries))
        self.question_vectors = encode(self.questions, "query")
        vectors = np.concatenate([self.question_vectors, encode(self.names.texts, "query")])
        self._centre = vectors.mean(axis=0)
        summaries = [f"{entry.names[0]}。{entry.summary}" for entry in self.entries]
        self._lay_out(self._centred(vectors), self._centred(encode(summaries, "passage")))
        self._products = multiplier(self._table)
        documents = ["\n".join(entry.texts) for entry in entries]
        rows = [*self.questions, *self.names.texts]
        self._grams = NgramTable(rows, LONGEST_NGRAM, documents)
        self._by_gram = Postings(self._grams.rows[len(self.questions) :])
        self._own_features: Scores | None = None
        self._fit_ridge()

    def _lay_out(self, rows: Vectors, summaries: Vectors) -> None:
        """All vectors in one table, which is multiplied once for a message: questions, names,
        each with a zero after them where groups without a row look, and summaries."""
        count = len(self.questions)
        self._table = np.concatenate([with_zero(rows[:count]), with_zero(rows[count:]), summaries])
        self._question_rows = slice(0, count + 1)
        self._name_rows = slice(count + 1, len(rows) + 2)
        self._summary_rows = slice(len(rows) + 2, None)

    def _rows(self) -> Vectors:
        """Questions and names."""
        parts = self._table[self._question_rows][:-1], self._table[self._name_rows][:-1]
        return np.concatenate(parts)

    def _fit_ridge(self) -> None:
        """Its scores are linear in the similarities, and these in a message's n-grams and vector:
        the products with everything known are taken here, once."""
        owners = [*self.owners, *self.names.owners]
        self._ridge = KernelRidge(self._similar(), owners, len(self.ids))
        dual = self._ridge.dual.astype(np.float64)
        self._ridge_of_vector = np.asarray(self._rows().T @ dual / 2, np.float32)
        self._ridge_of_gram = np.asarray(self._grams.rows.T @ dual / 2, np.float32)
        self._ridge_of_all = np.asarray(CONSTANT * dual.sum(axis=0), np.float32)

    def _centred(self, vectors: Vectors) -> Vectors:
        """The encoder's vectors all point one way; what tells them apart is the rest."""
        rest = vectors - self._centre
        return np.asarray(rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9))

    def _similar(self) -> Scores:
        """The rows against each other, letters and meaning; made in slices, since it is as large
        as the square of the catalogue's texts."""
        vectors, grams = self._rows(), self._grams.rows
        columns = grams.T.tocsr()
        similar = np.empty((len(vectors), len(vectors)), np.float32)
        for start in range(0, len(vectors), SLICE):
            some = slice(start, start + SLICE)
            letters = (grams[some] @ columns).toarray()
            similar[some] = (letters + vectors[some] @ vectors.T) / 2
        return similar

    def likeness(self, id: str) -> dict[str, float]:
        """How near each entry is to one, 0…1, by names and summaries."""
        names = self._by_name.mean(self._table[self._name_rows][:-1])
        middle = self._table[self._summary_rows] + names
        middle /= np.maximum(np.linalg.norm(middle, axis=1, keepdims=True), 1e-9)
        near = np.clip(middle @ middle[self.ids.index(id)], 0, 1)
        return dict(zip(self.ids, map(float, near), strict=True))

    def score(self, text: str, vector: Vectors) -> Scored:
        """All entries for a text that is not in the catalogue."""
        return Scored(self.ids, self.features([text], vector[None])[0])

    def features(self, texts: Sequence[str], vectors: Vectors) -> Scores:
        """(texts, entries, FEATURES) for texts that are not in the catalogue."""
        found = np.empty((len(texts), len(self.ids), len(FEATURES)), np.float32)
        for row, (text, given) in enumerate(zip(texts, self._centred(vectors), strict=True)):
            self._score(text, given, found[row])
        return found

    def _score(self, text: str, given: Vectors, found: Scores) -> None:
        """Fills in one text's features, (entries, FEATURES)."""
        places, weights = self._grams.weighed(text)
        meaning = self._products(given)
        ridge = given @ self._ridge_of_vector + weights @ self._ridge_of_gram[places]
        found[:, 0] = self.names.heard(text)
        found[:, 1] = self.names.outright(text)
        found[:, 2] = self._by_name.best(self._by_gram.cosines(places, weights))
        found[:, 3] = self._by_name.best(meaning[self._name_rows])
        found[:, 4] = meaning[self._summary_rows]
        found[:, 5] = self._by_question.best(meaning[self._question_rows], SEVERAL)
        found[:, 6] = ridge + self._ridge_of_all

    def own_features(self) -> Scores:
        """(questions, entries, FEATURES) of the known questions, each without itself."""
        if self._own_features is None:
            self._own_features = self._leave_each_out()
        return self._own_features

    def _leave_each_out(self) -> Scores:
        count = len(self.questions)
        found = self.features(self.questions, self.question_vectors)
        known = self._table[self._question_rows][:-1]
        own = known @ known.T
        np.fill_diagonal(own, 0)
        padded = np.concatenate([own, np.zeros((count, 1), np.float32)], axis=1)
        found[:, :, 5] = self._by_question.best(padded, SEVERAL)
        found[:, :, 6] = self._ridge.left_out(self._similar())[:count]
        return found
