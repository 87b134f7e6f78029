"""Texts grouped by likeness of meaning."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering

# The encoder's vectors all point one way, so that cosines of unlike questions are near 0.8;
# from 0.08 apart on, two questions are hardly ever about the same.
APART = 0.08


def grouped(vectors: NDArray[np.float32], apart: float = APART) -> list[list[int]]:
    """Rows of unit vectors in groups whose members are less than `apart` (1 − cosine) from each
    other on average; large groups first, rows in order."""
    if len(vectors) < 2:
        return [[row] for row in range(len(vectors))]
    clusters = AgglomerativeClustering(
        n_clusters=None, affinity="cosine", linkage="average", distance_threshold=apart
    )
    groups: dict[int, list[int]] = {}
    for row, label in enumerate(clusters.fit_predict(vectors)):
        groups.setdefault(int(label), []).append(row)
    return sorted(groups.values(), key=lambda rows: (-len(rows), rows[0]))


def middle(vectors: NDArray[np.float32], rows: list[int]) -> int:
    """The row of a group that is most like the others."""
    of_group = vectors[rows]
    return rows[int(np.argmax(of_group @ of_group.sum(axis=0)))]
