// SPDX-License-Identifier: Apache-2.0
// Answers of backends that could not be executed or judged: the plugin is at fault, the host lives.
#include "fakes.h"

namespace sharkreg::core {
namespace {

// The sentence with which a compile is refused whose only action was changed.
std::string refused_compile(const std::function<void(Action&)>& change) {
  Planning planning;
  planning.fake->on_compile = [&](const CompileRequest& request) {
    CompilePlan answer = FakeBackend::compile_once(request);
    change(answer.actions.front());
    return answer;
  };
  const PlannedStep step = planning.compile_step();
  CHECK(verdict_of(step) == Verdict::infrastructure);
  CHECK(step.actions.empty());
  return step.foregone->sentence;
}

std::string refused_run(const std::function<void(RunPlan&)>& change) {
  Planning planning;
  planning.fake->on_run = [&](const RunRequest& request) {
    RunPlan answer = FakeBackend::run_once(request);
    change(answer);
    return answer;
  };
  const CasePlan plan = planning.plan();
  CHECK(plan.actions.size() == 1);
  CHECK(verdict_of(plan.steps[1]) == Verdict::infrastructure);
  CHECK(plan.steps[1].comparisons.empty());
  return plan.steps[1].foregone->sentence;
}

TEST_CASE("a file that nothing makes is refused") {
  CHECK(refused_compile([](Action& action) { action.arguments.push_back(in("teeth")); }) ==
        "vector: its action \"compile\" refers to a file \"teeth\" that nothing makes");
  CHECK(contains(refused_compile([](Action& action) { action.inputs = {"teeth"}; }), "\"teeth\""));
  // Its own output is not there before it has run.
  CHECK(contains(refused_compile([](Action& action) { action.inputs = {"module"}; }),
                 "\"module\" that nothing makes"));
}

TEST_CASE("an output that is not listed is refused, wherever it is referred to") {
  const std::string expected =
      "vector: its action \"compile\": it refers to an output \"teeth\" that it does not list";
  CHECK(refused_compile([](Action& action) { action.arguments.push_back(out("teeth")); }) ==
        expected);
  CHECK(refused_compile([](Action& action) { action.standard_output = "teeth"; }) == expected);
  CHECK(refused_compile([](Action& action) { action.answer_output = "teeth"; }) == expected);
}

TEST_CASE("outputs are files in the working directory, each of its own") {
  for (const char* name : {"", ".", "..", "a/b", "/etc/passwd"}) {
    CHECK(contains(refused_compile([&](Action& action) { action.outputs[0].file_name = name; }),
                   "which is no plain file name"));
  }
  CHECK(contains(refused_compile([](Action& action) {
          action.outputs.push_back({"other", action.outputs[0].file_name});
        }),
        "two outputs in one file model.vector.bin"));
  CHECK(contains(refused_compile([](Action& action) {
          action.outputs.push_back({"module", "other.bin"});
        }),
        "two outputs \"module\""));
}

TEST_CASE("names of actions become names of files") {
  for (const char* name : {"", "Compile", "../compile", "2nd", "a b"}) {
    CHECK(contains(refused_compile([&](Action& action) { action.name = name; }),
                   "that is no name of an action"));
  }
}

TEST_CASE("a negative number of devices is refused") {
  CHECK(contains(refused_compile([](Action& action) { action.device_count = -1; }),
                 "it wants -1 devices"));
}

TEST_CASE("two actions of one name would share a log") {
  CHECK(contains(refused_run([](RunPlan& answer) { answer.actions.push_back(answer.actions[0]); }),
                 "there is another of this name"));
}

TEST_CASE("targets whose compiles write one file are refused from the second on") {
  Planning planning;
  planning.backends = {planning.backend("vector", {"v1", "v2"})};
  planning.fake->on_compile = [](const CompileRequest& request) {
    CompilePlan answer = FakeBackend::compile_once(request);
    answer.actions[0].outputs[0].file_name = "model.bin";
    return answer;
  };
  const CasePlan plan = planning.plan();
  CHECK_FALSE(plan.steps[0].foregone);
  CHECK(verdict_of(plan.steps[2]) == Verdict::infrastructure);
  CHECK(plan.steps[2].foregone->sentence ==
        "vector: its action \"compile\" writes model.bin, as \"compile\" of compile vector v1 does");
}

TEST_CASE("a run without an action would pass without having run") {
  Planning planning;
  planning.test_case.outputs.clear();
  planning.fake->on_run = [](const RunRequest&) { return RunPlan(); };
  CHECK(verdict_of(planning.run_step()) == Verdict::infrastructure);
  CHECK(planning.run_step().foregone->sentence == "vector: its plan of a run has no action");
}

TEST_CASE("an expected output that nothing is compared with would pass unseen") {
  CHECK(refused_run([](RunPlan& answer) { answer.results.clear(); }) ==
        "vector: its plan of a run compares nothing with expected_0");
}

TEST_CASE("comparisons of what no action of the run writes are refused") {
  const auto with = [](const std::function<void(PlannedResult&)>& change) {
    return refused_run([&](RunPlan& answer) { change(answer.results.at(0)); });
  };
  const std::string part = "which are not both there";
  CHECK(contains(with([](PlannedResult& result) { result.output = "teeth"; }), part));
  CHECK(contains(with([](PlannedResult& result) { result.output = "input_0"; }), part));
  CHECK(contains(with([](PlannedResult& result) { result.output = "module"; }), part));
  CHECK(contains(with([](PlannedResult& result) { result.expectation = "expected_7"; }), part));
  CHECK(contains(with([](PlannedResult& result) { result.expectation = "output_0"; }), part));
  CHECK(contains(with([](PlannedResult& result) { result.index = 1; }), part));
  CHECK(contains(with([](PlannedResult& result) { result.index = -1; }), part));
}

TEST_CASE("declarations come from an action of the run") {
  CHECK(refused_run([](RunPlan& answer) { answer.declarations = "module"; }) ==
        "vector: its plan of a run reads \"module\", which none of its actions writes");
  CHECK(contains(refused_run([](RunPlan& answer) { answer.declarations = "teeth"; }), "\"teeth\""));
}

}  // namespace
}  // namespace sharkreg::core
