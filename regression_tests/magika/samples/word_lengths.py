#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws how long the words of a text are, as one bar for each length."""
import collections
import re
import sys


def lengths(text):
    return collections.Counter(len(word) for word in re.findall(r"\w+", text))


def main(paths):
    counts = collections.Counter()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            counts.update(lengths(file.read()))
    if not counts:
        return "word_lengths.py: no words; name at least one text file"
    widest = max(counts.values())
    for length in range(1, max(counts) + 1):
        bar = "#" * round(60 * counts[length] / widest)
        print(f"{length:3d} {counts[length]:6d} {bar}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
