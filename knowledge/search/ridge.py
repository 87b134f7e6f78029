"""A classifier with a closed form: fitted in a moment whenever the catalogue changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from knowledge.search.cholesky import diagonal_of_inverse, inverse_factor

Floats = NDArray[np.float32]
# Chosen by leave-one-out on the catalogue's questions; the result is flat from 0.1 to 1.
PENALTY = 0.2
CONSTANT = 0.05  # of the kernel: every text is a little like every other


class KernelRidge:
    """One regression per group on similarities between texts, every group weighing the same.

    Memory grows with the square of the texts: meant for up to some ten thousand of them.
    """

    def __init__(self, similar: Floats, owners: Sequence[int], count: int) -> None:
        """`similar` is (texts, texts), symmetric, ones on the diagonal; it is overwritten."""
        self._owners = np.asarray(owners, np.int64)
        self._target = np.zeros((len(owners), count), np.float32)
        self._target[np.arange(len(owners)), self._owners] = 1
        # symmetric, so that its transpose is the same in the order that is solved in place
        kernel = self._kernel(similar).T
        solved = linalg.solve(kernel, self._target, assume_a="pos", overwrite_a=True)
        self.dual = np.asarray(solved, np.float32)

    def _kernel(self, similar: Floats) -> Floats:
        sizes = np.bincount(self._owners, minlength=self._target.shape[1])
        penalty = PENALTY * sizes[self._owners] / max(float(sizes.mean()), 1.0)
        similar += CONSTANT
        similar[np.diag_indices_from(similar)] += penalty
        return similar

    def left_out(self, similar: Floats) -> Floats:
        """The fitted texts' scores as if each had been left out: closed form, no refitting.

        `similar` is what the ridge was fitted on; it is overwritten.
        """
        # symmetric, so that its transpose is the same in the order that is inverted in place
        diagonal = diagonal_of_inverse(inverse_factor(self._kernel(similar).T))
        return np.asarray(self._target - self.dual / diagonal[:, None], np.float32)


def ridge_of_nearest(near: Floats, similar: Floats, sizes: Floats, mean_size: float) -> Floats:
    """What each of the nearest texts adds to its group's score, when only these are looked at.

    `near`: (texts,), their similarity to what is asked; `similar`: (texts, texts), overwritten;
    `sizes`: how many texts the group of each has; `mean_size`: of all groups. The same regression
    as above on a few dozen texts instead of all: what is far away hardly counts anyhow.
    """
    similar += CONSTANT
    similar[np.diag_indices_from(similar)] += PENALTY * sizes / max(mean_size, 1.0)
    return np.asarray(np.linalg.solve(similar, near + CONSTANT), np.float32)
