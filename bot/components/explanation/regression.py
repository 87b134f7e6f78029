"""What made a machine prefer one label to the next: its weights times what it was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.components.act_aspect_classifier import Inputs
from bot.components.character_ngrams import CharacterNgrams
from bot.components.kernel_machine import KernelMachine

READINGS = ("letters", "letters_masked", "letters_at_ends")  # the tables of CharacterNgrams
MEANING, LIKENESS, HABIT = "meaning", "likeness", "habit"
SHOWN = 8  # runs of characters
LABELS = 3


@dataclass(frozen=True)
class Run:
    """Characters of the message, which reading they were counted in, and what they weigh."""

    reading: str
    characters: str
    weight: float


@dataclass(frozen=True)
class Choice:
    """`shares`: the likeliest labels, best first. Weights above 0 speak for the first of them and
    against the second; they are logits, so that all `kinds` together decide between the two."""

    shares: Sequence[tuple[str, float]]
    kinds: dict[str, float]
    runs: Sequence[Run]


def explain_choice(machine: KernelMachine, given: Inputs, ngrams: CharacterNgrams) -> Choice:
    shares = machine.probabilities_of(given.places, given.values, given.likeness, given.near)
    order = np.argsort(-shares, kind="stable")
    first, second = order[0], order[1]
    between = machine.coefficients[first] - machine.coefficients[second]
    letters = between[given.places] * given.values
    meaning = (machine.known[first] - machine.known[second]) @ given.near
    likeness = between[-len(given.likeness) :] @ given.likeness
    habit = machine.intercepts[first] - machine.intercepts[second]
    named = ngrams.named(given.places)
    kinds = {
        reading: float(sum(w for w, (of, _) in zip(letters, named, strict=True) if of == place))
        for place, reading in enumerate(READINGS)
    }
    kinds[MEANING] = float(meaning)
    kinds[LIKENESS] = float(likeness)
    kinds[HABIT] = float(habit)
    heaviest = np.argsort(-np.abs(letters), kind="stable")[:SHOWN]
    runs = [Run(READINGS[named[i][0]], named[i][1], float(letters[i])) for i in heaviest]
    labels = [(machine.labels[i], float(shares[i])) for i in order[:LABELS]]
    return Choice(labels, kinds, runs)
