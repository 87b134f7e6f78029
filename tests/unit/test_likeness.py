"""Texts with like vectors come together."""

from __future__ import annotations

import numpy as np

from knowledge.likeness import grouped, middle


def unit(*rows: tuple[float, float]) -> np.ndarray:
    vectors = np.array(rows, np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_large_groups_come_first_and_single_texts_stay_alone() -> None:
    vectors = unit((0, 1), (1, 0), (1, 0.05), (1, 0.1))

    assert grouped(vectors) == [[1, 2, 3], [0]]


def test_the_middle_is_what_is_most_like_the_rest() -> None:
    assert middle(unit((1, 0), (1, 0.05), (1, 0.1)), [0, 1, 2]) == 1


def test_one_text_is_a_group_and_none_is_no_group() -> None:
    assert grouped(unit((1, 0))) == [[0]]
    assert grouped(np.zeros((0, 2), np.float32)) == []
