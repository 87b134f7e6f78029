"""Sentences → vectors: an ONNX sentence encoder, shared by everything in the process."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.settings import read_settings

Kind = Literal["query", "passage"]
Vectors = NDArray[np.float32]


MAX_TOKENS = 128
REMEMBERED = 4096  # recent texts; a vector is 1.5 kB
THREADS = 2


class EncoderMissing(Exception):
    """There is no encoder in the folder; the message says how to make one."""


class SentenceEncoder:
    """Encodes texts to unit vectors; safe to call from several threads.

    Each text runs alone: the int8 kernels scale by the largest value in a batch, so that a text's
    vector would depend on its neighbours; and on one core a batch is no faster. Threads are
    between texts, not inside one.
    """

    def __init__(self, folder: Path) -> None:
        for name in ("model.onnx", "tokenizer.json"):
            if not (folder / name).is_file():
                raise EncoderMissing(
                    f"no {name} in {folder}: run `python -m bot.components.export_encoder {folder}`"
                )
        described = folder / "encoder.json"
        about = json.loads(described.read_text("utf-8")) if described.is_file() else {}
        self.prefixes: dict[str, str] = about.get("prefixes", {})
        self.pooling: str = about.get("pooling", "mean")
        self.fingerprint = f"{about.get('name', folder.name)}:"
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(about.get("max_tokens", MAX_TOKENS))
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), _options(), providers=["CPUExecutionProvider"]
        )
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._recent: OrderedDict[tuple[str, str], Vectors] = OrderedDict()
        self._lock = threading.Lock()
        self.dimensions = int(self._run("一", "query").shape[0])

    def encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Unit vectors (len(texts), dimensions), float32, in the order given."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        if len(texts) == 1:
            return self._run(texts[0], kind)[None]
        with ThreadPoolExecutor(THREADS, thread_name_prefix="encoder") as pool:
            return np.stack(list(pool.map(lambda text: self._run(text, kind), texts)))

    def encode_cached(self, text: str, kind: Kind = "query") -> Vectors:
        """One unit vector; the last few thousand texts are remembered."""
        key = (kind, text)
        with self._lock:
            if key in self._recent:
                self._recent.move_to_end(key)
                return self._recent[key]
        vector = self._run(text, kind)
        with self._lock:
            self._recent[key] = vector
            if len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)
        return vector

    def encode_ahead(self, texts: Sequence[str]) -> None:
        """Encode queries on several threads, so that `encode_cached` finds them."""
        with ThreadPoolExecutor(THREADS, thread_name_prefix="encoder") as pool:
            list(pool.map(self.encode_cached, texts))

    def _run(self, text: str, kind: str) -> Vectors:
        tokens = self._tokenizer.encode(self.prefixes.get(kind, "") + text)
        ids = np.array([tokens.ids], np.int64)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        hidden = self._session.run(None, {n: v for n, v in given.items() if n in self._inputs})[0]
        pooled = hidden[0, 0] if self.pooling == "cls" else hidden[0].mean(axis=0)
        return np.asarray(pooled / max(float(np.linalg.norm(pooled)), 1e-12), np.float32)


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options


def encoder_folder() -> Path:
    """The folder of the encoder in use: BANGBAN_ENCODER, or models/encoder."""
    return read_settings().encoder


_loading = threading.Lock()
_loaded: dict[Path, SentenceEncoder] = {}


def shared_encoder(folder: Path | None = None) -> SentenceEncoder:
    """One encoder per folder and process; EncoderMissing when there is none."""
    path = (folder or encoder_folder()).resolve()
    with _loading:
        if path not in _loaded:
            _loaded[path] = SentenceEncoder(path)
        return _loaded[path]
