"""Multinomial logistic regression whose probabilities mean what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

ROUNDS = 100  # more change no decision
SEED = 0


@dataclass(frozen=True)
class CalibratedRegression:
    """`temperature` above 1 makes it less sure than the regression says."""

    labels: list[str]
    coefficients: NDArray[np.float32]
    intercepts: NDArray[np.float64]
    temperature: float

    def probabilities_of(
        self, places: NDArray[np.int32], values: NDArray[np.float32], dense: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """(labels,) for one row: its few values at `places`, and the columns that all rows fill,
        which stand last."""
        sparse_part = self.coefficients[:, places] @ values
        dense_part = self.coefficients[:, -len(dense) :] @ dense
        logits = (sparse_part + dense_part + self.intercepts) / self.temperature
        return _softmax(np.asarray(logits, np.float64)[None])[0]


def fit_calibrated(
    rows: sparse.csr_matrix, labels: Sequence[str], strength: float, balance: float, folds: int
) -> CalibratedRegression:
    """Fit on all rows; the temperature comes from predictions on rows held out in turn.

    `balance` 1 weighs every label the same, 0 every row. Deterministic.
    """
    names, codes = np.unique(np.asarray(labels), return_inverse=True)
    weights = (len(codes) / (len(names) * np.bincount(codes))) ** balance

    def fit(chosen: NDArray[np.int64]) -> LogisticRegression:
        model = LogisticRegression(C=strength, max_iter=ROUNDS, solver="lbfgs")
        return model.fit(rows[chosen], codes[chosen], sample_weight=weights[codes[chosen]])

    logits = np.zeros((len(codes), len(names)))
    splits = StratifiedKFold(folds, shuffle=True, random_state=SEED)
    for learned, held_out in splits.split(rows, codes):
        logits[held_out] = fit(learned).decision_function(rows[held_out])
    model = fit(np.arange(len(codes)))
    return CalibratedRegression(
        [str(name) for name in names],
        model.coef_.astype(np.float32),
        model.intercept_,
        _temperature(logits, codes),
    )


def _temperature(logits: NDArray[np.float64], codes: NDArray[np.int64]) -> float:
    def surprise(temperature: float) -> float:
        shares = _softmax(logits / temperature)[np.arange(len(codes)), codes]
        return float(-np.log(np.maximum(shares, 1e-12)).mean())

    return float(minimize_scalar(surprise, bounds=(0.2, 5.0), method="bounded").x)


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    grown = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))
