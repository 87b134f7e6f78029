"""The ONNX graph of multilingual-e5-small: a post-norm BERT; pooling is left to the reader."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bot.components.encoder_weights import Weights

OPSET = 17


def build_graph(weights: Weights) -> onnx.ModelProto:
    """input_ids and attention_mask (batch, tokens) → last_hidden_state (batch, tokens, hidden)."""
    graph = _Graph(weights)
    hidden = graph.embeddings()
    for layer in range(weights.layers):
        hidden = graph.layer(layer, hidden)
    graph.node("Identity", [hidden], "last_hidden_state")
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
    mask = helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch", "tokens"])
    out = helper.make_tensor_value_info(
        "last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", weights.hidden]
    )
    proto = helper.make_graph(graph.nodes, "e5", [ids, mask], [out], graph.constants)
    return helper.make_model(
        proto, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="bangban"
    )


def floats(value: float) -> NDArray[np.float32]:
    return np.array([value], np.float32)


class _Graph:
    """Grows the list of nodes; every method returns the name of its output."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

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
        shape = self.node("Shape", ["input_ids"], "shape", start=1, end=2)
        zero = self.constant("zero", np.array([0], np.int64))
        position = self.node("Slice", [self.constant("places", places), zero, shape], "position")
        mask = self.node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
        axes = self.constant("mask_axes", np.array([1, 2], np.int64))
        wide = self.node("Unsqueeze", [mask, axes], "mask_wide")
        absent = self.node("Sub", [self.constant("one", floats(1)), wide], "absent")
        self.node("Mul", [absent, self.constant("far", floats(-1e4))], "attention_bias")
        return self.norm(self.node("Add", [word, position], "embedded"), "emb.ln")

    def norm(self, value: str, name: str) -> str:
        tensors = self.weights.tensors
        scale = self.constant(f"{name}.scale", tensors[f"{name}.w"])
        bias = self.constant(f"{name}.bias", tensors[f"{name}.b"])
        return self.node(
            "LayerNormalization",
            [value, scale, bias],
            f"{name}.out",
            axis=-1,
            epsilon=self.weights.epsilon,
        )

    def linear(self, value: str, name: str, outputs: int) -> str:
        tensors = self.weights.tensors
        weight = self.constant(f"{name}.weight", tensors[f"{name}.w"].reshape(outputs, -1).T)
        bias = self.constant(f"{name}.bias", tensors[f"{name}.b"])
        return self.node(
            "Add", [self.node("MatMul", [value, weight], f"{name}.mul"), bias], f"{name}.add"
        )

    def heads(self, value: str, name: str, order: list[int]) -> str:
        """(batch, tokens, hidden) → (batch, heads, …) in the order wanted."""
        count = self.weights.heads
        shape = np.array([0, 0, count, self.weights.hidden // count], np.int64)
        split = self.node(
            "Reshape", [value, self.constant(f"{name}.shape", shape)], f"{name}.split"
        )
        return self.node("Transpose", [split], f"{name}.heads", perm=order)

    def layer(self, number: int, value: str) -> str:
        name, size = f"l{number}", self.weights.hidden
        query = self.heads(self.linear(value, f"{name}.q", size), f"{name}.q", [0, 2, 1, 3])
        key = self.heads(self.linear(value, f"{name}.k", size), f"{name}.k", [0, 2, 3, 1])
        content = self.heads(self.linear(value, f"{name}.v", size), f"{name}.v", [0, 2, 1, 3])
        root = self.constant(f"{name}.root", floats((size / self.weights.heads) ** -0.5))
        raw = self.node("MatMul", [query, key], f"{name}.raw")
        scaled = self.node("Mul", [raw, root], f"{name}.scaled")
        masked = self.node("Add", [scaled, "attention_bias"], f"{name}.masked")
        attention = self.node("Softmax", [masked], f"{name}.attention", axis=-1)
        mixed = self.node("MatMul", [attention, content], f"{name}.mixed")
        back = self.node("Transpose", [mixed], f"{name}.back", perm=[0, 2, 1, 3])
        flat = self.constant(f"{name}.flat", np.array([0, 0, size], np.int64))
        joined = self.node("Reshape", [back, flat], f"{name}.joined")
        attended = self.linear(joined, f"{name}.ao", size)
        value = self.norm(self.node("Add", [value, attended], f"{name}.sum1"), f"{name}.aln")
        inner = self.gelu(self.linear(value, f"{name}.fi", 4 * size), name)
        outer = self.linear(inner, f"{name}.fo", size)
        return self.norm(self.node("Add", [value, outer], f"{name}.sum2"), f"{name}.oln")

    def gelu(self, value: str, name: str) -> str:
        """Exact GELU, in the shape that ONNX Runtime fuses into one kernel."""
        root = self.constant(f"{name}.sqrt2", floats(2**0.5))
        ratio = self.node("Div", [value, root], f"{name}.ratio")
        erf = self.node("Erf", [ratio], f"{name}.erf")
        plus = self.node("Add", [erf, self.constant(f"{name}.1", floats(1))], f"{name}.plus")
        product = self.node("Mul", [value, plus], f"{name}.product")
        return self.node(
            "Mul", [product, self.constant(f"{name}.half", floats(0.5))], f"{name}.gelu"
        )
