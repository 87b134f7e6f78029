"""Makes a catalogue of very many matters searchable: once, on disk; `large.py` reads it.

A row is a text of a matter. The rows of a matter stand together: its names, its questions, its
summary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from knowledge.search import kept
from knowledge.search.index import LONGEST_NGRAM, Encode, Entry, Vectors
from knowledge.search.lexical import NgramTable
from knowledge.search.names import Names, work_out
from knowledge.search.spelling import Speller

FORM = 1  # of the folder; another number for whatever reads or writes it differently
AXES = 48  # of 384: those in which the matters differ most
AT_ONCE = 4096  # texts that are encoded between two words on progress
SAMPLE = 4096  # texts that the centre of all is taken from
LEVELS = 127  # of a byte: a vector's place on an axis is off by 0.4 % of its longest at most
Tell = Callable[[str], None]
Array = NDArray[Any]


def compile_index(
    entries: Sequence[Entry],
    speller: Speller,
    encode: Encode,
    folder: Path,
    tell: Tell,
    more: Mapping[str, object] | None = None,
) -> None:
    """Writes the folder; takes minutes for tens of thousands of entries. `tell` is told what is
    being done; `more` is kept as JSON beside the rest."""
    tell("名称的读音与稀有程度")
    names = work_out([entry.names for entry in entries])
    texts, kinds, owners = _rows(entries, speller, names)
    tell(f"{len(texts)} 条文本的字组")
    grams = _grams(entries, texts, kinds)
    centre = _centre(texts, kinds, encode)
    vectors = _vectors(texts, kinds, centre, encode, tell)
    tell("事项之间的主要差别")
    arrays = {
        **_letters(grams, owners, len(entries)),
        **_prefix(*vectors, owners, len(entries)),
        "vectors": vectors[0],
        "scales": vectors[1],
        "centre": centre,
        "starts": _starts(np.bincount(owners, minlength=len(entries))),
        "names": np.bincount(np.asarray(names.owners, np.int64), minlength=len(entries)),
        "rarities": np.asarray(names.rarities),
    }
    words = {
        "ids": [entry.id for entry in entries],
        "names": names.texts,
        "sounds": [" ".join(sound) for sound in names.sounds],
        "grams": sorted(grams.places, key=grams.places.__getitem__),
        "speller": speller.to_json(),
        **(more or {}),
    }
    kept.keep(folder, arrays, words)


NAME, QUESTION, SUMMARY = range(3)


def _rows(
    entries: Sequence[Entry], speller: Speller, names: Names
) -> tuple[list[str], Array, Array]:
    """Texts, kinds, owners."""
    called: list[list[str]] = [[] for _ in entries]
    for owner, name in zip(names.owners, names.texts, strict=True):
        called[owner].append(name)
    rows: list[tuple[str, int, int]] = []
    for owner, entry in enumerate(entries):
        rows += [(name, NAME, owner) for name in called[owner]]
        asked = [*entry.questions, *entry.heard]
        rows += [(speller.read(question), QUESTION, owner) for question in asked]
        rows.append((f"{entry.names[0]}。{entry.summary}", SUMMARY, owner))
    texts, kinds, owners = zip(*rows, strict=True)
    return list(texts), np.array(kinds, np.int8), np.array(owners, np.int64)


def _grams(entries: Sequence[Entry], texts: Sequence[str], kinds: Array) -> NgramTable:
    """Of names and questions; a summary's row is empty, since its letters are not compared."""
    documents = ["\n".join(entry.texts) for entry in entries]
    searched = ["" if k == SUMMARY else text for text, k in zip(texts, kinds, strict=True)]
    return NgramTable(searched, LONGEST_NGRAM, documents)


def _letters(grams: NgramTable, owners: Array, count: int) -> dict[str, Array]:
    """The rows' n-grams, and for each n-gram the matters that have it, with its highest weight in
    one of their rows."""
    rows = grams.rows.tocsr()
    width = rows.shape[1]
    owner = np.repeat(owners, np.diff(rows.indptr))
    keys = owner * width + rows.indices
    order = np.argsort(keys, kind="stable")
    firsts = np.flatnonzero(np.diff(keys[order], prepend=-1))
    highest = np.maximum.reduceat(rows.data[order], firsts)
    places = keys[order][firsts]
    by_matter = sparse.csr_matrix((highest, (places // width, places % width)), (count, width))
    columns = by_matter.tocsc()
    return {
        "row_starts": rows.indptr.astype(np.int64),
        "row_grams": rows.indices.astype(np.int32),
        "row_weights": rows.data,
        "gram_starts": columns.indptr.astype(np.int64),
        "gram_matters": columns.indices.astype(np.int32),
        "gram_weights": columns.data,
        "gram_rarities": np.asarray(grams.rarity, np.float32),
    }


def _encoded(texts: Sequence[str], kinds: Array, encode: Encode) -> Vectors:
    """In the order given; summaries are passages, everything else is asked."""
    found: dict[int, Vectors] = {}
    for kind, mine in (("query", kinds != SUMMARY), ("passage", kinds == SUMMARY)):
        places = np.flatnonzero(mine)
        some = encode([texts[place] for place in places], kind)
        found.update(zip(places.tolist(), some, strict=True))
    return np.stack([found[place] for place in range(len(texts))])


def _centre(texts: Sequence[str], kinds: Array, encode: Encode) -> Vectors:
    asked = np.flatnonzero(kinds != SUMMARY)
    some = asked[:: max(len(asked) // SAMPLE, 1)]
    mean = encode([texts[place] for place in some], "query").mean(axis=0)
    return np.asarray(mean, np.float32)


def _vectors(
    texts: Sequence[str], kinds: Array, centre: Vectors, encode: Encode, tell: Tell
) -> tuple[Array, Array]:
    """Around the centre, in bytes, with what one step of each row is worth."""
    table = np.empty((len(texts), len(centre)), np.int8)
    scales = np.empty(len(texts), np.float32)
    for start in range(0, len(texts), AT_ONCE):
        tell(f"编码 {start}/{len(texts)}")
        some = slice(start, start + AT_ONCE)
        rest = _encoded(texts[some], kinds[some], encode) - centre
        rest /= np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9)
        scales[some] = np.maximum(np.abs(rest).max(axis=1), 1e-9) / LEVELS
        table[some] = np.rint(rest / scales[some, None])
    return table, scales


def _prefix(table: Array, scales: Array, owners: Array, count: int) -> dict[str, Array]:
    """Each matter's middle, reduced to the axes in which matters differ most."""
    middles = np.zeros((count, table.shape[1]), np.float32)
    for start in range(0, len(table), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        np.add.at(middles, owners[some], table[some] * scales[some, None])
    middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-9)
    _, axes = np.linalg.eigh((middles.T @ middles).astype(np.float64))
    widest = np.asarray(axes[:, ::-1][:, :AXES], np.float32)
    return {"axes": np.ascontiguousarray(widest.T), "middles": middles @ widest}


def _starts(lengths: Array) -> Array:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
