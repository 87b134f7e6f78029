"""Several texts in one row, one after another, each kept to itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

LAST = "last_hidden_state"
# What two thirds of the layers make of it: how something is said, before it is what is meant.
MIDDLE = "middle_hidden_state"
FAR = -1e4  # added to what a token of one text makes of a token of another
# In one row; the attention grows with its square, so that longer rows gain nothing.
TOKENS_AT_ONCE = 100


def packed(texts: Sequence[Sequence[int]]) -> dict[str, NDArray[Any]]:
    """The inputs of bot.components.encoder_graph for texts given as token numbers."""
    lengths = [len(ids) for ids in texts]
    owner = np.repeat(np.arange(len(texts)), lengths)
    bias = np.where(owner[:, None] == owner, 0, FAR).astype(np.float32)
    return {
        "input_ids": np.array([[number for ids in texts for number in ids]], np.int64),
        "position_ids": np.concatenate([np.arange(n, dtype=np.int64) for n in lengths])[None],
        "attention_bias": bias[None, None],
    }


def rows(lengths: Sequence[int]) -> Iterator[slice]:
    """Which texts share a row, in their order."""
    start = total = 0
    for place, length in enumerate(lengths):
        if place > start and total + length > TOKENS_AT_ONCE:
            yield slice(start, place)
            start, total = place, 0
        total += length
    if start < len(lengths):
        yield slice(start, len(lengths))
