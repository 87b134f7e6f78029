"""Products of vectors in bytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.components.byte_table import ByteTable

ROWS, WIDTH = 500, 128


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Unit vectors; the second half far from even, as axes by length are."""
    found = np.random.default_rng(7).standard_normal((ROWS, WIDTH)).astype(np.float32)
    found[ROWS // 2 :] *= np.linspace(8, 0.1, WIDTH, dtype=np.float32)
    return unit(found)


@pytest.fixture(scope="module")
def table(rows: np.ndarray) -> ByteTable:
    return ByteTable(rows)


@given(seed=st.integers(0, 10_000), length=st.sampled_from([0.001, 1.0, 50.0]))
def test_products_are_nearly_the_exact_ones(
    rows: np.ndarray, table: ByteTable, seed: int, length: float
) -> None:
    """Of whatever length; errors are a share of it."""
    some = np.random.default_rng(seed)
    mixed = some.standard_normal(WIDTH) + 20 * some.random() * rows[seed % ROWS]
    vector = (unit(mixed) * length).astype(np.float32)
    error = np.abs(table(vector) - rows @ vector) / length
    assert error.max() < 0.01
    assert np.quantile(error, 0.95) < 0.004


def test_a_vector_finds_itself(rows: np.ndarray, table: ByteTable) -> None:
    for place in range(0, ROWS, 25):
        assert int(np.argmax(table(rows[place]))) == place


def test_the_largest_sums_are_not_cut_off() -> None:
    ones = np.ones((3, 1024), np.float32)
    ones[1] *= -1
    found = ByteTable(ones)(np.ones(1024, np.float32))
    assert found == pytest.approx([1024, -1024, 1024], rel=1e-3)


def test_zero_stays_zero(table: ByteTable) -> None:
    assert not table(np.zeros(WIDTH, np.float32)).any()
    assert not ByteTable(np.zeros((2, WIDTH), np.float32))(np.ones(WIDTH, np.float32)).any()
