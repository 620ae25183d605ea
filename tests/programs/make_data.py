#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the inputs, weights and expected outputs of the programs in this folder.

NumPy computes the expected numbers: it shares no code with the compiler under test. The files are
committed; this script is how they came about, and `--check` tells whether they still agree with it.
Needs numpy and ml_dtypes.
"""

import argparse
import io
import pathlib
import struct
import sys

import ml_dtypes
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


def npy(array):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array), version=(1, 0))
    return buffer.getvalue()


def raw(array):
    array = np.asarray(array)
    return array.astype(array.dtype.newbyteorder("<"), order="C").tobytes()


def irpa(parameters):
    """An IREE parameter archive, version 0: header, one entry for each array, names, data."""

    def align(offset, to):
        return -(-offset // to) * to

    header_size, entry_size, data_alignment = 88, 76, 64
    names = "".join(parameters).encode()
    entries_at = align(header_size, 16)
    entries_size = align(entry_size, 16) * (len(parameters) - 1) + entry_size
    names_at = entries_at + entries_size
    storage_at = align(names_at + len(names), data_alignment)

    entries, storage, name_at = b"", b"", 0
    for name, array in parameters.items():
        storage = storage.ljust(align(len(storage), data_alignment), b"\0")
        data = raw(array)
        is_data, no_flags, no_metadata = 2, 0, (0, 0)
        entries = entries.ljust(align(len(entries), 16), b"\0") + struct.pack(
            "<QIQQQQQQQQ", entry_size, is_data, no_flags, name_at, len(name), *no_metadata,
            data_alignment, len(storage), len(data))
        storage += data
        name_at += len(name)

    header = struct.pack("<4sHHQQQQQQQQQQ", b"IRPA", 0, 0, header_size, 0, 0, len(parameters),
                         entries_at, len(entries), names_at, len(names), storage_at, len(storage))
    return (header.ljust(entries_at, b"\0") + entries + names).ljust(storage_at, b"\0") + storage


def data_formats():
    left = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    right = np.array([[0.5, 0.25, 2], [-1, 8, 0]], np.float32)
    counts = np.array([1, -2, 1 << 20], np.int32)
    yield "combine_left.npy", npy(left)
    yield "combine_right.bin", raw(right)
    yield "combine_counts.bin", raw(counts)
    yield "combine_sum.npy", npy(left + right)
    yield "combine_twice.bin", raw(counts * 2)
    yield "combine_product.bin", raw(left * right)
    yield "combine_product_near.npy", npy(left * right + np.float32(0.005))

    mixed = np.array([[-2.75, 0.1], [1 / 3, 100.5]], np.float32)
    yield "convert_x.npy", npy(mixed)
    yield "convert_f16.npy", npy(mixed.astype(np.float16))
    yield "convert_bf16.bin", raw(mixed.astype(ml_dtypes.bfloat16))
    yield "convert_i8.npy", npy(np.trunc(mixed).astype(np.int8))
    yield "convert_i64.bin", raw(np.trunc(mixed).astype(np.int64))
    yield "convert_positive.npy", npy(mixed > 0)

    steps = np.array([1.5, 2, 4, 7.75], np.float32)
    counts = np.array([-7, 100000], np.int32)
    yield "summarize_x.npy", npy(steps)
    yield "summarize_counts.npy", npy(counts)
    yield "summarize_games.npy", npy(counts[0] + counts[1])
    yield "summarize_spread.npy", npy(steps[3] - steps[0])
    yield "summarize_wins.bin", raw(counts[0])
    yield "summarize_first.bin", raw(steps[0])

    rows = np.array([[1, -2], [0.5, 3], [7, 1024]], np.float32)
    yield "grow_x.npy", npy(rows)
    yield "grow_twice.npy", npy(rows * 2)
    yield "grow_bf16.bin", raw(rows.astype(ml_dtypes.bfloat16))

    relu = np.maximum(left * right - 4, 0)
    yield "relu_x.npy", npy(left * right - 4)
    yield "relu_f32.npy", npy(relu)
    yield "relu_bf16.bin", raw(relu.astype(ml_dtypes.bfloat16))


def weights():
    x = np.array([1, 2, 3, 4], np.float32)
    scale = np.array([0.5, -1, 2, 10], np.float32)
    shift = np.array([100, 0, 0.25, -40], np.float32)
    yield "x.npy", npy(x)
    yield "layer.irpa", irpa({"layer.scale": scale, "layer.shift": shift})
    yield "expected.npy", npy(x * scale + shift)
    yield "expected_without_shift.npy", npy(x * scale)


def two_modules():
    x = np.array([0, 8, -8, 100], np.float32)
    once = x / 2 + 1
    thrice = (once / 2 + 1) / 2 + 1
    yield "x.npy", npy(x)
    yield "after_one_step.npy", npy(once)
    yield "after_three_steps.npy", npy(thrice)


def tuning():
    # Small whole numbers: the sums are exact in f16 and f32 in whatever order they are taken.
    lhs = (np.arange(32 * 32) % 7 - 3).reshape(32, 32)
    rhs = (np.arange(32 * 64) % 5 - 2).reshape(32, 64)
    yield "lhs.bin", raw(lhs.astype(np.float16))
    yield "rhs.bin", raw(rhs.astype(np.float16))
    yield "product.bin", raw((lhs @ rhs).astype(np.float32))


def expectations():
    x = np.array([1, -2, 0.5, 3], np.float32)
    yield "x.npy", npy(x)
    yield "five_elements.npy", npy(np.arange(5, dtype=np.float32))
    yield "squares.npy", npy(x * x)
    yield "cubes.npy", npy(x * x * x)

    mixed = np.array([1, -2, 0.5, 7.75], np.float32)
    yield "truncate_x.npy", npy(mixed)
    yield "truncated.npy", npy(np.int32(np.trunc(mixed[3])))

    eighths = np.array([0.5, -1.75, 16, 240], ml_dtypes.float8_e4m3fnuz)
    yield "fp8.bin", raw(eighths)
    yield "fp8_widened.npy", npy(eighths.astype(np.float32))

    lhs = (np.arange(16 * 16) % 3 - 1).reshape(16, 16)
    rhs = (np.arange(16 * 16) % 4 - 2).reshape(16, 16)
    yield "lhs_f16.bin", raw(lhs.astype(np.float16))
    yield "rhs_f16.bin", raw(rhs.astype(np.float16))
    yield "product_f16.npy", npy((lhs @ rhs).astype(np.float16))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true",
                        help="write nothing; exit 1 if a committed file differs")
    check = parser.parse_args().check
    wrong = []
    for model in (data_formats, weights, two_modules, tuning, expectations):
        folder = HERE / model.__name__ / "data"
        made = dict(model())
        if check:
            found = {f.name: f.read_bytes() for f in folder.iterdir()} if folder.is_dir() else {}
            wrong += [folder / n for n in sorted(made.keys() | found.keys())
                      if made.get(n) != found.get(n)]
            continue
        folder.mkdir(exist_ok=True)
        for name, content in made.items():
            (folder / name).write_bytes(content)
    for path in wrong:
        print(f"{path.relative_to(HERE)}: differs from what make_data.py makes", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
