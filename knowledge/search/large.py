"""A catalogue of tens of thousands of matters: first the nearest few, then what tells them apart.

The candidates are found by letters (an inverted index), by names heard, and by meaning (the axes
in which matters differ most). Only they get features, the same as in an exact index; the ridge
looks at the nearest of their texts instead of at all texts. Everything large is mapped from disk.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from sys import intern
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.search import kept
from knowledge.search.index import FEATURES, LONGEST_NGRAM, SEVERAL, Scored, Vectors
from knowledge.search.lexical import Scores, WeighedTokens, counted
from knowledge.search.names import Names, NameTable
from knowledge.search.ridge import ridge_of_nearest
from knowledge.search.spelling import Speller

Places = NDArray[np.int64]
POSTINGS = 30_000  # n-grams that more matters have are left to the names heard and to meaning
TOGETHER = 96  # candidates by letters, names and meaning together
EACH = 32  # and by each of letters and meaning alone
NEAREST = 32  # texts; with 24…192 the ridge told the matters of 105 apart as well as with all
BLOCKS = 16


class LargeIndex:
    """Scores the nearest entries against a text; texts must have been read by its speller."""

    def __init__(self, folder: Path) -> None:
        """Reads what `compile_index` wrote."""
        self.ids: list[str] = kept.text(folder, "ids")
        self._place = {id: place for place, id in enumerate(self.ids)}
        self._named = kept.array(folder, "names")
        self.names = NameTable(_names(folder, self._named))
        grams = kept.text(folder, "grams")
        rarities = kept.array(folder, "gram_rarities")
        self._tokens = WeighedTokens({gram: n for n, gram in enumerate(grams)}, rarities)
        self._postings = (
            kept.array(folder, "gram_starts"),
            kept.array(folder, "gram_matters"),
            kept.array(folder, "gram_weights"),
        )
        self._row_starts = kept.array(folder, "row_starts")
        self._row_grams = kept.array(folder, "row_grams")
        self._row_weights = kept.array(folder, "row_weights")
        self._vectors, self._scales = kept.array(folder, "vectors"), kept.array(folder, "scales")
        self._centre = kept.array(folder, "centre")
        self._axes, self._middles = kept.array(folder, "axes"), kept.array(folder, "middles")
        self._starts = kept.array(folder, "starts")
        self._texts = np.diff(self._starts) - 1  # without the summary
        self._mean_texts = float(self._texts.mean())
        self._scratch = threading.local()

    def score(self, text: str, vector: Vectors) -> Scored:
        """The nearest entries, in the order of the catalogue."""
        given = self._centred(vector)
        places, weights = self._tokens.row(counted(text, LONGEST_NGRAM))
        heard = self.names.heard(text)
        some = self._candidates(places, weights, given, heard)
        rows = _Rows(self, some, places, weights, given)
        found = np.empty((len(some), len(FEATURES)), np.float32)
        found[:, 0] = heard[some]
        found[:, 1] = self.names.outright(text)[some]
        found[:, 2] = rows.best_name(rows.letters)
        found[:, 3] = rows.best_name(rows.meaning)
        found[:, 4] = rows.summaries()
        found[:, 5] = rows.best_questions()
        found[:, 6] = rows.ridge()
        return Scored([self.ids[place] for place in some], found)

    def candidates(self, text: str, vector: Vectors) -> list[str]:
        """The ids of the entries that are looked at."""
        places, weights = self._tokens.row(counted(text, LONGEST_NGRAM))
        heard = self.names.heard(text)
        some = self._candidates(places, weights, self._centred(vector), heard)
        return [self.ids[place] for place in some]

    def likeness(self, id: str) -> dict[str, float]:
        """How near the nearest entries are to one, 0…1, by names and summaries."""
        place = self._place[id]
        some = _highest(self._middles @ self._middles[place], TOGETHER)
        middles = np.stack([self._middle(n) for n in (*some, place)])
        near = np.clip(middles[:-1] @ middles[-1], 0, 1)
        return {self.ids[n]: float(like) for n, like in zip(some, near, strict=True)}

    def _middle(self, place: int) -> Vectors:
        start, end = self._starts[place : place + 2]
        names = slice(start, start + self._named[place])
        mean = (self._vectors[names] * self._scales[names, None]).mean(axis=0)
        middle = mean + self._vectors[end - 1] * self._scales[end - 1]
        return np.asarray(middle / max(float(np.linalg.norm(middle)), 1e-9), np.float32)

    def _centred(self, vector: Vectors) -> Vectors:
        rest = vector - self._centre
        return np.asarray(rest / max(float(np.linalg.norm(rest)), 1e-9), np.float32)

    def _candidates(
        self, places: NDArray[np.int32], weights: Scores, given: Vectors, heard: Scores
    ) -> Places:
        """In ascending order."""
        letters = self._by_letters(places, weights)
        meaning = self._middles @ (self._axes @ given)
        together = meaning + letters / max(float(letters.max()), 1e-9)
        together += heard / max(float(heard.max()), 1e-9)
        nearest = _highest(together, TOGETHER), _highest(letters, EACH), _highest(meaning, EACH)
        return np.unique(np.concatenate(nearest))

    def _by_letters(self, places: NDArray[np.int32], weights: Scores) -> Scores:
        """(entries,): the weights of shared n-grams, the rarest first, as far as they are few."""
        all_starts, matters, of_matter = self._postings
        starts = all_starts[places]
        lengths = all_starts[places + 1] - starts
        rarest = np.argsort(lengths, kind="stable")
        rarest = rarest[np.cumsum(lengths[rarest]) <= POSTINGS]
        runs = [slice(starts[n], starts[n] + lengths[n]) for n in rarest]
        if not runs:
            return np.zeros(len(self.ids), np.float32)
        products = np.concatenate([of_matter[run] for run in runs])
        products *= np.repeat(weights[rarest], lengths[rarest])
        sums = np.bincount(np.concatenate([matters[run] for run in runs]), products, len(self.ids))
        return np.asarray(sums, np.float32)

    def _weights_at(self, places: NDArray[np.int32], weights: Scores, asked: Places) -> Scores:
        """The text's weight for each n-gram asked about; a table of zeros is kept for it."""
        table = getattr(self._scratch, "table", None)
        if table is None:
            table = self._scratch.table = np.zeros(len(self._tokens), np.float32)
        table[places] = weights
        found = table[asked]
        table[places] = 0
        return np.asarray(found, np.float32)


class _Rows:
    """The texts of some entries, compared with one text by letters and by meaning."""

    def __init__(
        self,
        index: LargeIndex,
        some: Places,
        places: NDArray[np.int32],
        weights: Scores,
        given: Vectors,
    ) -> None:
        self._index = index
        self._some = some
        starts, ends = index._starts[some], index._starts[some + 1]
        self._runs = [slice(a, b) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        self._counts = ends - starts
        self._ends = np.cumsum(self._counts)
        self._begins = self._ends - self._counts
        self._named = index._named[some]
        self._vectors = _gathered(index._vectors, self._runs)
        self._scales = _gathered(index._scales, self._runs)
        self.meaning = (self._vectors.astype(np.float32) @ given) * self._scales
        self.letters = self._cosines(places, weights)

    def _cosines(self, places: NDArray[np.int32], weights: Scores) -> Scores:
        index = self._index
        bounds = index._row_starts
        runs = [slice(bounds[run.start], bounds[run.stop]) for run in self._runs]
        self._grams = _gathered(index._row_grams, runs)
        self._weights = _gathered(index._row_weights, runs)
        lengths = _gathered(bounds[1:], self._runs) - _gathered(bounds[:-1], self._runs)
        self._gram_ends = np.cumsum(lengths)
        self._gram_begins = self._gram_ends - lengths
        products = index._weights_at(places, weights, self._grams) * self._weights
        sums = np.add.reduceat(np.append(products, np.float32(0)), self._gram_begins)
        sums[lengths == 0] = 0
        return np.asarray(sums, np.float32)

    def best_name(self, scores: Scores) -> Scores:
        """(entries,): the highest score of an entry's names, from 0."""
        bounds = np.stack([self._begins, self._begins + self._named], axis=1).ravel()
        best = np.maximum.reduceat(scores, bounds)[::2]
        return np.asarray(np.maximum(np.where(self._named > 0, best, 0), 0), np.float32)

    def summaries(self) -> Scores:
        return np.asarray(self.meaning[self._ends - 1])

    def best_questions(self) -> Scores:
        """(entries,): the mean of the highest few of an entry's questions, from 0."""
        begins, counts = self._begins + self._named, self._counts - self._named - 1
        widest = max(int(counts.max()), SEVERAL)
        places = np.arange(widest)
        there = places < counts[:, None]
        spread = np.where(there, self.meaning[(begins[:, None] + places) * there], 0)
        top = np.partition(spread, widest - SEVERAL, axis=1)[:, -SEVERAL:]
        return np.asarray(top.mean(axis=1), np.float32)

    def ridge(self) -> Scores:
        """(entries,)"""
        similar = (self.letters + self.meaning) / 2
        similar[self._ends - 1] = -1  # summaries are nobody's words
        near = _highest(similar, min(NEAREST, len(similar) - len(self._some)))
        owners = np.searchsorted(self._ends, near, side="right")
        vectors = self._vectors[near] * self._scales[near, None]
        kernel = (self._kernel_of_letters(near) + vectors @ vectors.T) / 2
        sizes = self._index._texts[self._some][owners].astype(np.float32)
        added = ridge_of_nearest(similar[near], kernel, sizes, self._index._mean_texts)
        return np.asarray(np.bincount(owners, added, len(self._some)), np.float32)

    def _kernel_of_letters(self, near: Places) -> Scores:
        runs = [slice(self._gram_begins[n], self._gram_ends[n]) for n in near]
        grams, column = np.unique(_gathered(self._grams, runs), return_inverse=True)
        lengths = self._gram_ends[near] - self._gram_begins[near]
        rows = np.zeros((len(near), len(grams)), np.float32)
        rows[np.repeat(np.arange(len(near)), lengths), column] = _gathered(self._weights, runs)
        return np.asarray(rows @ rows.T)


def kept_speller(folder: Path) -> Speller:
    return Speller.from_json(kept.text(folder, "speller"))


def _names(folder: Path, counts: NDArray[np.int64]) -> Names:
    sounds = [tuple(map(intern, sound.split())) for sound in kept.text(folder, "sounds")]
    owners = np.repeat(np.arange(len(counts)), counts).tolist()
    rarities = kept.array(folder, "rarities").tolist()
    return Names(kept.text(folder, "names"), owners, sounds, rarities, len(counts))


def _gathered(rows: NDArray[Any], runs: Sequence[slice]) -> NDArray[Any]:
    """Runs of neighbouring rows, one after another: faster than row by row."""
    return np.concatenate([rows[run] for run in runs])


def _highest(scores: Scores, count: int) -> Places:
    """The places of the highest scores, in no order. Blocks whose best is not among the best
    blocks have none of them: most scores are only looked at once."""
    size = len(scores) // BLOCKS
    if size <= count:
        return np.asarray(np.argpartition(-scores, min(count, len(scores)) - 1)[:count])
    blocks = scores[: size * BLOCKS].reshape(BLOCKS, size).max(axis=0)
    best = np.argpartition(-blocks, count - 1)[:count]
    places = (best[:, None] + np.arange(BLOCKS) * size).ravel()
    places = np.concatenate([places, np.arange(size * BLOCKS, len(scores))])
    return np.asarray(places[np.argpartition(-scores[places], count - 1)[:count]])
