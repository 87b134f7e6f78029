"""Sentences → vectors: an ONNX sentence encoder, shared by everything in the process."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.components.encoder_packing import MIDDLE, packed, rows
from bot.settings import read_settings

Kind = str  # "query" or "passage": some models are told which
Vectors = NDArray[np.float32]


MAX_TOKENS = 128
REMEMBERED = 4096  # recent texts; a vector is 1.5 kB
THREADS = 2
FEW = 4  # rows that are not worth a second thread: a turn waits for no more


class EncoderMissing(Exception):
    """There is no encoder in the folder; the message says how to make one."""


class SentenceEncoder:
    """Encodes texts to unit vectors; safe to call from several threads, which are between texts,
    not inside one.

    A text's meaning is one vector, of `dimensions` numbers. Our own export has another beside it,
    from the middle of the network, which knows better how the text is worded: whether it asks,
    complains, or tells. Other models have none.

    Our own export takes several texts at once, which spares reading the weights for each. What a
    text's neighbours change of its vector is a rounding. A model of another make, which may scale
    by the largest number of a batch, is given each text alone.
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
        self.fingerprint = f"{about.get('name', folder.name)}:{_digest(folder / 'model.onnx')}"
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(about.get("max_tokens", MAX_TOKENS))
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), session_options(), providers=["CPUExecutionProvider"]
        )
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._takes_several = "attention_bias" in self._inputs
        names = [output.name for output in self._session.get_outputs()]
        self._outputs = [names[0], *(name for name in names[1:] if name == MIDDLE)]
        self._recent: OrderedDict[tuple[str, str], Vectors] = OrderedDict()
        self._lock = threading.Lock()
        self.dimensions = self.read(["一"], "query").shape[1] // len(self._outputs)

    @property
    def width(self) -> int:
        """Of what `read` gives for a text."""
        return self.dimensions * len(self._outputs)

    def read(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """(len(texts), width), float32, in the order given: the unit vector of the meaning, and
        behind it that of the wording where there is one."""
        if not texts:
            return np.zeros((0, self.width), np.float32)
        tokens = [self._tokenizer.encode(self.prefixes.get(kind, "") + t).ids for t in texts]
        some = [tokens[row] for row in rows([len(ids) for ids in tokens])]
        if len(some) <= FEW:
            return np.stack([vector for row in some for vector in self._run(row)])
        with ThreadPoolExecutor(THREADS, thread_name_prefix="encoder") as pool:
            return np.stack([vector for of_row in pool.map(self._run, some) for vector in of_row])

    def encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Of the meaning only: unit vectors (len(texts), dimensions)."""
        return self.read(texts, kind)[:, : self.dimensions]

    def read_cached(self, text: str, kind: Kind = "query") -> Vectors:
        """As `read`, (width,); the last few thousand texts are remembered."""
        key = (kind, text)
        with self._lock:
            if key in self._recent:
                self._recent.move_to_end(key)
                return self._recent[key]
        vector = self.read([text], kind)[0]
        self._remember([key], [vector])
        return vector

    def encode_cached(self, text: str, kind: Kind = "query") -> Vectors:
        """As `encode`, (dimensions,)."""
        return self.read_cached(text, kind)[: self.dimensions]

    def encode_ahead(self, texts: Sequence[str], kind: Kind = "query") -> None:
        """Encode texts together, so that `read_cached` finds them."""
        with self._lock:
            keys = [
                (kind, text) for text in dict.fromkeys(texts) if (kind, text) not in self._recent
            ]
        self._remember(keys, self.read([text for _, text in keys], kind))

    def _remember(self, keys: Sequence[tuple[str, str]], vectors: Iterable[Vectors]) -> None:
        with self._lock:
            self._recent.update(zip(keys, vectors, strict=True))
            while len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)

    def _run(self, texts: Sequence[Sequence[int]]) -> list[Vectors]:
        """The vectors of texts given as token numbers."""
        if not self._takes_several:
            return [self._pooled(self._alone(ids)) for ids in texts]
        hidden = np.stack([state[0] for state in self._session.run(self._outputs, packed(texts))])
        ends = np.cumsum([len(ids) for ids in texts])
        return [self._pooled(of_text) for of_text in np.split(hidden, ends[:-1], axis=1)]

    def _alone(self, tokens: Sequence[int]) -> Vectors:
        ids = np.array([tokens], np.int64)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        inputs = {name: value for name, value in given.items() if name in self._inputs}
        return np.stack([state[0] for state in self._session.run(self._outputs, inputs)])

    def _pooled(self, hidden: Vectors) -> Vectors:
        """(outputs, tokens, dimensions) → one unit vector after the other."""
        pooled = hidden[:, 0] if self.pooling == "cls" else hidden.mean(axis=1)
        lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
        return np.asarray(pooled / np.maximum(lengths, 1e-12), np.float32).ravel()


def _digest(file: Path) -> str:
    """Another graph makes other vectors, whatever it is called."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def session_options() -> onnxruntime.SessionOptions:
    """One thread: threads are between texts."""
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
