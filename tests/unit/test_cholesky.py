"""Parts of inverses against the whole inverse."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.search.cholesky import diagonal_of_inverse, inverse_factor


def test_the_factor_gives_the_inverse_and_its_diagonal() -> None:
    rows = np.random.default_rng(7).normal(size=(700, 40)).astype(np.float32)
    matrix = rows @ rows.T / 40 + np.eye(700, dtype=np.float32) / 2
    inverse = np.linalg.inv(matrix.astype(np.float64))
    factor = inverse_factor(np.array(matrix, order="F"))
    np.testing.assert_allclose(factor.T @ factor, inverse, atol=1e-4)
    np.testing.assert_allclose(diagonal_of_inverse(factor), np.diag(inverse), rtol=1e-4)


def test_what_has_no_inverse_is_told() -> None:
    with pytest.raises(ArithmeticError):
        inverse_factor(-np.eye(3, dtype=np.float32, order="F"))
