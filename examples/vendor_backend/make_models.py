# SPDX-License-Identifier: Apache-2.0
"""Writes models/small: python3 make_models.py (needs onnx and NumPy)."""
import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper

here = pathlib.Path(__file__).resolve().parent / "models" / "small"
here.mkdir(parents=True, exist_ok=True)
x = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.float32)
np.save(here / "x.npy", x)
np.save(here / "wide.npy", np.ones((2, 4), dtype=np.float32))
x.tofile(here / "x.bin")
np.save(here / "sum.npy", (2 * x).sum(axis=1))
np.save(here / "other.npy", (2 * x).sum(axis=1) + 1)


def model(name, operator):
    graph = helper.make_graph(
        [helper.make_node(operator, ["x", "two"], ["scaled"]),
         helper.make_node("ReduceSum", ["scaled", "axes"], ["sum"], keepdims=0)],
        name,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])],
        [helper.make_tensor_value_info("sum", TensorProto.FLOAT, [2])],
        [helper.make_tensor("two", TensorProto.FLOAT, [], [2.0]),
         helper.make_tensor("axes", TensorProto.INT64, [1], [1])])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8),
              here / f"{name}.onnx")


model("scaled_sum", "Mul")
model("unknown", "Voodoo")

PROGRAM = {"backends": ["onnxruntime"], "programs": {"onnx": "scaled_sum.onnx"},
           "inputs": [{"source": "x.npy"}], "outputs": [{"source": "sum.npy"}]}


def case(name, **changes):
    text = json.dumps({**PROGRAM, **changes}, indent=2) + "\n"
    (here / f"{name}.json").write_text(text, encoding="utf-8")


case("scaled_sum", inputs=[{"source": "x.bin", "value": "2x3xf32"}])
case("optimized", onnxruntime_compiler_flags=["--optimization=basic"])
case("wrong_numbers", outputs=[{"source": "other.npy"}])
case("wrong_count", outputs=[{"source": "sum.npy"}, {"source": "sum.npy"}])
case("wrong_shape", inputs=[{"source": "wide.npy"}])
case("unknown_operator", programs={"onnx": "unknown.onnx"})
