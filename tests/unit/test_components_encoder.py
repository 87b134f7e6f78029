"""The encoder: the graph computes the network it stands for; vectors are stable."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from bot.components.encoder import EncoderMissing, SentenceEncoder
from bot.components.encoder_graph import build_graph
from bot.components.encoder_weights import Weights
from bot.components.vector_cache import VectorCache

HIDDEN, HEADS, LAYERS, WORDS, PLACES = 8, 2, 2, 12, 16
VOCABULARY = {f"w{number}": number for number in range(WORDS)}


def small_weights() -> Weights:
    random = np.random.default_rng(7)

    def numbers(*shape: int) -> np.ndarray:
        return random.normal(0, 0.5, int(np.prod(shape))).astype(np.float32)

    tensors = {
        "emb.word": numbers(WORDS, HIDDEN),
        "emb.pos": numbers(PLACES, HIDDEN),
        "emb.type": numbers(2, HIDDEN),
        "emb.ln.w": numbers(HIDDEN),
        "emb.ln.b": numbers(HIDDEN),
    }
    for layer in range(LAYERS):
        for name in ("q", "k", "v", "ao"):
            tensors[f"l{layer}.{name}.w"] = numbers(HIDDEN, HIDDEN)
            tensors[f"l{layer}.{name}.b"] = numbers(HIDDEN)
        tensors[f"l{layer}.fi.w"] = numbers(4 * HIDDEN, HIDDEN)
        tensors[f"l{layer}.fi.b"] = numbers(4 * HIDDEN)
        tensors[f"l{layer}.fo.w"] = numbers(HIDDEN, 4 * HIDDEN)
        tensors[f"l{layer}.fo.b"] = numbers(HIDDEN)
        for name in ("aln", "oln"):
            tensors[f"l{layer}.{name}.w"] = numbers(HIDDEN)
            tensors[f"l{layer}.{name}.b"] = numbers(HIDDEN)
    return Weights(HIDDEN, LAYERS, HEADS, 1e-12, PLACES, [], 3, tensors)


def reference(weights: Weights, ids: list[int]) -> np.ndarray:
    """The same network written plainly: post-norm BERT with exact GELU."""
    tensor = weights.tensors

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + weights.epsilon)
        return x * tensor[f"{name}.w"] + tensor[f"{name}.b"]

    def linear(x: np.ndarray, name: str) -> np.ndarray:
        return x @ tensor[f"{name}.w"].reshape(-1, x.shape[-1]).T + tensor[f"{name}.b"]

    words = tensor["emb.word"].reshape(-1, HIDDEN).astype(np.float16).astype(np.float32)
    places = tensor["emb.pos"].reshape(-1, HIDDEN)[: len(ids)]
    x = norm(words[ids] + places + tensor["emb.type"][:HIDDEN], "emb.ln")
    for layer in range(LAYERS):
        name, size = f"l{layer}", HIDDEN // HEADS
        query, key, value = (linear(x, f"{name}.{part}") for part in "qkv")
        mixed = np.zeros_like(x)
        for head in range(HEADS):
            part = slice(head * size, (head + 1) * size)
            score = query[:, part] @ key[:, part].T / np.sqrt(size)
            share = np.exp(score - score.max(-1, keepdims=True))
            mixed[:, part] = share / share.sum(-1, keepdims=True) @ value[:, part]
        x = norm(x + linear(mixed, f"{name}.ao"), f"{name}.aln")
        inner = linear(x, f"{name}.fi")
        error = np.vectorize(__import__("math").erf)(inner / np.sqrt(2))
        x = norm(x + linear(inner * 0.5 * (1 + error), f"{name}.fo"), f"{name}.oln")
    return x


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("encoder")
    onnx.save(build_graph(small_weights()), str(path / "model.onnx"))
    tokenizer = Tokenizer(models.WordLevel(VOCABULARY, unk_token="w0"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(path / "tokenizer.json"))
    return path


def test_the_graph_computes_the_network(folder: Path) -> None:
    ids = [3, 1, 4, 1, 5]
    expected = reference(small_weights(), ids).mean(axis=0)
    found = SentenceEncoder(folder).encode([" ".join(f"w{number}" for number in ids)], "query")
    assert np.allclose(found[0], expected / np.linalg.norm(expected), atol=1e-4)


def test_a_vector_does_not_depend_on_its_neighbours(folder: Path) -> None:
    encoder = SentenceEncoder(folder)
    texts = ["w1", "w2 w3 w4 w5 w6 w7", "w8 w9"]
    together = encoder.encode(texts, "query")
    for row, text in enumerate(texts):
        assert np.array_equal(together[row], encoder.encode_cached(text))
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_a_long_text_is_cut(folder: Path, tmp_path: Path) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "encoder.json").write_text(json.dumps({"max_tokens": 4}), "utf-8")
    encoder = SentenceEncoder(tmp_path)
    vectors = encoder.encode(["w1 w2 w3 w4", "w1 w2 w3 w4 " + "w5 " * 500], "query")
    assert np.array_equal(vectors[0], vectors[1])


def test_a_folder_without_a_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissing, match="export_encoder"):
        SentenceEncoder(tmp_path)


def test_the_cache_on_disk_spares_the_encoder(folder: Path, tmp_path: Path) -> None:
    encoder = SentenceEncoder(folder)
    first = VectorCache(encoder, tmp_path / "vectors.sqlite")(["w1", "w2", "w1"], "query")

    class Silent:
        fingerprint, dimensions = encoder.fingerprint, encoder.dimensions

        def encode(self, texts: list[str], kind: str) -> np.ndarray:
            raise AssertionError(f"encoded again: {texts}")

    again = VectorCache(Silent(), tmp_path / "vectors.sqlite")  # type: ignore[arg-type]
    assert np.array_equal(again(["w1", "w2", "w1"], "query"), first)
