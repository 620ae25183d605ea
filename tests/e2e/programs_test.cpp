// SPDX-License-Identifier: Apache-2.0
// All of tests/programs with the real compiler and, on cpu, the real runtime: each step has the
// verdict that the README there intends.
#include <algorithm>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

const fs::path programs = fs::path(SHARKREG_SOURCE_DIR) / "tests" / "programs";

// What differs from the rule: compiles pass, the run on cpu passes, runs on rocm have no device.
const std::map<std::string, std::string> intended = {
    {"expectations/compile_fails_on_cdna compile rocm gfx942", "xfail"},
    {"expectations/compile_fails_on_cdna compile rocm gfx90a", "xfail"},
    {"expectations/compile_fails_on_gfx90a compile rocm gfx90a", "xfail"},
    {"expectations/compile_fails_on_gfx90a compile rocm gfx1100", "compile-error"},
    {"expectations/compile_only run cpu", "skip"},
    {"expectations/compile_only run rocm gfx942", "skip"},
    {"expectations/compile_only run rocm gfx90a", "skip"},
    {"expectations/compile_only run rocm gfx1100", "skip"},
    {"expectations/compile_passes_unexpectedly compile rocm gfx942", "xpass"},
    {"expectations/known_defect run cpu", "xfail"},
    {"expectations/rocm_only compile cpu", "skip"},
    {"expectations/rocm_only run cpu", "skip"},
    {"expectations/run_gives_wrong_numbers run cpu", "xfail"},
    {"expectations/run_passes_unexpectedly run cpu", "xpass"},
    {"expectations/run_stops run cpu", "xfail"},
    {"tuning/matmul compile rocm gfx1100", "compile-error"},  // its tuner file is for CDNA
    {"weights/wrong_numbers run cpu", "fail"},
};

std::set<std::string> submodels_on_disk() {
  std::set<std::string> names;
  for (const auto& model : fs::directory_iterator(programs)) {
    if (!model.is_directory()) continue;
    for (const auto& file : fs::directory_iterator(model.path())) {
      if (file.path().extension() == ".json") {
        names.insert(model.path().filename().string() + "/" + file.path().stem().string());
      }
    }
  }
  return names;
}

std::string intended_verdict(const std::string& submodel, const std::string& step) {
  if (const auto found = intended.find(submodel + " " + step); found != intended.end()) {
    return found->second;
  }
  return step.starts_with("run rocm") ? "unavailable" : "pass";
}

bool has_note(const core::StepFinished& step, std::string_view part) {
  return std::ranges::any_of(step.notes,
                             [&](const std::string& note) { return contains(note, part); });
}

// The number of threads of a workgroup as the compiled kernel's metadata has it, in the bytes of
// MessagePack.
std::string workgroup_size_bytes(const fs::path& module) {
  const std::string bytes = content_of(module);
  const std::string_view key = ".max_flat_workgroup_size";
  const std::size_t at = bytes.find(key);
  REQUIRE(at != std::string::npos);
  return bytes.substr(at + key.size(), 3);
}

}  // namespace

TEST_CASE("each step of the small programs has its intended verdict on cpu and three chips") {
  real_tools();
  const Sandbox sandbox;
  const Ended ended =
      sandbox.run({"--tests-dir", programs, "--model=*", "--rocm-root",
                   sandbox.root() / "no-driver", "--rocm-chip=gfx942,gfx90a,gfx1100"},
                  std::chrono::minutes(9));
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 1);

  const std::vector<core::Event> events = sandbox.events();
  std::vector<std::string> expected;
  for (const std::string& submodel : submodels_on_disk()) {
    for (const char* target : {"cpu", "rocm gfx942", "rocm gfx90a", "rocm gfx1100"}) {
      for (const char* stage : {"compile ", "run "}) {
        const std::string step = std::string(stage) + target;
        expected.push_back(submodel + " " + step + ": " + intended_verdict(submodel, step));
      }
    }
  }
  std::ranges::sort(expected);
  const std::vector<std::string> actual = verdicts_of(events);
  CHECK(actual.size() == expected.size());
  for (std::size_t i = 0; i < std::min(actual.size(), expected.size()); ++i) {
    CHECK(actual[i] == expected[i]);
  }

  CHECK(has_note(step_of(events, "data_formats/nothing_expected", "run cpu"), "nothing compared"));
  CHECK(has_note(step_of(events, "tuning/matmul", "compile rocm gfx942"), "two_waves.mlir"));
  CHECK_FALSE(has_note(step_of(events, "tuning/matmul", "compile cpu"), "two_waves.mlir"));

  const core::StepFinished wrong = step_of(events, "weights/wrong_numbers", "run cpu");
  REQUIRE(wrong.comparisons.size() == 1);
  CHECK(wrong.comparisons.front().mismatch_count == 3);
  CHECK(contains(ended.out, wrong.comparisons.front().message.substr(0, 30)));
}

TEST_CASE("Magika compiles for cpu and gfx942 and gives the numbers of ONNX Runtime") {
  real_tools();
  const Sandbox sandbox;
  const Ended ended =
      sandbox.run({"--tests-dir", fs::path(SHARKREG_SOURCE_DIR) / "regression_tests",
                   "--model=magika", "--rocm-root", sandbox.root() / "no-driver"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  const std::vector<core::Event> events = sandbox.events();
  CHECK(verdicts_of(events) ==
        std::vector<std::string>{
            "magika/file_type compile cpu: pass", "magika/file_type compile rocm gfx942: pass",
            "magika/file_type run cpu: pass", "magika/file_type run rocm gfx942: unavailable"});
  const core::StepFinished run = step_of(events, "magika/file_type", "run cpu");
  REQUIRE(run.comparisons.size() == 1);
  CHECK(run.comparisons.front().match);
  CHECK(run.comparisons.front().metrics.at("max_absolute_error") <= 1e-4);
}

TEST_CASE("a tuner file changes the code for its SKU and no other") {
  real_tools();
  const Sandbox sandbox;
  const auto compile = [&](const std::string& sku) {
    const fs::path outputs = sandbox.root() / ("outputs-" + sku);
    const Ended ended = sandbox.run({"--tests-dir", programs, "--model=tuning", "--backend=rocm",
                                     "--rocm-chip=gfx942", "--sku=" + sku, "--output-dir", outputs,
                                     "--rocm-root", sandbox.root() / "no-driver"});
    INFO(ended.out, ended.err);
    const core::StepFinished step =
        step_of(sandbox.events(), "tuning/matmul", "compile rocm gfx942");
    CHECK(core::name_of(step.verdict) == "pass");
    CHECK(has_note(step, "two_waves.mlir") == (sku == "mi300"));
    return workgroup_size_bytes(outputs / "tuning_matmul_vmfbs" / "model.rocm_gfx942.vmfb");
  };
  CHECK(compile("mi300").substr(0, 2) == "\xcc\x80");         // 128
  CHECK(compile("mi325") == std::string("\xcd\x01\x00", 3));  // 256
}

TEST_CASE("the programs' data is what NumPy computes") {
  const fs::path python = fs::path(SHARKREG_SOURCE_DIR) / "build" / "python" / "bin" / "python";
  const Sandbox sandbox;
  if (!fs::exists(python) ||
      sandbox.run_program(python, {"-c", "import numpy, ml_dtypes"}).exit_status != 0) {
    MESSAGE("left out: build/python with numpy and ml_dtypes, which cmake/setup.sh makes");
    return;
  }
  const Ended checked = sandbox.run_program(python, {programs / "make_data.py", "--check"});
  INFO(checked.out, checked.err);
  CHECK(checked.exit_status == 0);
}

}  // namespace sharkreg::e2e
