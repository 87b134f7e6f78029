"""The ONNX graph of multilingual-e5-small: a post-norm BERT; pooling is left to the reader.

Several texts stand in one row, one after another; `attention_bias` keeps each of them to itself.
So nothing is padded, and weights that are read once serve all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bot.components.encoder_packing import LAST, MIDDLE
from bot.components.encoder_weights import Weights

OPSET = 17
FUSED = "com.microsoft"  # ONNX Runtime's own operators, each for several of the standard's
MEASURED = "measured:"  # outputs of a graph that measures begin with this
Ranges = Mapping[str, tuple[float, float]]  # the values that go into a product: lowest, highest


def build_graph(
    weights: Weights, ranges: Ranges | None = None, measure: bool = False
) -> onnx.ModelProto:
    """input_ids and position_ids (1, tokens), attention_bias (1, 1, tokens, tokens) →
    LAST and MIDDLE (1, tokens, hidden).

    With `ranges` the products are of 8-bit numbers, each factor cut to its fixed range, so that a
    text's numbers do not depend on its neighbours'. With `measure` everything that goes into a
    product is an output too, named MEASURED and the name of its range.
    """
    graph = _Graph(weights, ranges)
    hidden = graph.embeddings()
    for layer in range(weights.layers):
        hidden = graph.layer(layer, hidden)
        if layer + 1 == weights.layers * 2 // 3:
            graph.node("Identity", [hidden], MIDDLE)
    graph.node("Identity", [hidden], LAST)
    given = {"input_ids": TensorProto.INT64, "position_ids": TensorProto.INT64}
    inputs = [
        helper.make_tensor_value_info(name, kind, [1, "tokens"]) for name, kind in given.items()
    ]
    inputs.append(
        helper.make_tensor_value_info(
            "attention_bias", TensorProto.FLOAT, [1, 1, "tokens", "tokens"]
        )
    )
    outputs = [LAST, MIDDLE]
    if measure:
        outputs += [graph.node("Identity", [v], MEASURED + n) for n, v in graph.factors.items()]
    proto = helper.make_graph(
        graph.nodes,
        "e5",
        inputs,
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(proto, opset_imports=opsets, ir_version=8, producer_name="bangban")


class _Graph:
    """Grows the list of nodes; every method returns the name of its output."""

    def __init__(self, weights: Weights, ranges: Ranges | None) -> None:
        self.weights = weights
        self.ranges = ranges
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.factors: dict[str, str] = {}  # what goes into a product, by the name of its range

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def embeddings(self) -> str:
        size, tensors = self.weights.hidden, self.weights.tensors
        # float16 keeps the file small; the table is read by rows, so the cast costs nothing
        words = self.constant("words", tensors["emb.word"].reshape(-1, size).astype(np.float16))
        places = tensors["emb.pos"].reshape(-1, size) + tensors["emb.type"][:size]
        row = self.node("Gather", [words, "input_ids"], "word_rows")
        word = self.node("Cast", [row], "word", to=TensorProto.FLOAT)
        place = self.node("Gather", [self.constant("places", places), "position_ids"], "place")
        return self.norm([self.node("Add", [word, place], "embedded")], "emb.ln")

    def layer(self, number: int, value: str) -> str:
        name, size = f"l{number}", self.weights.hidden
        parts = self.product(value, f"{name}.in", [f"{name}.{part}" for part in "qkv"])
        thirds = self.constant(f"{name}.thirds", np.array([size] * 3, np.int64))
        split = [f"{name}.{part}.of" for part in "qkv"]
        self.nodes.append(helper.make_node("Split", [parts, thirds], split, name=split[0], axis=-1))
        attended = self.node(
            "MultiHeadAttention",
            [*split, "", "", "attention_bias"],
            f"{name}.attended",
            domain=FUSED,
            num_heads=self.weights.heads,
        )
        joined = self.product(attended, f"{name}.attended", [f"{name}.ao"])
        value = self.norm([value, joined], f"{name}.aln")
        inner = self.product(value, f"{name}.middle", [f"{name}.fi"])
        active = self.node("Gelu", [inner], f"{name}.gelu", domain=FUSED)
        outer = self.product(active, f"{name}.active", [f"{name}.fo"])
        return self.norm([value, outer], f"{name}.oln")

    def norm(self, summands: list[str], name: str) -> str:
        tensors = self.weights.tensors
        scale = self.constant(f"{name}.scale", tensors[f"{name}.w"])
        bias = self.constant(f"{name}.bias", tensors[f"{name}.b"])
        given: dict[str, Any] = {"epsilon": self.weights.epsilon}
        if len(summands) == 1:
            return self.node(
                "LayerNormalization", [*summands, scale, bias], f"{name}.out", axis=-1, **given
            )
        return self.node(
            "SkipLayerNormalization", [*summands, scale, bias], f"{name}.out", domain=FUSED, **given
        )

    def product(self, value: str, factor: str, names: list[str]) -> str:
        """The value times the matrices of these names side by side, and their biases added."""
        tensors = self.weights.tensors
        biases = [tensors[f"{name}.b"] for name in names]
        matrices = [
            tensors[f"{name}.w"].reshape(len(bias), -1).T
            for name, bias in zip(names, biases, strict=True)
        ]
        matrix, bias = np.concatenate(matrices, axis=1), np.concatenate(biases)
        self.factors[factor] = value
        if self.ranges is None:
            weight = self.constant(f"{factor}.weight", matrix)
            raw = self.node("MatMul", [value, weight], f"{factor}.raw")
            return self.node("Add", [raw, self.constant(f"{factor}.bias", bias)], f"{factor}.sum")
        return self._product_of_bytes(value, factor, matrix, bias, self.ranges[factor])

    def _product_of_bytes(
        self,
        value: str,
        factor: str,
        matrix: NDArray[np.float32],
        bias: NDArray[np.float32],
        cut: tuple[float, float],
    ) -> str:
        lowest, highest = min(cut[0], 0.0), max(cut[1], 0.0)
        step = max(highest - lowest, 1e-6) / 255
        unit = self.constant(f"{factor}.step", np.array(step, np.float32))
        zero = self.constant(f"{factor}.zero", np.array(round(-lowest / step), np.uint8))
        rounded = self.node("QuantizeLinear", [value, unit, zero], f"{factor}.rounded")
        steps = np.maximum(np.abs(matrix).max(axis=0), 1e-9) / 127  # one for each column
        weight = self.constant(f"{factor}.weight", np.round(matrix / steps).astype(np.int8))
        inputs = [
            rounded,
            weight,
            unit,
            self.constant(f"{factor}.steps", steps.astype(np.float32)),
            zero,
            "",
            self.constant(f"{factor}.bias", bias),
        ]
        return self.node("MatMulIntegerToFloat", inputs, f"{factor}.sum", domain=FUSED)
