// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "iree/classify.h"

namespace sharkreg::tests {
namespace {

struct Expected {
  std::string standard_output;
  std::string standard_error;
  FailureKind kind;
  std::string sentence;
};

FailureReport report_with(const Expected& expected, bool compiling) {
  FailureReport report;
  report.compiling = compiling;
  report.action = compiling ? "compile" : "run";
  report.exit_status = 1;
  report.standard_output = expected.standard_output;
  report.standard_error = expected.standard_error;
  return report;
}

TEST_CASE("what the compiler says, in one sentence") {
  const Expected cases[] = {
      {"", "bad.mlir:1:14: error: expected non-function type\nfunc.func @f(\n             ^\n",
       FailureKind::compile_error, "the compiler refused the program: expected non-function type"},
      {"", "warning: odd\n<unknown>:0: error: Unknown ROCM target 'gfx9999'\nx: error: later\n",
       FailureKind::compile_error,
       "the compiler refused the program: Unknown ROCM target 'gfx9999'"},
      {"", "\033[1mm.mlir:2:3: \033[0m\033[0;1;31merror: \033[0mfailed to distribute\n",
       FailureKind::compile_error, "the compiler refused the program: failed to distribute"},
      {"",
       "iree-compile: Unknown command line argument '--a=1'.  Try: 'iree-compile --help'\n"
       "iree-compile: Did you mean '--b=1'?\n"
       "iree-compile: Unknown command line argument '--c'.  Try: 'iree-compile --help'\n",
       FailureKind::compile_error, "iree-compile does not know --a=1, --c (its guess: --b=1)"},
      {"",
       "iree-compile: for the --iree-rocm-waves-per-eu option: 'abc' value invalid for integer "
       "argument!\n",
       FailureKind::compile_error,
       "iree-compile: for the --iree-rocm-waves-per-eu option: 'abc' value invalid for integer "
       "argument!"},
      {"",
       "error opening input file: cannot open input file 'missing.mlir': No such file or "
       "directory\n",
       FailureKind::infrastructure,
       "iree-compile: cannot open input file 'missing.mlir': No such file or directory"},
      {"",
       "empty.mlir:0:0: error: outer module does not contain a vm.module op\n"
       "error opening input file: failed to generate bytecode\n",
       FailureKind::compile_error,
       "the compiler refused the program: outer module does not contain a vm.module op"},
      {"", "note: hm\nLLVM ERROR: out of memory\nStack dump:\n 0. x\n", FailureKind::compile_error,
       "iree-compile: LLVM ERROR: out of memory"},
      {"", "iree-compile: error while loading shared libraries: libIREECompiler.so: cannot open\n",
       FailureKind::infrastructure,
       "iree-compile: error while loading shared libraries: libIREECompiler.so: cannot open"},
      {"", "Traceback (most recent call last):\n  File x\nModuleNotFoundError: No module 'iree'\n",
       FailureKind::infrastructure,
       "the tool is a Python script that failed: ModuleNotFoundError: No module 'iree'"},
      {"", "", FailureKind::compile_error, "iree-compile ended with status 1 and gave no reason"},
  };
  for (const Expected& expected : cases) {
    CAPTURE(expected.standard_error);
    const auto result = iree::classify_compile(report_with(expected, true));
    CHECK(result.kind == expected.kind);
    CHECK(result.sentence == expected.sentence);
  }
}

TEST_CASE("what the runtime says, in one sentence") {
  const Expected cases[] = {
      {"EXEC @f\n[FAILED] result[0]: element at index 1 (0) does not match the expected (4); "
       "expected that the view is equal to contents of a view of 4xf32\n  expected:\n",
       "", FailureKind::wrong_result,
       "result 0: element at index 1 (0) does not match the expected (4)"},
      {"EXEC @f\n[FAILED] result[2]: metadata is 4xf32; expected that the view matches 5xf32; "
       "more\n",
       "", FailureKind::wrong_result, "result 2: metadata is 4xf32, expected 5xf32"},
      {"EXEC @f\n[FAILED] expected 1 list elements but 4 provided\n", "", FailureKind::wrong_result,
       "expected 1 list elements but 4 provided"},
      {"EXEC @f\n",
       "c/runtime/src/iree/tooling/function_io.c:1213: OUT_OF_RANGE; 1 outputs specified but the "
       "provided variant list only has 10 elements; outputting results\n",
       FailureKind::wrong_result, "the function gives 10 results, expected: 1"},
      {"EXEC @f\n",
       "f.c:254: INVALID_ARGUMENT; function expected fewer input values; parsing input `4xf32=2`; "
       "parsing expected function outputs\n",
       FailureKind::wrong_result, "the function gives fewer results than are expected"},
      {"",
       "f.c:254: INVALID_ARGUMENT; function expected fewer input values; parsing function "
       "inputs\n",
       FailureKind::run_error, "the function takes fewer inputs than it is given"},
      {"EXEC @f\n",
       "vm/invocation.c:103: INVALID_ARGUMENT; input list and function mismatch; expected 2 "
       "arguments but passed 1; invoking function 'f'\n",
       FailureKind::run_error, "the function takes 2 inputs, given: 1"},
      {"",
       "c/runtime/src/iree/vm/module.c:333: NOT_FOUND; no function `nofn` exported by module; "
       "looking up function 'nofn'\n",
       FailureKind::run_error, "iree-run-module: NOT_FOUND: no function `nofn` exported by module"},
      {"",
       "c/dynamic_symbols.c:155: UNAVAILABLE; HIP runtime library 'libamdhip64.so' not available: "
       "please ensure installed and in dynamic linker search path: \n more\n",
       FailureKind::unavailable,
       "no \"hip\" device can be used: HIP runtime library 'libamdhip64.so' not available"},
      {"", "registry.c:319: NOT_FOUND; no driver 'hip' registered; creating device\n",
       FailureKind::unavailable, "no \"hip\" device can be used: no driver 'hip' registered"},
      {"",
       "c/buffer_diagnostics.c:225: INVALID_ARGUMENT; input0 shape dimension 0 mismatch; expected "
       "4 but have 5; expected shape `4`, actual shape `5`; invoking\n",
       FailureKind::run_error,
       "iree-run-module: INVALID_ARGUMENT: input0 shape dimension 0 mismatch; expected 4 but have "
       "5"},
      {"", "<vm>:0: INCOMPATIBLE; HAL device `__device_0` not found or unavailable: x; more\n",
       FailureKind::run_error,
       "iree-run-module: INCOMPATIBLE: HAL device `__device_0` not found or unavailable: x"},
      {"",
       "\033[31mFLAGS ERROR\033[0m\nflags.c:428: INVALID_ARGUMENT; flag 'nonsense' not "
       "recognized\n",
       FailureKind::run_error, "iree-run-module: INVALID_ARGUMENT: flag 'nonsense' not recognized"},
      {"EXEC @f\n", "numpy_io.c:420: UNIMPLEMENTED; unsupported data encoding; outputting\n",
       FailureKind::run_error,
       "a result is of a type that .npy cannot carry: the output needs a \"value\" in the model "
       "file"},
      {"",
       "f.c:606: UNIMPLEMENTED; only numpy (.npy) files are supported for metadata-less variant "
       "I/O; x\n",
       FailureKind::run_error,
       "an input that is no .npy file needs a \"value\" (shape and type) in the model file"},
      {"", "file_handle.c:373: NOT_FOUND; failed to open file 'weights.irpa'; resolving\n",
       FailureKind::infrastructure,
       "iree-run-module: NOT_FOUND: failed to open file 'weights.irpa'"},
      {"", "something odd\n\n", FailureKind::run_error, "iree-run-module: something odd"},
      {"EXEC @f\n", "", FailureKind::run_error,
       "iree-run-module ended with status 1 and gave no reason"},
  };
  for (const Expected& expected : cases) {
    CAPTURE(expected.standard_error);
    const auto result = iree::classify_run(report_with(expected, false), "hip");
    CHECK(result.kind == expected.kind);
    CHECK(result.sentence == expected.sentence);
  }
}

TEST_CASE("a message without end is cut, not within a character") {
  FailureReport report;
  report.compiling = true;
  report.standard_error = "m.mlir:1:1: error: x";
  for (int count = 0; count < 300; ++count) report.standard_error += "é";
  const std::string sentence = iree::classify_compile(report).sentence;
  CHECK(sentence.size() < 250);
  CHECK(sentence.ends_with("é …"));
}

TEST_CASE("a run on a device that makes no progress hangs; whatever else does so is only slow") {
  FailureReport report;
  report.action = "run";
  report.stall = Stall{120, 125, 3, true};
  const auto result = iree::classify_stall(report, "hip");
  CHECK(result.hung == true);
  CHECK(result.kind == FailureKind::timeout);
  CHECK(result.sentence == "the \"hip\" device hung: the run made no progress for 120 s");
  report.stall->holds_device = false;
  CHECK(iree::classify_stall(report, "local-task").hung == false);
  report.stall->holds_device = report.compiling = true;
  CHECK(iree::classify_stall(report, "hip").hung == false);
}

TEST_CASE("trouble with the declarations is nobody's wrong result") {
  FailureReport report;
  report.action = "declarations";
  report.exit_status = 1;
  report.standard_error = "archive.c:106: INVALID_ARGUMENT; FlatBuffer data is not present\n";
  const auto result = iree::classify_run(report, "hip");
  CHECK(result.kind == FailureKind::infrastructure);
  CHECK(result.sentence ==
        "the declarations of the compiled module could not be read: archive.c:106: "
        "INVALID_ARGUMENT; FlatBuffer data is not present");
}

}  // namespace
}  // namespace sharkreg::tests
