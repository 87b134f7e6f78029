"""Learned fusion: many scores of many candidates → one probability for each, and for none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
PENALTY = 1e-3


@dataclass(frozen=True)
class Fusion:
    """A conditional logit: candidates compete by weighted scores; "none" has a fixed score."""

    scale: Floats
    weights: Floats
    none: float

    def probabilities(self, features: NDArray[np.float32]) -> Floats:
        """(texts, candidates, features) → (texts, candidates + 1); the last one is "none"."""
        return softmax(self.logits(features))

    def to_json(self) -> dict[str, object]:
        return {
            "scale": self.scale.tolist(),
            "weights": self.weights.tolist(),
            "none": self.none,
        }

    @staticmethod
    def from_json(stored: dict[str, Any]) -> Fusion:
        return Fusion(np.array(stored["scale"]), np.array(stored["weights"]), stored["none"])

    def logits(self, features: NDArray[np.float32]) -> Floats:
        scores = features @ (self.weights / self.scale)
        return np.concatenate([scores, np.full((len(scores), 1), self.none)], axis=1)


def softmax(logits: Floats) -> Floats:
    grown = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))


def fit_fusion(features: NDArray[np.float32], targets: Floats, sample: Floats) -> Fusion:
    """Fit on (texts, candidates, features) and target shares (texts, candidates + 1).

    `sample` weighs the texts. Deterministic.
    """
    scale = np.maximum(features.std(axis=(0, 1), dtype=np.float64), 1e-6)
    scaled = features / scale
    width = features.shape[2]
    sample = sample / sample.sum()

    def loss(values: Floats) -> tuple[float, Floats]:
        weights, none = values[:width], values[width]
        logits = np.concatenate([scaled @ weights, np.full((len(scaled), 1), none)], axis=1)
        shares = softmax(logits)
        wrong = (shares - targets) * sample[:, None]
        cost = -(sample[:, None] * targets * np.log(np.maximum(shares, 1e-12))).sum()
        slope = np.append(np.einsum("nm,nmf->f", wrong[:, :-1], scaled), wrong[:, -1].sum())
        slope[:width] += PENALTY * weights
        return float(cost + PENALTY * (weights**2).sum() / 2), slope

    # likeness never counts against a matter, whatever chance the examples offer
    bounds = [(0, None)] * width + [(None, None)]
    found = minimize(loss, np.zeros(width + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return Fusion(scale, np.asarray(found.x[:width]), float(found.x[width]))
