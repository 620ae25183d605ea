#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the models that bench_cache compiles.

    make_cache_models.py layers DIR            two networks of matmuls that take seconds to compile
    make_cache_models.py small DIR SAMPLES N   N small programs, of the samples of ONNX operators

SAMPLES holds outcomes.json and onnx/node/generated/NAME/model.mlir. Those that compile are taken in the
order of their names, and again, with their functions called otherwise, until there are N.
"""

import json
import pathlib
import sys

COMMON = ["--iree-llvmcpu-target-cpu=host"]


def write(directory, name, program, model):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{name}.mlir").write_text(program)
    model = {"mlir": f"{name}.mlir", "compile_only": True, **model}
    (directory / f"{name}.json").write_text(json.dumps(model, indent=2) + "\n")


def layers(widths):
    """Each layer has a shape of its own, so that it is code of its own."""
    lines = [
        f"func.func @network(%x0: tensor<8x{widths[0]}xf32>) -> tensor<8x{widths[-1]}xf32> {{",
        "  %zero = arith.constant 0.0 : f32",
    ]
    for i, (inner, outer) in enumerate(zip(widths, widths[1:])):
        result = f"tensor<8x{outer}xf32>"
        lines += [
            f"  %w{i} = util.unfoldable_constant dense<0.01> : tensor<{inner}x{outer}xf32>",
            f"  %e{i} = tensor.empty() : {result}",
            f"  %f{i} = linalg.fill ins(%zero : f32) outs(%e{i} : {result}) -> {result}",
            f"  %m{i} = linalg.matmul ins(%x{i}, %w{i} : tensor<8x{inner}xf32>, "
            f"tensor<{inner}x{outer}xf32>) outs(%f{i} : {result}) -> {result}",
            f"  %x{i + 1} = math.tanh %m{i} : {result}",
        ]
    return "\n".join(lines + [f"  return %x{len(widths) - 1} : tensor<8x{widths[-1]}xf32>", "}"]) + "\n"


def write_layers(directory):
    for name, count in (("dense_small", 12), ("dense_large", 24)):
        widths = [64 + 16 * i for i in range(count)]
        write(directory, name, layers(widths), {"cpu_compiler_flags": COMMON})


def write_small(directory, samples, count):
    outcomes = json.loads((samples / "outcomes.json").read_text())
    names = sorted(name for name, outcome in outcomes.items() if outcome != "compile-fail")
    flags = COMMON + ["--iree-input-demote-f64-to-f32=false"]
    for number in range(count):
        name = names[number % len(names)]
        program = (samples / "onnx/node/generated" / name / "model.mlir").read_text()
        program = program.replace(f"@{name}(", f"@{name}_{number}(")
        write(directory, f"op_{number}", program, {"cpu_compiler_flags": flags})


if __name__ == "__main__":
    if sys.argv[1] == "layers":
        write_layers(pathlib.Path(sys.argv[2]))
    else:
        write_small(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), int(sys.argv[4]))
