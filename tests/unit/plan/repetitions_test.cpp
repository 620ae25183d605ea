// SPDX-License-Identifier: Apache-2.0
// Which steps are planned, how often, and what they are known by.
#include <set>

#include "base/text.h"
#include "fakes.h"

namespace sharkreg::core {
namespace {

using Names = std::vector<std::string>;

Names names_of(const CasePlan& plan) {
  Names names;
  for (const PlannedStep& step : plan.steps) names.push_back(step.name);
  return names;
}

TEST_CASE("each run is planned so often, with its own place, and compared once") {
  Planning planning;
  planning.options.repetitions = 3;
  const CasePlan plan = planning.plan();
  CHECK(names_of(plan) == Names{"compile vector", "run vector #1", "run vector #2", "run vector #3",
                                "repeat vector"});
  std::set<std::filesystem::path> places;
  std::set<std::string> ids;
  for (const std::size_t run : plan.steps.back().repetitions) {
    const PlannedStep& step = plan.steps.at(run);
    CHECK(step.stage == Stage::run);
    CHECK(step.compile_step == 0);
    CHECK(step.repetition == static_cast<int>(run));
    REQUIRE(step.actions.size() == 1);
    places.insert(plan.actions.at(step.actions.front()).output_directory);
    ids.insert(step.id);
  }
  CHECK(places.size() == 3);
  CHECK(ids.size() == 3);
  CHECK(plan.steps.back().stage == Stage::repeat);
  CHECK(plan.steps.back().is_pending());
  CHECK(planning.fake->compiles.size() == 1);
}

TEST_CASE("a repetition is known by its number, not by how many there are") {
  Planning planning;
  planning.options.repetitions = 2;
  const CasePlan two = planning.plan();
  planning.options.repetitions = 3;
  const CasePlan three = planning.plan();
  CHECK(two.steps.at(1).id == three.steps.at(1).id);
  CHECK(two.steps.at(2).id == three.steps.at(2).id);
  CHECK(two.steps.back().id != three.steps.back().id);
}

TEST_CASE("runs without results, and runs that are not done, are not compared") {
  Planning planning;
  planning.options.repetitions = 2;
  planning.test_case.outputs.clear();
  CHECK(verdict_of(planning.plan().steps.back()) == Verdict::skip);
  Planning compile_only;
  compile_only.options.repetitions = 2;
  compile_only.test_case.compile_only = true;
  CHECK(verdict_of(compile_only.plan().steps.back()) == Verdict::skip);
  Planning no_device;
  no_device.options.repetitions = 2;
  no_device.backends.front().probe.devices.clear();
  CHECK(verdict_of(no_device.plan().steps.back()) == Verdict::unavailable);
}

TEST_CASE("a run that is wanted brings its compile along, a comparison its runs") {
  Planning planning;
  std::string wanted;
  planning.options.selects = [&](const std::string& model, const std::string& submodel,
                                 const std::string& step) {
    CHECK(model == "shark");
    CHECK(submodel == "fin");
    return step == wanted;
  };
  wanted = "compile vector";
  CHECK(names_of(planning.plan()) == Names{"compile vector"});
  wanted = "run vector";
  CHECK(names_of(planning.plan()) == Names{"compile vector", "run vector"});
  planning.options.repetitions = 2;
  CHECK(names_of(planning.plan()) == Names{"compile vector", "run vector #1", "run vector #2"});
  wanted = "repeat vector";
  CHECK(names_of(planning.plan()) ==
        Names{"compile vector", "run vector #1", "run vector #2", "repeat vector"});
  wanted = "nothing";
  CHECK(names_of(planning.plan()).empty());
  CHECK(planning.plan().actions.empty());
}

TEST_CASE("a machine that compiles has no runs; one that runs leaves compiles out") {
  Planning planning;
  planning.options.stage = StageChoice::compile;
  CHECK(names_of(planning.plan()) == Names{"compile vector"});
  planning.options.stage = StageChoice::run;
  const CasePlan plan = planning.plan();
  CHECK(names_of(plan) == Names{"compile vector", "run vector"});
  CHECK(plan.steps[0].left_out);
  CHECK_FALSE(plan.steps[0].is_pending());
  CHECK(plan.steps[1].is_pending());
  // Nobody else says why.
  planning.fake->on_compile = [](const CompileRequest&) -> CompilePlan {
    throw Failure(Failure::Kind::failed, "no idea how");
  };
  const PlannedStep run = planning.run_step();
  CHECK(verdict_of(run) == Verdict::infrastructure);
  CHECK(run.foregone->sentence == "no idea how");
}

TEST_CASE("what a compile is asked for is known by a digest that no tool decides") {
  Planning planning;
  const std::string digest = planning.compile_step().request_digest;
  CHECK(digest.size() == 64);
  planning.fake->on_compile = [](const CompileRequest& request) {
    CompilePlan plan = FakeBackend::compile_once(request);
    plan.actions.front().program = "/elsewhere/compiler";
    plan.actions.front().arguments.emplace_back("--renamed");
    return plan;
  };
  CHECK(planning.compile_step().request_digest == digest);
  planning.options.sku = "nurse";
  CHECK(planning.compile_step().request_digest != digest);
  planning.options.sku = "hammerhead";
  planning.options.compile_arguments[""] = {"--fast"};
  CHECK(planning.compile_step().request_digest != digest);
  planning.options.compile_arguments.clear();
  planning.test_case.programs.front().source.pin.sha256 = std::string(64, 'a');
  CHECK(planning.compile_step().request_digest != digest);
}

// What the files' contents are called, and how many were asked for.
struct Contents {
  std::map<std::string, std::string> named;
  ContentIdentity identity() {
    const auto name = [this](const std::filesystem::path& file) { return named[file]; };
    return {name, name};
  }
};

TEST_CASE("the id of a step is that of all that decides about it") {
  Planning planning;
  Contents contents;
  planning.options.identity = contents.identity();
  planning.fake->on_compile = [](const CompileRequest& request) {
    CompilePlan plan = FakeBackend::compile_once(request);
    plan.actions.front().content_files = {"/tools/compiler"};
    plan.actions.front().environment = {{"SHARKREG_TEST_INHERITED", std::nullopt}};
    return plan;
  };
  planning.fake->on_run = [](const RunRequest& request) {
    RunPlan plan = FakeBackend::run_once(request);
    plan.actions.front().content_files = {"/tools/runner"};
    return plan;
  };
  const CasePlan before = planning.plan();
  const auto changes = [&](bool compile, bool run) {
    const CasePlan after = planning.plan();
    CHECK((after.steps[0].id != before.steps[0].id) == compile);
    CHECK((after.steps[1].id != before.steps[1].id) == run);
    contents.named.clear();
  };
  changes(false, false);
  contents.named["/tools/compiler"] = "another";
  changes(true, true);
  contents.named["/tools/runner"] = "another";
  changes(false, true);
  contents.named["/data/fin.mlir"] = "another";
  changes(true, true);
  contents.named["/data/in.npy"] = "another";
  changes(false, true);
  contents.named["/data/out.npy"] = "another";
  changes(false, true);
  ::setenv("SHARKREG_TEST_INHERITED", "a value", 1);
  changes(true, true);
  ::unsetenv("SHARKREG_TEST_INHERITED");
  changes(false, false);
}

TEST_CASE("the name of a step without its repetition") {
  CHECK(without_repetition("run acme a1 #12") == "run acme a1");
  CHECK(without_repetition("run acme a1") == "run acme a1");
  CHECK(without_repetition("run acme #") == "run acme #");
  CHECK(without_repetition("run acme #x1") == "run acme #x1");
}

}  // namespace
}  // namespace sharkreg::core
