// SPDX-License-Identifier: Apache-2.0
// Flags: those of older compilers with the real compiler, and those that are added for a try.
#include <algorithm>

#include <doctest/doctest.h>

#include "base/text.h"
#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

constexpr std::string_view program = R"(func.func @add(%x: tensor<4xf32>) -> tensor<4xf32> {
  %sum = arith.addf %x, %x : tensor<4xf32>
  return %sum : tensor<4xf32>
}
)";

// The compile for gfx942 of a model with these flags, by the real compiler.
class OldModel {
 public:
  explicit OldModel(const std::string& flags) {
    real_tools();
    sandbox.write("tests/m/program.mlir", program);
    sandbox.write_model("m", "s",
                        R"({"mlir": "program.mlir", "compile_only": true,
                                      "rocm_compiler_flags": [)" +
                            flags + "]}");
  }

  core::StepFinished compile(const Arguments& more) const {
    Arguments arguments = more;
    arguments.insert(arguments.end(),
                     {"--tests-dir", sandbox.tests(), "--model=m", "--backend=rocm", "--no-probe"});
    const Ended ended = sandbox.run(arguments);
    INFO(ended.out, ended.err);
    exit_status = ended.exit_status;
    return step_of(sandbox.events(), "m/s", "compile rocm gfx942");
  }

  Sandbox sandbox;
  mutable int exit_status = -1;
};

std::string all_text(const core::StepFinished& step) {
  return step.sentence + "\n" + core::join(step.details, "\n") + "\n" + step.hint + "\n" +
         core::join(step.notes, "\n");
}

std::string command_of(const core::StepFinished& step) {
  REQUIRE(step.actions.size() == 1);
  return core::join(step.actions.front().command, " ");
}

constexpr const char* renamed = R"("--iree-hip-waves-per-eu=2")";
constexpr const char* without_successor = R"("--iree-codegen-gpu-native-math-precision=true")";

}  // namespace

TEST_CASE("a flag that was renamed is rewritten with a note") {
  const OldModel model(renamed);
  const core::StepFinished step = model.compile({});
  INFO(all_text(step));
  CHECK(model.exit_status == 0);
  CHECK(core::name_of(step.verdict) == "pass");
  CHECK(contains(command_of(step), "--iree-rocm-waves-per-eu=2"));
  CHECK_FALSE(contains(command_of(step), "--iree-hip-"));
  CHECK(contains(all_text(step), "--iree-hip-waves-per-eu"));
  CHECK(contains(all_text(step), "--iree-rocm-waves-per-eu"));
}

TEST_CASE("a flag that was renamed is refused under --flag-compat=strict") {
  const OldModel model(renamed);
  const core::StepFinished step = model.compile({"--flag-compat=strict"});
  INFO(all_text(step));
  CHECK(model.exit_status == 1);
  CHECK(core::name_of(step.verdict) == "compile-error");
  CHECK(contains(all_text(step), "--iree-hip-waves-per-eu"));
  CHECK(contains(all_text(step), "--iree-rocm-waves-per-eu"));
}

TEST_CASE("a flag without successor is an error that names its place and what helps") {
  const OldModel model(without_successor);
  const core::StepFinished step = model.compile({});
  INFO(all_text(step));
  CHECK(model.exit_status == 1);
  CHECK(core::name_of(step.verdict) == "compile-error");
  CHECK(contains(all_text(step), "--iree-codegen-gpu-native-math-precision"));
  CHECK(contains(all_text(step), "m/s"));
  CHECK(contains(all_text(step), "rocm_compiler_flags"));
  CHECK(contains(all_text(step), "--flag-compat=drop"));
}

TEST_CASE("a flag without successor is dropped with a note under --flag-compat=drop") {
  const OldModel model(without_successor);
  const core::StepFinished step = model.compile({"--flag-compat=drop"});
  INFO(all_text(step));
  CHECK(model.exit_status == 0);
  CHECK_FALSE(contains(command_of(step), "native-math"));
  CHECK(contains(all_text(step), "--iree-codegen-gpu-native-math-precision"));
}

TEST_CASE("a flag that no compiler ever knew is refused with the nearest that exist") {
  const OldModel model(R"("--iree-rocm-waves-per-euu=2")");
  const core::StepFinished step = model.compile({});
  INFO(all_text(step));
  CHECK(core::name_of(step.verdict) == "compile-error");
  CHECK(contains(all_text(step), "m/s"));
  CHECK(contains(all_text(step), "rocm_compiler_flags"));
  CHECK(contains(all_text(step), "--iree-rocm-waves-per-eu"));
}

TEST_CASE("the published models need no flag to be rewritten or dropped") {
  real_tools();
  const Sandbox sandbox;
  const Ended ended = sandbox.run({"list", "--tests-dir",
                                   std::filesystem::path(SHARKREG_SOURCE_DIR) / "regression_tests",
                                   "--model=sdxl,sd3", "--flag-compat=strict", "--no-probe"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(count_of(ended.out, "  compile rocm gfx942") == 10);
  CHECK_FALSE(contains(ended.out, "compile-error"));
}

TEST_CASE("arguments for a try reach the tools of their backend and are shown") {
  const Sandbox sandbox;
  sandbox.write_stub_tools();
  sandbox.write_model("m", "s", R"({"mlir": "program.mlir", "run_function": "f"})");
  const Ended ended = sandbox.run({"--tests-dir", sandbox.tests(), "--model=m", "--tools-dir",
                                   sandbox.tools(), "--no-probe", "--compile-arg=--for-all",
                                   "--compile-arg=rocm:--for-rocm", "--run-arg=cpu:--for-cpu-run"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  const std::vector<core::Event> events = sandbox.events();
  const std::string compile_cpu = command_of(step_of(events, "m/s", "compile cpu"));
  const std::string compile_rocm = command_of(step_of(events, "m/s", "compile rocm gfx942"));
  CHECK(contains(compile_cpu, "--for-all"));
  CHECK_FALSE(contains(compile_cpu, "--for-rocm"));
  CHECK(contains(compile_rocm, "--for-all"));
  CHECK(contains(compile_rocm, "--for-rocm"));
  const core::StepFinished run_cpu = step_of(events, "m/s", "run cpu");
  CHECK(contains(core::join(run_cpu.actions.back().command, " "), "--for-cpu-run"));
  CHECK(count_of(content_of(sandbox.calls()), "--for-cpu-run") == 1);
  CHECK(contains(all_text(run_cpu), "--for-cpu-run"));
  CHECK(contains(all_text(step_of(events, "m/s", "compile rocm gfx942")), "--for-rocm"));
  CHECK(contains(ended.out, "--for-cpu-run"));

  const Ended unknown =
      sandbox.run({"--tests-dir", sandbox.tests(), "--model=m", "--compile-arg=voodoo:--x"});
  CHECK(unknown.exit_status == 2);
  CHECK(contains(unknown.err, "there is no backend voodoo"));
}

TEST_CASE("--comparator=runtime leaves the judgement to the real runtime") {
  real_tools();
  const Sandbox sandbox;
  const auto run = [&](const char* submodel) {
    return sandbox.run(
        {"--tests-dir", std::filesystem::path(SHARKREG_SOURCE_DIR) / "tests" / "programs",
         "--model=weights", "--submodel", submodel, "--backend=cpu", "--comparator=runtime"});
  };
  CHECK(run("layer").exit_status == 0);
  const core::StepFinished good = step_of(sandbox.events(), "weights/layer", "run cpu");
  CHECK(contains(core::join(good.actions.back().command, " "), "--expected_output="));
  const Ended ended = run("wrong_numbers");
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 1);
  CHECK(verdict_of(sandbox.events(), "weights/wrong_numbers", "run cpu") == "fail");
}

}  // namespace sharkreg::e2e
