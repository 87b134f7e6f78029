"""Many vectors in bytes, multiplied with one: a quarter of the memory that a message reads.

Beside the encoder's weights the tables in full did not fit into a processor's cache, so that each
message read tens of megabytes from far away (bot/decisions/0006).
"""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bot.components.encoder import session_options

Floats = NDArray[np.float32]
OPSET, FORMAT = 17, 9
ROWS = 127  # the largest byte of a row, each of which has its own scale
# Of the given vector. A pair of products must stay below 2^15, or processors without an instruction
# for four of them cut it off.
GIVEN = 63
MIDDLE = 64  # stands for zero among the given bytes, which have no sign


class ByteTable:
    """Products of known vectors with a given one. Of unit vectors they are right to ±0.01, and
    nearly always to ±0.003."""

    def __init__(self, rows: Floats) -> None:
        """`rows`: (count, width)."""
        largest = np.abs(rows).max(axis=1, initial=0.0)
        self._scales = np.asarray(np.maximum(largest, 1e-9) / ROWS, np.float32)
        table = np.round(rows / self._scales[:, None]).astype(np.int8)
        self._session = onnxruntime.InferenceSession(
            _graph(np.ascontiguousarray(table.T)).SerializeToString(),
            session_options(),
            providers=["CPUExecutionProvider"],
        )

    def __call__(self, vector: Floats) -> Floats:
        """(width,) → (count,), a new array."""
        scale = max(float(np.abs(vector).max()), 1e-9) / GIVEN
        given = (np.round(vector / scale) + MIDDLE).astype(np.uint8)
        (sums,) = self._session.run(None, {"given": given[None]})
        return np.asarray(sums[0] * (self._scales * np.float32(scale)), np.float32)


def _graph(table: NDArray[np.int8]) -> onnx.ModelProto:
    """given (1, width) → sums (1, count), of whole numbers."""
    width, count = table.shape
    zero = np.array(MIDDLE, np.uint8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["given", "table", "zero"], ["sums"])],
        "table",
        [helper.make_tensor_value_info("given", TensorProto.UINT8, [1, width])],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, [1, count])],
        [numpy_helper.from_array(table, "table"), numpy_helper.from_array(zero, "zero")],
    )
    opset = helper.make_opsetid("", OPSET)
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=[opset], ir_version=FORMAT)
    return model
