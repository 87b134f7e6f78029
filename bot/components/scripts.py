"""Keeps the words of the encoder that our users write in: Chinese, Japanese, Korean, Latin.

Nearly half of the 250,000 words are in other scripts. A text in our scripts is cut the same way
without them, and the tokenizer and the table of words are half as large in memory.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bot.components.encoder_weights import Weights

SPECIAL = 4  # <s>, <pad>, </s>, <unk> keep their numbers
RANGES = (
    (0x0000, 0x024F),  # Latin with accents, digits, punctuation
    (0x1100, 0x11FF),  # Hangul
    (0x2000, 0x2DFF),  # punctuation, symbols, the mark of a word's beginning
    (0x2E80, 0x318F),  # CJK radicals and punctuation, kana, Hangul letters
    (0x31F0, 0x9FFF),  # kana extensions, units, Han
    (0xAC00, 0xD7A3),  # Hangul syllables
    (0xF900, 0xFAFF),  # Han of compatibility
    (0xFE30, 0xFFEF),  # full-width and half-width forms
    (0x1F000, 0x1FAFF),  # emoji
    (0x20000, 0x2FFFF),  # rare Han
)


def in_our_scripts(weights: Weights) -> Weights:
    """The weights with the words of our scripts only, renumbered in the same order."""
    kept = [
        number
        for number, (piece, _) in enumerate(weights.pieces)
        if number < SPECIAL or all(map(is_ours, piece))
    ]
    words = weights.tensors["emb.word"].reshape(-1, weights.hidden)
    tensors = {**weights.tensors, "emb.word": np.ascontiguousarray(words[kept]).ravel()}
    return replace(weights, pieces=[weights.pieces[number] for number in kept], tensors=tensors)


def is_ours(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in RANGES)
