# SPDX-License-Identifier: Apache-2.0
"""Compiles and runs ONNX files with ONNX Runtime, as the backend `onnxruntime` asks.

    onnxruntime_tool.py version
    onnxruntime_tool.py compile PROGRAM MODULE [--optimization=off|basic|extended]
    onnxruntime_tool.py run MODULE [--input=VALUE=FILE]... [--output=FILE.npy]...

VALUE is a shape and type such as 5x2048xi32; it may be empty for an .npy file.

Exit status: 0 done; 10 the program was refused; 11 the run failed; 12 the results are not those that
were asked for; 3 ONNX Runtime is not there; 2 wrong usage. The last line on standard error says why.
"""

import argparse
import re
import sys

REFUSED, RUN_FAILED, WRONG_RESULT, BROKEN = 10, 11, 12, 3
TYPES = {"f64": "<f8", "f32": "<f4", "f16": "<f2", "i64": "<i8", "i32": "<i4", "i16": "<i2", "i8": "i1",
         "si64": "<i8", "si32": "<i4", "si16": "<i2", "si8": "i1", "ui64": "<u8", "ui32": "<u4",
         "ui16": "<u2", "ui8": "u1", "i1": "?"}


def end(status, text):
    print(" ".join(str(text).split()), file=sys.stderr)
    sys.exit(status)


def import_packages():
    try:
        import numpy
        import onnxruntime
    except ImportError as error:
        end(BROKEN, f"{sys.executable} has no ONNX Runtime: {error}")
    onnxruntime.set_default_logger_severity(3)
    return numpy, onnxruntime


def session(onnxruntime, path, level, save_to=None):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    if save_to:
        options.optimized_model_filepath = save_to
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def compile_program(arguments):
    _, onnxruntime = import_packages()
    levels = onnxruntime.GraphOptimizationLevel
    level = {"off": levels.ORT_DISABLE_ALL, "basic": levels.ORT_ENABLE_BASIC,
             "extended": levels.ORT_ENABLE_EXTENDED}[arguments.optimization]
    try:
        session(onnxruntime, arguments.program, level, arguments.module)
    except Exception as error:  # its exceptions have no common base class
        end(REFUSED, f"ONNX Runtime refused the program: {error}")


def read_input(numpy, text):
    value, _, path = text.partition("=")
    if path.endswith(".npy"):
        return numpy.load(path, allow_pickle=False)
    shape = re.fullmatch(r"((?:\d+x)*)(\w+)", value)
    if not shape or shape[2] not in TYPES:
        end(RUN_FAILED, f"an input that is no .npy file needs a shape and type, not \"{value}\"")
    sizes = [int(size) for size in shape[1].split("x") if size]
    data = numpy.fromfile(path, dtype=TYPES[shape[2]])
    if data.size != numpy.prod(sizes, dtype=int):
        end(RUN_FAILED, f"{path} has {data.size} elements, which is not {value}")
    return data.reshape(sizes)


def run_module(arguments):
    numpy, onnxruntime = import_packages()
    inputs = [read_input(numpy, text) for text in arguments.input]
    try:
        module = session(onnxruntime, arguments.module,
                         onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL)
        names = [each.name for each in module.get_inputs()]
        if len(names) != len(inputs):
            end(RUN_FAILED, f"the program takes {len(names)} inputs, given: {len(inputs)}")
        results = module.run(None, dict(zip(names, inputs)))
    except Exception as error:
        end(RUN_FAILED, f"ONNX Runtime could not run the program: {error}")
    if arguments.output and len(results) != len(arguments.output):
        end(WRONG_RESULT, f"the program gives {len(results)} results, expected: {len(arguments.output)}")
    for result, path in zip(results, arguments.output):
        numpy.save(path, result)


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("version")
    compile_parser = commands.add_parser("compile")
    compile_parser.add_argument("program")
    compile_parser.add_argument("module")
    compile_parser.add_argument("--optimization", choices=["off", "basic", "extended"], default="extended")
    run_parser = commands.add_parser("run")
    run_parser.add_argument("module")
    run_parser.add_argument("--input", action="append", default=[])
    run_parser.add_argument("--output", action="append", default=[])
    arguments = parser.parse_args()
    if arguments.command == "version":
        print(import_packages()[1].__version__)
    elif arguments.command == "compile":
        compile_program(arguments)
    else:
        run_module(arguments)


if __name__ == "__main__":
    main()
