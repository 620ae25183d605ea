#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the files that ../file_type.json names, from the Python package `magika`.

    magika.onnx   the package's model, for runtimes that take ONNX
    magika.mlir   the same, imported by iree-import-onnx
    magika.irpa   its weights, in scope `model`
    samples.bin   one row of int32 features for each sample of manifest.json, by magika's own code
    scores.npy    what ONNX Runtime, which shares no code with IREE, answers for those rows

Everything is checked against manifest.json before it is put in place: digests where the bytes are
always the same, label and score where they depend on the machine (ONNX Runtime picks its kernels by
CPU). cmake/setup.sh runs this in the environment of cmake/requirements.txt, when something changed.
"""

import argparse
import hashlib
import importlib.metadata
import json
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]


class ImportProblem(Exception):
    """What the user is told; the message says what was expected, what was found and what to do."""


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def require_digest(path, expected, advice):
    found = sha256(path)
    if found != expected:
        raise ImportProblem(
            f"{path}\n  expected SHA-256 {expected}\n  found            {found}\n  {advice}"
        )


def find_model(package):
    """The ONNX file inside the installed package, which must be the pinned version."""
    try:
        distribution = importlib.metadata.distribution(package["name"])
    except importlib.metadata.PackageNotFoundError:
        raise ImportProblem(
            f"the Python package {package['name']} is not installed for {sys.executable}; "
            "run cmake/setup.sh, which also runs this script"
        ) from None
    if distribution.version != package["version"]:
        raise ImportProblem(
            f"the Python package {package['name']}: expected version {package['version']}, "
            f"found {distribution.version} in {sys.prefix}; run cmake/setup.sh"
        )
    onnx = pathlib.Path(distribution.locate_file(package["onnx"]))
    if not onnx.is_file():
        raise ImportProblem(f"{onnx}: missing; the package is damaged, delete {sys.prefix}")
    require_digest(onnx, package["onnx_sha256"], f"the package is damaged, delete {sys.prefix}")
    return onnx


def import_program(onnx, mlir, irpa):
    command = [sys.executable, "-I", "-m", "iree.compiler.tools.import_onnx", str(onnx)]
    command += ["-o", str(mlir), "--externalize-params", "--save-params-to", str(irpa)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise ImportProblem(f"iree-import-onnx failed on {onnx}:\n{done.stdout.strip()}")
    irpa.chmod(mlir.stat().st_mode)  # the importer makes it unreadable for other users


def extract_features(paths, config):
    """One row of integers for each file, as the package itself prepares files for the model."""
    import numpy
    from magika import Magika
    from magika.types.seekable import Seekable

    names = ("beg_size", "mid_size", "end_size", "padding_token", "block_size")
    settings = {name: config[name] for name in (*names, "use_inputs_at_offsets")}
    rows = []
    for path in paths:
        with path.open("rb") as stream:
            # Private, but the version is pinned and the result checked; there is no public way.
            features = Magika._extract_features_from_seekable(Seekable(stream), **settings)
        rows.append([*features.beg, *features.mid, *features.end])
    return numpy.array(rows, dtype="<i4")


def score(onnx, features):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(onnx), providers=["CPUExecutionProvider"])
    (scores,) = session.run(["target_label"], {"bytes": features})
    return scores.astype("<f4")


def require_scores(samples, scores, labels, tolerance):
    """ONNX Runtime must say of each sample what manifest.json says."""
    problems = []
    for sample, row in zip(samples, scores, strict=True):
        index = int(row.argmax())
        found = f"{labels[index]!r} (index {index}) with score {float(row[index]):.7f}"
        expected = f"{sample['label']!r} (index {sample['index']}) with score {sample['score']:.7f}"
        same_label = (index, labels[index]) == (sample["index"], sample["label"])
        if not same_label or not abs(float(row[index]) - sample["score"]) <= tolerance:
            problems.append(
                f"{sample['file']}\n  expected {expected}, to {tolerance}\n  found    {found}"
            )
    if problems:
        advice = "ONNX Runtime disagrees with import/manifest.json; is its version the pinned one?"
        raise ImportProblem("\n".join([*problems, advice]))


def make_files(manifest, directory):
    import numpy

    onnx = find_model(manifest["package"])
    config = json.loads((onnx.parent / "config.min.json").read_text(encoding="utf-8"))
    samples = manifest["samples"]
    for sample in samples:
        advice = "a sample must not change; restore it, e.g. with git checkout"
        require_digest(REPOSITORY / sample["file"], sample["sha256"], advice)

    shutil.copyfile(onnx, directory / "magika.onnx")
    import_program(onnx, directory / "magika.mlir", directory / "magika.irpa")
    features = extract_features([REPOSITORY / sample["file"] for sample in samples], config)
    features.tofile(directory / "samples.bin")
    scores = score(onnx, features)
    require_scores(samples, scores, config["target_labels_space"], manifest["score_tolerance"])
    numpy.save(directory / "scores.npy", scores)

    for name, expected in manifest["sha256"].items():
        advice = "the importer's result differs; are the packages those of cmake/requirements.txt?"
        require_digest(directory / name, expected, advice)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--manifest", type=pathlib.Path, default=HERE / "manifest.json")
    parser.add_argument("--output-dir", type=pathlib.Path, default=HERE.parent / "files")
    arguments = parser.parse_args()

    # Nobody sees a file that is half written or not yet checked: all are made aside, then renamed.
    aside = arguments.output_dir / ".part"
    try:
        manifest = json.loads(arguments.manifest.read_text(encoding="utf-8"))
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        make_files(manifest, aside)
        for made in sorted(aside.iterdir()):
            made.replace(arguments.output_dir / made.name)
        aside.rmdir()
    except (ImportProblem, OSError) as problem:
        print(f"import_magika.py: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
