"""The kernel machine: what it makes of a text left out is what it would make without it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from bot.components.kernel_machine import KernelMachine, Known, Nearness, fit_machine

LABELS = ("材料", "时限", "收费")
NEARNESS = Nearness(weight=3.0, sharpness=2.0)


def texts(count: int = 90) -> tuple[Known, list[tuple[str, ...]]]:
    """Three kinds of texts, told apart by letters and by meaning; every tenth asks two things."""
    random = np.random.default_rng(5)
    kinds = np.arange(count) % 3
    letters = random.random((count, 6)) * 0.3
    letters[np.arange(count), kinds] += 1
    meaning = random.normal(size=(count, 8)) * 0.4
    meaning[np.arange(count), kinds] += 1
    meaning /= np.linalg.norm(meaning, axis=1, keepdims=True)
    asked = [
        (LABELS[kind], LABELS[(kind + 1) % 3]) if place % 10 == 9 else (LABELS[kind],)
        for place, kind in enumerate(kinds)
    ]
    columns = sparse.csr_matrix(letters.astype(np.float32))
    return Known(columns, meaning.astype(np.float32)), asked


def probabilities(machine: KernelMachine, known: Known, row: int) -> np.ndarray:
    columns = known.columns[row].toarray()[0]
    places = np.arange(4, dtype=np.int32)
    near = NEARNESS(known.meaning @ known.meaning[row])
    return machine.probabilities_of(places, columns[:4], columns[4:], near)


@pytest.fixture(scope="module")
def machine() -> KernelMachine:
    return fit_machine(*texts(), NEARNESS, penalty=1.0, balance=0.5)


def test_it_knows_what_it_learned(machine: KernelMachine) -> None:
    known, asked = texts()
    assert machine.labels == sorted(LABELS)
    for row, labels in enumerate(asked):
        shares = probabilities(machine, known, row)
        assert shares.sum() == pytest.approx(1)
        if len(labels) == 1:
            assert machine.labels[int(shares.argmax())] == labels[0]


def test_of_two_labels_both_are_learned(machine: KernelMachine) -> None:
    known, asked = texts()
    other = machine.labels.index(LABELS[1])
    both = [probabilities(machine, known, r)[other] for r, a in enumerate(asked) if a == LABELS[:2]]
    one = [probabilities(machine, known, r)[other] for r, a in enumerate(asked) if a == LABELS[:1]]
    assert np.mean(both) > np.mean(one) + 0.1


def test_it_is_the_same_each_time(machine: KernelMachine) -> None:
    again = fit_machine(*texts(), NEARNESS, penalty=1.0, balance=0.5)
    assert np.array_equal(again.coefficients, machine.coefficients)
    assert np.array_equal(again.known, machine.known)


def test_nearness_falls_with_the_angle() -> None:
    near = NEARNESS(np.array([1.0, 0.5, -1.0], np.float32))
    assert near[0] == pytest.approx(3.0)
    assert near[0] > near[1] > near[2] > 0


def test_without_an_inverse_it_says_so() -> None:
    known, asked = texts(30)
    with pytest.raises(ArithmeticError):
        fit_machine(known, asked, NEARNESS, penalty=-100.0, balance=0.5)
