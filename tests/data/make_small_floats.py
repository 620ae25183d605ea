# SPDX-License-Identifier: Apache-2.0
"""Writes small_floats.json: what ml_dtypes, and NumPy for float16, say about small floats.

    build/python/bin/python tests/data/make_small_floats.py > tests/data/small_floats.json

For each format "widened" is the number of every bit pattern, as C99 hexadecimal text ("nan", "inf"),
for formats of at most 8 bits; and "narrowed" is a list of [number, bits]: all midpoints between
neighbours and numbers close to them, very large and very small ones.
"""
import json
import random

import ml_dtypes
import numpy

FORMATS = {
    "f16": numpy.float16,
    "bf16": ml_dtypes.bfloat16,
    "f8E5M2": ml_dtypes.float8_e5m2,
    "f8E4M3FN": ml_dtypes.float8_e4m3fn,
    "f8E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
    "f8E4M3FNUZ": ml_dtypes.float8_e4m3fnuz,
    "f8E8M0FNU": ml_dtypes.float8_e8m0fnu,
    "f6E2M3FN": ml_dtypes.float6_e2m3fn,
    "f6E3M2FN": ml_dtypes.float6_e3m2fn,
    "f4E2M1FN": ml_dtypes.float4_e2m1fn,
}
BITS = {"f16": 16, "bf16": 16, "f6E2M3FN": 6, "f6E3M2FN": 6, "f4E2M1FN": 4}


def text(value):
    value = float(value)
    return value.hex() if numpy.isfinite(value) else str(value)


def samples(patterns):
    finite = sorted({float(value) for value in patterns if numpy.isfinite(value)})
    random.Random(1).shuffle(finite)
    chosen = sorted(finite[:80])
    values = [0.0, -0.0, 1e-300, -1e300, 1e30, float("inf"), float("-inf")]
    everything = sorted(finite)
    for value in chosen:
        at = everything.index(value)
        following = everything[min(at + 1, len(everything) - 1)]
        # Exact in binary32, so that narrowing through it rounds only once.
        middle = (value + following) / 2
        values += [value, middle]
        values += [float(numpy.nextafter(numpy.float32(middle), numpy.float32(side)))
                   for side in (value, following)]
    with numpy.errstate(over="ignore"):
        return [value for value in values
                if float(numpy.float32(value)) == value or abs(value) > 1e38]


def narrowed(value, dtype, unsigned):
    with numpy.errstate(over="ignore"):
        return int(numpy.asarray([value], dtype=numpy.float64).astype(dtype).view(unsigned)[0])


result = {}
for name, dtype in FORMATS.items():
    bits = BITS.get(name, 8)
    unsigned = numpy.uint16 if bits == 16 else numpy.uint8
    with numpy.errstate(invalid="ignore"):
        patterns = numpy.arange(2**bits, dtype=unsigned).view(dtype).astype(numpy.float64)
    entry = {}
    if bits <= 8:
        entry["widened"] = [text(value) for value in patterns]
    if name != "f8E8M0FNU":
        entry["narrowed"] = [[text(value), narrowed(value, dtype, unsigned)]
                             for value in samples(patterns)]
    if bits == 16:
        entry["widened_some"] = [[index, text(patterns[index])] for index in range(0, 2**16, 97)]
    result[name] = entry
print(json.dumps(result, separators=(",", ":")))
