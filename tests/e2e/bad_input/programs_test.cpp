// SPDX-License-Identifier: Apache-2.0
// Mistakes that only a real compiler and a real runtime find.
#include <string>

#include <doctest/doctest.h>

#include "scene.h"

namespace sharkreg::e2e {
namespace {

constexpr std::string_view square = R"(func.func @square(%x: tensor<2xf32>) -> tensor<2xf32> {
  %y = arith.mulf %x, %x : tensor<2xf32>
  return %y : tensor<2xf32>
}
)";

constexpr std::string_view unknown_operation =
    R"(func.func @square(%x: tensor<2xf32>) -> tensor<2xf32> {
  %y = arith.mulff %x, %x : tensor<2xf32>
  return %y : tensor<2xf32>
}
)";

const std::string of_square =
    R"("mlir": "square.mlir", "cpu_compiler_flags": ["--iree-llvmcpu-target-cpu=generic"], )";
constexpr const char* with_input = R"("inputs": [{"source": "x.npy"}], )";
constexpr const char* with_output = R"("outputs": [{"source": "y.npy"}])";

// The bad model and a fine one with the real tools.
struct RealScene {
  explicit RealScene(const std::string& fields) {
    real_tools();
    for (const char* model : {"bad", "fine"}) {
      const std::string directory = std::string("tests/") + model;
      box.write(directory + "/square.mlir", square);
      box.write(directory + "/x.npy", npy_of_two(2, 3));
      box.write(directory + "/y.npy", npy_of_two(4, 9));
    }
    box.write_model("bad", "model", "{" + fields + "}");
    box.write_model(
        "fine", "model",
        std::string("{") + of_square + with_input + with_output + R"(, "run_function": "square"})");
  }

  Ended run() const {
    return box.run({"--tests-dir", box.tests(), "--model=bad,fine", "--backend=cpu"});
  }

  Sandbox box;
};

void compile_fails(const std::string& fields, const Texts& texts) {
  const RealScene scene(fields);
  check_step(scene.box, scene.run(), "compile cpu", "compile-error", 1, texts);
}

void run_ends_as(const std::string& verdict, const std::string& fields, const Texts& texts) {
  const RealScene scene(of_square + fields);
  check_step(scene.box, scene.run(), "run cpu", verdict, 1, texts);
}

}  // namespace

TEST_CASE("program: does not parse") {
  const RealScene scene(R"("mlir": "wrong.mlir")");
  scene.box.write("tests/bad/wrong.mlir", unknown_operation);
  check_step(scene.box, scene.run(), "compile cpu", "compile-error", 1,
             {"custom op 'arith.mulff' is unknown", "wrong.mlir:2:8"});
}

TEST_CASE("program: empty") {
  const RealScene scene(R"("mlir": "wrong.mlir")");
  scene.box.write("tests/bad/wrong.mlir", "");
  check_step(scene.box, scene.run(), "compile cpu", "compile-error", 1, {"wrong.mlir is empty"});
}

TEST_CASE("program: a tensor in its place") {
  compile_fails(R"("mlir": "x.npy")", {"x.npy:1:1", "error"});
}

TEST_CASE("program: a flag that the compiler does not know") {
  compile_fails(R"("mlir": "square.mlir", "cpu_compiler_flags": ["--iree-llvmcpu-taget-cpu=host"])",
                {"--iree-llvmcpu-taget-cpu=host in cpu_compiler_flags", "bad/model",
                 "nearest: --iree-llvmcpu-target-cpu", "correct the model file"});
}

TEST_CASE("program: a second program among the flags") {
  compile_fails(R"("mlir": "square.mlir", "cpu_compiler_flags": ["other.mlir"])",
                {"at most 1 positional argument"});
}

TEST_CASE("program: a flag that sends the result elsewhere") {
  const RealScene scene(R"("mlir": "square.mlir", "cpu_compiler_flags": ["-o", "other.vmfb"])");
  check_step(scene.box, scene.run(), "compile cpu", "infra", 3,
             {"without writing model.cpu.vmfb", "a flag sent it elsewhere"});
}

TEST_CASE("program: a wrong function name") {
  run_ends_as("run-error", std::string(R"("run_function": "sqaure", )") + with_input + with_output,
              {"no function `sqaure` exported by module"});
}

TEST_CASE("program: an input of the wrong shape") {
  const std::string input = R"("inputs": [{"source": "x.npy"}], )";
  const RealScene scene(of_square + input + R"("run_function": "square", )" + with_output);
  std::string three = npy_of_two(2, 3) + std::string(4, '\0');
  three.replace(three.find("(2,)"), 4, "(3,)");
  scene.box.write("tests/bad/x.npy", three);
  check_step(scene.box, scene.run(), "run cpu", "run-error", 1,
             {"input0 shape dimension 0 mismatch", "expected 2 but have 3"});
}

TEST_CASE("program: an input of the wrong type") {
  const RealScene scene(of_square + std::string(with_input) + R"("run_function": "square", )" +
                        with_output);
  std::string integers = npy_of_two(2, 3);
  integers.replace(integers.find("<f4"), 3, "<i4");
  scene.box.write("tests/bad/x.npy", integers);
  check_step(scene.box, scene.run(), "run cpu", "run-error", 1,
             {"input0 element type mismatch", "expected f32"});
}

TEST_CASE("program: an input that is empty") {
  const RealScene scene(of_square + std::string(with_input) + R"("run_function": "square", )" +
                        with_output);
  scene.box.write("tests/bad/x.npy", "");
  check_step(scene.box, scene.run(), "run cpu", "run-error", 1, {"x.npy is empty"});
}

TEST_CASE("program: no input where one is needed") {
  run_ends_as("run-error", std::string(R"("run_function": "square", )") + with_output,
              {"the function takes 1 input, given: 0"});
}

TEST_CASE("program: an input too many") {
  run_ends_as("run-error",
              std::string(R"("inputs": [{"source": "x.npy"}, {"source": "x.npy"}], )") +
                  R"("run_function": "square", )" + with_output,
              {"takes fewer inputs than it is given"});
}

TEST_CASE("program: an output too many") {
  run_ends_as("fail",
              std::string(with_input) + R"("run_function": "square", )" +
                  R"("outputs": [{"source": "y.npy"}, {"source": "y.npy"}])",
              {"the function gives 1 result, expected: 2"});
}

TEST_CASE("program: a flag that the runtime does not know") {
  run_ends_as("run-error",
              std::string(with_input) + R"("run_function": "square", )" + with_output +
                  R"(, "cpu_threshold_args": ["--bogus"])",
              {"flag 'bogus' not recognized"});
}

TEST_CASE("program: other numbers than expected") {
  run_ends_as("fail",
              std::string(with_input) + R"("run_function": "square", )" +
                  R"("outputs": [{"source": "x.npy"}])",
              {"output_0: 2 of 2 elements", "furthest off: element 1 is 9, expected 3"});
}

}  // namespace sharkreg::e2e
