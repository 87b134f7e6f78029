"""Inverses of large symmetric matrices, as far as leaving texts out in closed form needs them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

Floats = NDArray[np.float32]
SLICE = 512  # columns


def inverse_factor(matrix: Floats) -> Floats:
    """Lower triangular F with F'F the inverse of a symmetric positive definite matrix, of which the
    lower triangle is looked at; in place when the matrix is in Fortran's order.

    A third of the work of the whole inverse. Raises ArithmeticError when there is none.
    """
    factor, failed = lapack.spotrf(matrix, lower=1, overwrite_a=1)
    if not failed:
        factor, failed = lapack.strtri(factor, lower=1, overwrite_c=1)
    if failed:
        raise ArithmeticError("the similarities of the known texts have no inverse")
    return np.asarray(factor)


def diagonal_of_inverse(factor: Floats) -> Floats:
    """Of the inverse of which `inverse_factor` gave the factor."""
    starts = range(0, factor.shape[1], SLICE)
    squares = (np.square(factor[:, start : start + SLICE], dtype=np.float64) for start in starts)
    return np.asarray(np.concatenate([of_some.sum(axis=0) for of_some in squares]), np.float32)
