"""The encoder: the graph computes the network it stands for; vectors are stable."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from bot.components.encoder import EncoderMissing, SentenceEncoder, shared_encoder
from bot.components.encoder_graph import build_graph
from bot.components.encoder_packing import packed, rows
from bot.components.encoder_ranges import read_ranges
from bot.components.encoder_weights import Weights, find_weights, read_weights
from bot.components.export_encoder import make_tokenizer
from bot.components.scripts import in_our_scripts
from bot.components.vector_cache import VectorCache

HIDDEN, HEADS, LAYERS, WORDS, PLACES = 8, 2, 2, 12, 16
FACTORS = ("in", "attended", "middle", "active")  # what goes into the products of a layer
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
    for layer in range(weights.layers):
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


def test_the_wording_stands_behind_the_meaning(folder: Path) -> None:
    """It is what the first of the two layers makes of the text."""
    ids = [3, 1, 4, 1, 5]
    shorter = replace(small_weights(), layers=1)
    encoder = SentenceEncoder(folder)
    found = encoder.read([" ".join(f"w{number}" for number in ids)], "query")
    assert found.shape == (1, 2 * HIDDEN) == (1, encoder.width)
    expected = reference(shorter, ids).mean(axis=0)
    assert np.allclose(found[0, HIDDEN:], expected / np.linalg.norm(expected), atol=1e-4)


def test_a_vector_does_not_depend_on_its_neighbours(folder: Path) -> None:
    encoder = SentenceEncoder(folder)
    texts = ["w1", "w2 w3 w4 w5 w6 w7", "w8 w9"]
    together = encoder.encode(texts, "query")
    for row, text in enumerate(texts):
        assert np.allclose(together[row], encoder.encode_cached(text), atol=1e-5)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_what_was_encoded_ahead_is_remembered(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = SentenceEncoder(folder)
    encoder.encode_ahead(["w1 w2", "w3", "w1 w2"])
    expected = encoder.encode(["w1 w2", "w3"], "query")
    monkeypatch.setattr(encoder, "read", lambda *_: pytest.fail("encoded again"))
    assert np.allclose(encoder.encode_cached("w1 w2"), expected[0], atol=1e-5)
    assert np.allclose(encoder.encode_cached("w3"), expected[1], atol=1e-5)


def test_very_many_texts_come_back_in_their_order(folder: Path) -> None:
    encoder = SentenceEncoder(folder)
    texts = [f"w{1 + number % 11} " * (1 + number % 9) for number in range(300)]
    found = encoder.encode(texts, "query")
    for row in (0, 37, 150, 299):
        assert np.allclose(found[row], encoder.encode([texts[row]], "query")[0], atol=1e-5)


def test_a_model_of_another_make_is_given_each_text_alone(tmp_path: Path, folder: Path) -> None:
    """One whose inputs are those that most exports have."""
    words = numpy_helper.from_array(np.eye(WORDS, dtype=np.float32), "words")
    given = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    out = helper.make_tensor_value_info("hidden", TensorProto.FLOAT, None)
    look_up = helper.make_node("Gather", ["words", "input_ids"], ["hidden"])
    graph = helper.make_graph([look_up], "other", given, [out], [words])
    opset = [helper.make_opsetid("", 17)]
    onnx.save(
        helper.make_model(graph, opset_imports=opset, ir_version=8), str(tmp_path / "model.onnx")
    )
    (tmp_path / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    encoder = SentenceEncoder(tmp_path)
    assert encoder.width == encoder.dimensions, "it does not tell the wording"
    found = encoder.encode(["w1 w1", "w2 w3"], "query")
    assert found[0][1] == pytest.approx(1)
    assert found[1][2] == found[1][3] == pytest.approx(0.5**0.5)


def test_products_of_bytes_are_near_those_of_exact_numbers() -> None:
    """The encoder in use beside the exact network with the same weights."""
    texts = ["办施工许可证要什么材料", "消防验收多久能下来", "How long does it take?", "工事の許可"]
    weights = in_our_scripts(read_weights(find_weights()))
    tokenizer = make_tokenizer(weights)
    session = onnxruntime.InferenceSession(build_graph(weights).SerializeToString())
    found = shared_encoder().encode(texts, "query")
    for row, text in enumerate(texts):
        exact = session.run(None, packed([tokenizer.encode(text).ids]))[0][0].mean(axis=0)
        assert found[row] @ exact / np.linalg.norm(exact) > 0.99


def test_every_product_has_its_range() -> None:
    weights = small_weights()
    measured = [f"l{layer}.{part}" for layer in range(12) for part in FACTORS]
    assert sorted(read_ranges()) == sorted(measured)
    ranges = dict.fromkeys(measured, (-3.0, 3.0))
    small = build_graph(weights, ranges)
    assert sum(node.op_type == "MatMulIntegerToFloat" for node in small.graph.node) == 4 * LAYERS


def test_texts_share_rows_that_are_not_too_long() -> None:
    lengths = [30, 30, 30, 30, 128, 5]
    assert list(rows(lengths)) == [slice(0, 3), slice(3, 4), slice(4, 5), slice(5, 6)]
    assert list(rows([])) == []


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

        def read(self, texts: list[str], kind: str) -> np.ndarray:
            raise AssertionError(f"encoded again: {texts}")

    again = VectorCache(Silent(), tmp_path / "vectors.sqlite")  # type: ignore[arg-type]
    assert np.array_equal(again(["w1", "w2", "w1"], "query"), first)
