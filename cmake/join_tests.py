# SPDX-License-Identifier: Apache-2.0
"""Joins the tests of several CMake build trees into one directory that ctest can run.

    join_tests.py DIRECTORY NAME=TREE=LABELS...

DIRECTORY gets a CTestTestfile.cmake with the tests of each TREE whose label matches the regular
expression LABELS (all if it is empty). They keep their properties; NAME and a dot are put before
the names of tests and of fixtures, which are unique in one tree only.
"""

import json
import pathlib
import subprocess
import sys

# Properties whose values name other tests, or fixtures, of the same tree.
NAMING = {"DEPENDS", "FIXTURES_REQUIRED", "FIXTURES_SETUP", "FIXTURES_CLEANUP"}


def quote(text):
    """A CMake bracket argument: nothing inside is an escape or a reference."""
    fence = ""
    while f"]{fence}]" in f"{text}]":
        fence += "="
    # CMake drops a line break that comes right after the opening bracket.
    newline = "\n" if text.startswith("\n") else ""
    return f"[{fence}[{newline}{text}]{fence}]"


def value_text(name, value, tree):
    if isinstance(value, dict):
        raise SystemExit(f"join_tests.py: the property {name} of a test cannot be carried over")
    items = value if isinstance(value, list) else [value]
    texts = [str(item).upper() if isinstance(item, bool) else str(item) for item in items]
    if name in NAMING:
        texts = [f"{tree}.{text}" for text in texts]
    return ";".join(text.replace(";", r"\;") if len(texts) > 1 else text for text in texts)


def tests_of(directory, labels):
    command = ["ctest", "--test-dir", directory, "--show-only=json-v1"]
    command += ["--label-regex", labels] if labels else []
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if answer.returncode != 0:
        raise SystemExit(f"join_tests.py: ctest cannot list the tests of {directory}; see above")
    return json.loads(answer.stdout)["tests"]


def test_lines(tree, test):
    name = quote(f"{tree}.{test['name']}")
    # ctest tells no command when the program is missing; such a test must fail, not vanish.
    command = test.get("command", [f"{test['name']} was not built"])
    yield f"add_test({name} {' '.join(quote(word) for word in command)})"
    properties = " ".join(
        f"{entry['name']} {quote(value_text(entry['name'], entry['value'], tree))}"
        for entry in test.get("properties", [])
    )
    if properties:
        yield f"set_tests_properties({name} PROPERTIES {properties})"


def main(directory, *trees):
    lines = []
    for description in trees:
        tree, path, labels = description.split("=", 2)
        tests = tests_of(path, labels)
        if not tests:
            raise SystemExit(f"join_tests.py: {path} has no test with a label like {labels!r}")
        for test in tests:
            lines.extend(test_lines(tree, test))
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "CTestTestfile.cmake").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
