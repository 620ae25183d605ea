// SPDX-License-Identifier: Apache-2.0
// Files that a model names and that are missing, or are something else than what they should be.
#include <filesystem>
#include <string>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "scene.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

// A file of a model that cannot be had: the infrastructure's fault, told with the model file.
void cannot_be_had(const Scene& scene, const std::string& step, const Texts& texts) {
  check_step(scene.box, scene.run(), step, "infra", 3, texts);
}

}  // namespace

TEST_CASE("artifact: a program that is not there") {
  const Scene scene;
  fs::remove(scene.bad_file("bad.mlir"));
  cannot_be_had(scene, "compile cpu",
                {"cannot provide bad.mlir", scene.bad_file("bad.mlir").string(), "no such file",
                 "the model file names it: " + scene.bad_file("model.json").string()});
  CHECK(verdict_of(scene.box.events(), "bad/model", "run cpu") == "blocked");
}

TEST_CASE("artifact: a program below a file") {
  const Scene scene;
  scene.write_bad_model(R"({"mlir": "bad.mlir/program.mlir"})");
  cannot_be_had(scene, "compile cpu", {"bad.mlir/program.mlir", "no such file"});
}

TEST_CASE("artifact: a directory as a program") {
  const Scene scene;
  fs::remove(scene.bad_file("bad.mlir"));
  fs::create_directory(scene.bad_file("bad.mlir"));
  cannot_be_had(scene, "compile cpu", {"bad.mlir is a directory, not a file"});
}

TEST_CASE("artifact: a pipe that nobody writes to as a program") {
  const Scene scene;
  fs::remove(scene.bad_file("bad.mlir"));
  REQUIRE(::mkfifo(scene.bad_file("bad.mlir").c_str(), 0600) == 0);
  cannot_be_had(scene, "compile cpu", {"bad.mlir is a device, pipe or socket, not a file"});
}

TEST_CASE("artifact: a link to itself as a program") {
  const Scene scene;
  fs::remove(scene.bad_file("bad.mlir"));
  fs::create_symlink("bad.mlir", scene.bad_file("bad.mlir"));
  cannot_be_had(scene, "compile cpu", {"bad.mlir: Too many levels of symbolic links"});
}

TEST_CASE("artifact: a URL whose scheme nobody fetches") {
  const Scene scene;
  scene.write_bad_model(R"({"mlir": "htp://example.com/program.mlir"})");
  cannot_be_had(scene, "compile cpu",
                {"no fetcher for htp:// was found", "--fetcher-plugin", "sharkreg plugins"});
}

TEST_CASE("artifact: a file URL with two slashes") {
  const Scene scene;
  scene.write_bad_model(R"({"mlir": "file://models/program.mlir"})");
  cannot_be_had(scene, "compile cpu", {R"(names the host "models")", "write three slashes"});
}

TEST_CASE("artifact: an input that is not there") {
  const Scene scene;
  scene.write_bad_model(R"({"mlir": "bad.mlir", "inputs": [{"source": "none.npy"}]})");
  cannot_be_had(scene, "run cpu", {"cannot provide none.npy", "no such file", "model.json"});
  CHECK(verdict_of(scene.box.events(), "bad/model", "compile cpu") == "pass");
}

TEST_CASE("artifact: weights that are not there") {
  const Scene scene;
  scene.write_bad_model(R"({"mlir": "bad.mlir", "real_weights": "none.irpa"})");
  cannot_be_had(scene, "run cpu", {"cannot provide none.irpa", "no such file"});
}

TEST_CASE("artifact: an endless device as weights") {
  const Scene scene;
  fs::create_symlink("/dev/zero", scene.bad_file("zero.irpa"));
  scene.write_bad_model(R"({"mlir": "bad.mlir", "real_weights": "zero.irpa"})");
  cannot_be_had(scene, "run cpu", {"zero.irpa is a device, pipe or socket, not a file"});
}

TEST_CASE("artifact: an expected output that is not there") {
  const Scene scene;
  scene.write_model_with_output();
  fs::remove(scene.bad_file("expected.npy"));
  cannot_be_had(scene, "run cpu", {"cannot provide expected.npy", "no such file"});
}

TEST_CASE("artifact: a good expected output passes") {
  const Scene scene;
  scene.write_model_with_output();
  check_fine(scene.box, scene.run());
  CHECK(verdict_of(scene.box.events(), "bad/model", "run cpu") == "pass");
}

TEST_CASE("artifact: an expected output that is empty") {
  const Scene scene;
  scene.write_model_with_output();
  scene.box.write("tests/bad/expected.npy", "");
  check_step(scene.box, scene.run(), "run cpu", "invalid", 2, {"expected.npy is not an .npy file"});
}

TEST_CASE("artifact: an expected output that was cut off") {
  const Scene scene;
  scene.write_model_with_output();
  scene.box.write("tests/bad/expected.npy", npy_of_two(1, 2).substr(0, 131));
  check_step(scene.box, scene.run(), "run cpu", "invalid", 2,
             {"expected.npy has 3 bytes of data", "2xf32, which needs 8", "make it again"});
}

TEST_CASE("artifact: an expected output with other numbers") {
  const Scene scene;
  scene.write_model_with_output();
  scene.box.write("tests/bad/expected.npy", npy_of_two(1, 3));
  check_step(scene.box, scene.run(), "run cpu", "fail", 1,
             {"output_0: 1 of 2 elements", "element 1 is 2, expected 3"});
}

TEST_CASE("artifact: a raw expected output of the wrong size") {
  const Scene scene;
  scene.write_model_with_output();
  scene.box.write("tests/bad/expected.bin", "abc");
  scene.write_bad_model(
      R"({"mlir": "bad.mlir", "run_function": "bad",
          "outputs": [{"source": "expected.bin", "value": "2xf32"}]})");
  check_step(scene.box, scene.run(), "run cpu", "invalid", 2,
             {"expected.bin has 3 bytes, but 2xf32 needs 8"});
}

TEST_CASE("artifact: a tolerance that is no number") {
  const Scene scene;
  scene.write_bad_model(
      R"({"mlir": "bad.mlir", "run_function": "bad", "outputs": [{"source": "expected.npy"}],
          "cpu_threshold_args": ["--expected_f32_threshold=abc"]})");
  scene.box.write("tests/bad/expected.npy", npy_of_two(1, 2));
  scene.box.write("given.npy", npy_of_two(1, 2));
  scene.spoil("iree-run-module",
              "cp '" + (scene.box.root() / "given.npy").string() + "' \"$output\"; exit 0");
  check_step(scene.box, scene.run(), "run cpu", "invalid", 2,
             {"--expected_f32_threshold=abc", "needs a finite number"});
}

}  // namespace sharkreg::e2e
