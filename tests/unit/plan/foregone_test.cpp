// SPDX-License-Identifier: Apache-2.0
// Every verdict that is known before anything is executed.
#include <memory>

#include "fakes.h"

namespace sharkreg::core {
namespace {

TEST_CASE("nothing is foregone of a case that can be run") {
  const CasePlan plan = Planning().plan();
  REQUIRE(plan.steps.size() == 2);
  CHECK_FALSE(plan.steps[0].foregone);
  CHECK_FALSE(plan.steps[1].foregone);
}

TEST_CASE("a case for other backends only is skipped, and says for which") {
  Planning planning;
  planning.test_case.backends["tensor"].tests_only = true;
  planning.test_case.backends["scalar"].tests_only = true;
  const CasePlan plan = planning.plan();
  CHECK(verdict_of(plan.steps[0]) == Verdict::skip);
  CHECK(verdict_of(plan.steps[1]) == Verdict::skip);
  CHECK(plan.steps[0].foregone->sentence == "the model file asks for scalar, tensor only");
  CHECK(planning.fake->compiles.empty());

  planning.test_case.backends["vector"].tests_only = true;
  CHECK_FALSE(planning.compile_step().foregone);
}

TEST_CASE("compile_only skips the run alone") {
  Planning planning;
  planning.test_case.compile_only = true;
  const CasePlan plan = planning.plan();
  CHECK_FALSE(plan.steps[0].foregone);
  CHECK(verdict_of(plan.steps[1]) == Verdict::skip);
  CHECK(plan.artifacts.size() == 1);  // the program: what only a run reads is not fetched
}

TEST_CASE("a backend that takes no format of the program skips both steps") {
  Planning planning;
  planning.test_case.programs = {{"onnx", file_source("/data/fin.onnx")},
                                 {"tosa", file_source("/data/fin.tosa")}};
  const CasePlan plan = planning.plan();
  CHECK(verdict_of(plan.steps[0]) == Verdict::skip);
  CHECK(plan.steps[0].foregone->sentence == "vector takes mlir; the model file has onnx, tosa");
  CHECK(verdict_of(plan.steps[1]) == Verdict::skip);
}

TEST_CASE("expected failures are tried unless the user wants them skipped") {
  Planning planning;
  planning.test_case.backends["vector"].compile_failure = Expectation{};
  CHECK_FALSE(planning.compile_step().foregone);
  CHECK(planning.compile_step().expectation);
  CHECK_FALSE(planning.run_step().foregone);

  planning.options.skip_expected_failures = true;
  const CasePlan plan = planning.plan();
  CHECK(verdict_of(plan.steps[0]) == Verdict::xfail);
  CHECK(verdict_of(plan.steps[1]) == Verdict::blocked);
  CHECK(plan.steps[1].foregone->sentence == "compile vector did not succeed");
}

TEST_CASE("an expectation for one target beats that for all, and does not reach the others") {
  Planning planning;
  planning.backends = {planning.backend("vector", {"v1", "v2"})};
  planning.test_case.backends["vector"].compile_failure_for["v2"] = Expectation{"", "", "slow", ""};
  CasePlan plan = planning.plan();
  CHECK_FALSE(plan.steps[0].expectation);
  REQUIRE(plan.steps[2].expectation);
  CHECK(plan.steps[2].expectation->reason == "slow");

  planning.test_case.backends["vector"].compile_failure = Expectation{"", "", "wide", ""};
  plan = planning.plan();
  CHECK(plan.steps[0].expectation->reason == "wide");
  CHECK(plan.steps[2].expectation->reason == "slow");
}

TEST_CASE("a run's expectation is its own") {
  Planning planning;
  planning.test_case.backends["vector"].run_failure = Expectation{"", "", "wobbles", ""};
  CHECK_FALSE(planning.compile_step().expectation);
  CHECK(planning.run_step().expectation->reason == "wobbles");
}

TEST_CASE("a run without a device is unavailable, or broken where the backend is required") {
  Planning planning;
  planning.backends[0].probe = {{}, {"no /dev/vector"}, {}, {}};
  CHECK_FALSE(planning.compile_step().foregone);
  CHECK(verdict_of(planning.run_step()) == Verdict::unavailable);
  CHECK(planning.run_step().foregone->sentence == "no device: no /dev/vector");
  CHECK(planning.fake->runs.empty());

  planning.backends[0].required = true;
  CHECK_FALSE(planning.compile_step().foregone);
  CHECK(verdict_of(planning.run_step()) == Verdict::infrastructure);

  planning.backends[0].devices_probed = false;
  CHECK_FALSE(planning.run_step().foregone);
}

TEST_CASE("without a target both steps are unavailable, or broken where that is required") {
  Planning planning;
  planning.backends[0].targets.clear();
  planning.backends[0].no_target_because = "--vector-chip=auto found no device: none";
  CasePlan plan = planning.plan();
  REQUIRE(plan.steps.size() == 2);
  CHECK(plan.steps[0].name == "compile vector auto");
  CHECK(verdict_of(plan.steps[0]) == Verdict::unavailable);
  CHECK(verdict_of(plan.steps[1]) == Verdict::unavailable);
  CHECK(plan.steps[1].foregone->sentence == "--vector-chip=auto found no device: none");

  planning.backends[0].required = true;
  plan = planning.plan();
  CHECK(verdict_of(plan.steps[0]) == Verdict::infrastructure);
  CHECK(verdict_of(plan.steps[1]) == Verdict::infrastructure);
}

TEST_CASE("what the model file says comes before a missing target") {
  Planning planning;
  planning.backends[0].targets.clear();
  planning.test_case.compile_only = true;
  const CasePlan plan = planning.plan();
  CHECK(verdict_of(plan.steps[0]) == Verdict::unavailable);
  CHECK(verdict_of(plan.steps[1]) == Verdict::skip);
}

TEST_CASE("a refused compile is the model file's fault if the request was, else the plugin's") {
  Planning planning;
  auto kind = Failure::Kind::invalid;
  planning.fake->on_compile = [&](const CompileRequest&) -> CompilePlan {
    throw Failure(kind, "no flag --teeth", "did you mean --tooth?");
  };
  CasePlan plan = planning.plan();
  CHECK(verdict_of(plan.steps[0]) == Verdict::compile_error);
  CHECK(plan.steps[0].foregone->sentence == "no flag --teeth");
  CHECK(plan.steps[0].foregone->hint == "did you mean --tooth?");
  CHECK(verdict_of(plan.steps[1]) == Verdict::blocked);
  CHECK(plan.actions.empty());

  for (const auto other :
       {Failure::Kind::failed, Failure::Kind::cancelled, Failure::Kind::unsupported}) {
    kind = other;
    CHECK(verdict_of(planning.compile_step()) == Verdict::infrastructure);
  }
}

TEST_CASE("a refused run leaves the compile as it was planned") {
  Planning planning;
  auto kind = Failure::Kind::invalid;
  planning.fake->on_run = [&](const RunRequest&) -> RunPlan { throw Failure(kind, "no function"); };
  const CasePlan plan = planning.plan();
  CHECK_FALSE(plan.steps[0].foregone);
  CHECK(plan.actions.size() == 1);
  CHECK(verdict_of(plan.steps[1]) == Verdict::run_error);
  CHECK(plan.steps[1].artifacts.empty());
  kind = Failure::Kind::failed;
  CHECK(verdict_of(planning.run_step()) == Verdict::infrastructure);
}

TEST_CASE("weights that the backend does not take are an error of the run") {
  Planning planning;
  planning.test_case.weights = {{file_source("/data/fin.gguf"), "gguf", "model"}};
  CHECK_FALSE(planning.compile_step().foregone);
  CHECK(verdict_of(planning.run_step()) == Verdict::run_error);
  CHECK(planning.run_step().foregone->sentence ==
        "vector takes weights as irpa; the model file has gguf");
}

TEST_CASE("a backend without weight formats runs without those of the model file") {
  Planning planning;
  planning.test_case.weights = {{file_source("/data/fin.gguf"), "gguf", "model"}};
  planning.backends.front().description.weight_formats.clear();
  CHECK_FALSE(planning.run_step().foregone);
  REQUIRE(planning.fake->runs.size() == 1);
  CHECK(planning.fake->runs.front().weights.empty());
}

TEST_CASE("what one backend refuses does not concern the next") {
  Planning planning;
  const auto sulking = std::make_shared<FakeBackend>();
  sulking->on_compile = [](const CompileRequest&) -> CompilePlan {
    throw Failure(Failure::Kind::failed, "not today");
  };
  planning.backends[0].backend = sulking;
  planning.backends.push_back(planning.backend("tensor", {""}));
  const CasePlan plan = planning.plan();
  REQUIRE(plan.steps.size() == 4);
  CHECK(verdict_of(plan.steps[1]) == Verdict::blocked);
  CHECK_FALSE(plan.steps[2].foregone);
  CHECK_FALSE(plan.steps[3].foregone);
  CHECK(plan.steps[3].compile_step == 2);
}

}  // namespace
}  // namespace sharkreg::core
