"""The catalogue, made searchable: built from its texts alone, without training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knowledge.search.lexical import Groups, NgramTable, Scores, ngrams
from knowledge.search.names import NameTable
from knowledge.search.ridge import KernelRidge
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
SEVERAL = 3  # a matter is meant when several of its questions are near, not one by chance


class CatalogueIndex:
    """Scores every entry against texts; texts must have been read by `speller` before."""

    def __init__(self, entries: Sequence[Entry], speller: Speller, encode: Encode) -> None:
        self.entries = list(entries)
        self.ids = [entry.id for entry in entries]
        self.names = NameTable([entry.names for entry in entries])
        asked = [(i, speller.read(q)) for i, entry in enumerate(entries) for q in entry.questions]
        self.questions = [text for _, text in asked]
        self.owners = [owner for owner, _ in asked]
        self._by_question = Groups(self.owners, len(entries))
        documents = ["\n".join([*e.names, e.summary, *e.questions]) for e in entries]
        rows = [*self.questions, *self.names.texts]
        self._grams = NgramTable(rows, characters, documents)
        self.question_vectors = encode(self.questions, "query")
        vectors = np.concatenate([self.question_vectors, encode(self.names.texts, "query")])
        self._centre = vectors.mean(axis=0)
        self._rows = self._centred(vectors)
        summaries = [f"{entry.names[0]}。{entry.summary}" for entry in self.entries]
        self._summaries = self._centred(encode(summaries, "passage"))
        owners = [*self.owners, *self.names.groups.owners.tolist()]
        self._own_features: Scores | None = None
        self._ridge = KernelRidge(self._kernel(*self._own()), owners, len(entries))

    def _centred(self, vectors: Vectors) -> Vectors:
        """The encoder's vectors all point one way; what tells them apart is the rest."""
        rest = vectors - self._centre
        return np.asarray(rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9))

    def _own(self) -> tuple[Scores, Scores]:
        """Letters and meaning of the rows against each other."""
        letters = np.asarray((self._grams.rows @ self._grams.rows.T).toarray(), np.float32)
        return letters, np.asarray(self._rows @ self._rows.T, np.float32)

    @staticmethod
    def _kernel(letters: Scores, meaning: Scores) -> Scores:
        return (letters + meaning) / 2

    def likeness(self, id: str) -> dict[str, float]:
        """How near each entry is to one, 0…1, by names and summaries."""
        middle = self._summaries + self.names.groups.mean(self._rows[len(self.questions) :])
        middle /= np.maximum(np.linalg.norm(middle, axis=1, keepdims=True), 1e-9)
        near = np.clip(middle @ middle[self.ids.index(id)], 0, 1)
        return dict(zip(self.ids, map(float, near), strict=True))

    def features(self, texts: Sequence[str], vectors: Vectors) -> Scores:
        """(texts, entries, FEATURES) for texts that are not in the catalogue."""
        letters = self._grams.cosines(texts)
        given = self._centred(vectors)
        meaning = np.asarray(given @ self._rows.T, np.float32)
        ridge = self._ridge.scores(self._kernel(letters, meaning))
        return self._stack(texts, given, letters, meaning, ridge)

    def own_features(self) -> Scores:
        """(questions, entries, FEATURES) of the catalogue's own questions, each without itself."""
        if self._own_features is None:
            self._own_features = self._leave_each_out()
        return self._own_features

    def _leave_each_out(self) -> Scores:
        letters, meaning = self._own()
        np.fill_diagonal(letters, 0)
        np.fill_diagonal(meaning, 0)
        count = len(self.questions)
        ridge = self._ridge.left_out()[:count]
        return self._stack(
            self.questions, self._rows[:count], letters[:count], meaning[:count], ridge
        )

    def _stack(
        self, texts: Sequence[str], given: Vectors, letters: Scores, meaning: Scores, ridge: Scores
    ) -> Scores:
        names, asked, count = self.names, self._by_question, len(self.questions)
        columns = (
            names.heard(texts),
            names.outright(texts),
            names.groups.best(letters[:, count:]),
            names.groups.best(meaning[:, count:]),
            np.asarray(given @ self._summaries.T, np.float32),
            asked.best(meaning[:, :count], SEVERAL),
            ridge,
        )
        return np.stack(columns, axis=2)


def characters(text: str) -> list[str]:
    return ngrams(text, LONGEST_NGRAM)
