"""A kernel machine whose probabilities mean what they say, fitted in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from knowledge.search.cholesky import diagonal_of_inverse, inverse_factor

Floats = NDArray[np.float32]
CONSTANT = 0.05  # of the kernel: every text is a little like every other
SPREAD = 10.0  # scores of least squares lie between 0 and 1
ROUNDS = 300
SLICE = 1024  # rows
OFTEN = 1024  # columns


@dataclass(frozen=True)
class KernelMachine:
    """Logits are linear in the columns of letters and of likeness, and in how near the text's
    meaning is to each known text: `coefficients` (labels, letters and likeness), `known` (labels,
    texts)."""

    labels: list[str]
    coefficients: Floats
    known: Floats
    intercepts: NDArray[np.float64]

    def probabilities_of(
        self, places: NDArray[np.int32], values: Floats, likeness: Floats, near: Floats
    ) -> NDArray[np.float64]:
        """(labels,) for one text: its few letters at `places`, its likeness to the catalogue, and
        its nearness to the known texts."""
        letters = self.coefficients[:, places] @ values
        rest = self.coefficients[:, -len(likeness) :] @ likeness + self.known @ near
        logits = np.asarray(letters + rest + self.intercepts, np.float64)
        grown = np.exp(logits - logits.max())
        return np.asarray(grown / grown.sum())


@dataclass(frozen=True)
class Known:
    """Texts to learn from: letters and likeness as columns, meaning as unit vectors."""

    columns: sparse.csr_matrix
    meaning: Floats

    def some(self, rows: NDArray[np.int64]) -> Known:
        return Known(self.columns[rows], self.meaning[rows])


@dataclass(frozen=True)
class Nearness:
    """How near two meanings are: `weight` for the same one, falling with their angle."""

    weight: float
    sharpness: float

    def __call__(self, products: Floats) -> Floats:
        """Of unit vectors' products, which are overwritten."""
        products -= 1
        products *= np.float32(self.sharpness)
        np.exp(products, out=products)
        products *= np.float32(self.weight)
        return products


def fit_machine(
    texts: Known,
    asked: Sequence[Sequence[str]],
    nearness: Nearness,
    penalty: float,
    balance: float,
) -> KernelMachine:
    """Least squares on the labels of each text, which may have several; what it makes of each text
    left out (closed form, no refitting) teaches a logistic regression how sure to be.

    `balance` 1 weighs every label the same, 0 every text. Deterministic. Needs the square of the
    texts in memory, 4 bytes each.
    """
    names = sorted({label for labels in asked for label in labels})
    targets = np.zeros((len(asked), len(names)), np.float32)
    for row, labels in enumerate(asked):
        targets[row, [names.index(label) for label in labels]] = 1
    first = np.array([names.index(labels[0]) for labels in asked])
    weights = (len(first) / (len(names) * np.bincount(first, minlength=len(names)))) ** balance
    centred = targets - targets.mean(axis=0)
    kernel = _kernel(texts, nearness)
    kernel[np.diag_indices_from(kernel)] += (penalty / weights[first]).astype(np.float32)
    factor = inverse_factor(kernel)
    dual = np.asarray(factor.T @ (factor @ centred), np.float32)
    left_out = centred - dual / diagonal_of_inverse(factor)[:, None]
    sure = _sureness(left_out, targets)
    turned = np.asarray(SPREAD * dual @ sure.coef_.T, np.float32)
    return KernelMachine(
        names,
        np.ascontiguousarray((texts.columns.T @ turned).T, np.float32),
        np.ascontiguousarray(turned.T),
        np.asarray(sure.intercept_ + CONSTANT * turned.sum(axis=0), np.float64),
    )


def _kernel(texts: Known, nearness: Nearness) -> Floats:
    """Of all texts with each other, the lower triangle; in slices, since their number squared is
    large. Columns that many texts fill are multiplied faster when written out."""
    often = np.argsort(-texts.columns.getnnz(axis=0), kind="stable")[:OFTEN]
    written_out = texts.columns[:, often].toarray()
    rest = texts.columns @ _without(often, texts.columns.shape[1])
    kernel = np.zeros((texts.columns.shape[0],) * 2, np.float32, order="F")
    for start in range(0, len(kernel), SLICE):
        some, later = slice(start, start + SLICE), slice(start, None)
        near = nearness(texts.meaning[later] @ texts.meaning[some].T)
        near += written_out[later] @ written_out[some].T
        near += (rest[later] @ rest[some].T).toarray()
        near += np.float32(CONSTANT)
        kernel[later, some] = near
    return kernel


def _without(places: NDArray[np.int64], width: int) -> sparse.csr_matrix:
    """What empties these columns."""
    kept = np.ones(width, np.float32)
    kept[places] = 0
    return sparse.diags(kept, format="csr", dtype=np.float32)


def _sureness(left_out: Floats, targets: Floats) -> LogisticRegression:
    """From scores to logits; a text with several labels counts once for each, in parts."""
    rows, codes = np.nonzero(targets)
    parts = 1 / targets.sum(axis=1)[rows]
    model = LogisticRegression(max_iter=ROUNDS)
    return model.fit(SPREAD * left_out[rows], codes, sample_weight=parts)
