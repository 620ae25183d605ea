# SPDX-License-Identifier: Apache-2.0
"""Writes data/*.npy: python3 make_data.py (needs NumPy)."""
import pathlib

import numpy as np

data = pathlib.Path(__file__).resolve().parent / "data"
data.mkdir(exist_ok=True)
random = np.random.default_rng(7)
expected = random.normal(size=(2, 3, 4))
expected[1, 1] = [1, 0, 0, 0]
scaled = expected * np.array([2, 0.5, 1, 3, 1.5, 1]).reshape(2, 3, 1)
turned = expected.copy()
turned[1, 1] = [0.5, 0.75**0.5, 0, 0]
broken = expected.copy()
broken[0, 2, 3] = np.nan
noisy = expected + random.normal(size=expected.shape) * 0.03
for name, values in [("expected", expected), ("scaled", scaled), ("turned", turned),
                     ("broken", broken), ("noisy", noisy)]:
    np.save(data / f"{name}.npy", values.astype(np.float16))
