"""Vectors of texts that were encoded before, on disk, so that start and training need not wait."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.components.encoder import Kind, SentenceEncoder

DEFAULT_FILE = Path(".cache/vectors.sqlite")
AT_ONCE = 500


class VectorCache:
    """An encoder that remembers on disk. Vectors depend on text, kind and encoder, and on no more.

    The file may be deleted at any time; a file that cannot be written is done without.
    """

    def __init__(self, encoder: SentenceEncoder, file: Path = DEFAULT_FILE) -> None:
        self._encoder = encoder
        self._file = file

    def __call__(self, texts: Sequence[str], kind: Kind) -> NDArray[np.float32]:
        """Unit vectors of the meaning (len(texts), dimensions), float32."""
        return self.read(texts, kind)[:, : self._encoder.dimensions]

    def read(self, texts: Sequence[str], kind: Kind) -> NDArray[np.float32]:
        """(len(texts), width), as the encoder reads them: meaning, and wording behind it."""
        keys = [self._key(text, kind) for text in texts]
        known = self._read(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            vectors = self._encoder.read(list(missing.values()), kind)
            fresh = dict(zip(missing, vectors, strict=True))
            self._write(fresh)
            known.update(fresh)
        if not keys:
            return np.zeros((0, self._encoder.width), np.float32)
        return np.stack([known[key] for key in keys])

    def _key(self, text: str, kind: str) -> str:
        said = f"{self._encoder.fingerprint}\n{kind}\n{text}"
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def _read(self, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        if not self._file.is_file():
            return {}
        known = {}
        with closing(sqlite3.connect(self._file, timeout=10)) as database:
            for start in range(0, len(keys), AT_ONCE):
                some = keys[start : start + AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"
                for key, vector in database.execute(query, some):
                    known[key] = np.frombuffer(vector, np.float32)
        return known

    def _write(self, vectors: dict[str, NDArray[np.float32]]) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=10)) as database, database:
                database.execute(
                    "CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB)"
                )
                database.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                    [(key, vector.tobytes()) for key, vector in vectors.items()],
                )
        except (OSError, sqlite3.OperationalError):
            return  # a read-only installation encodes again at each start
