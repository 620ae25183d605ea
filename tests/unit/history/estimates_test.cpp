// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "history/history_estimates.h"
#include "runs.h"

namespace sharkreg::core {
namespace {

using std::chrono::milliseconds;

// A plan of m/s with one step of one action called as the first word of the step.
CasePlan plan_of(const std::string& step) {
  CasePlan plan;
  plan.model = "m";
  plan.submodel = "s";
  PlannedAction action;
  action.action.name = step.substr(0, step.find(' '));
  plan.actions = {action};
  PlannedStep planned;
  planned.name = step;
  planned.actions = {0};
  plan.steps = {planned};
  return plan;
}

}  // namespace

TEST_CASE("what has never run has no estimate") {
  const Runs runs;
  const auto history = runs.history();
  CHECK_FALSE(HistoryEstimates(*history, "big").of(plan_of("run acme a1"), 0).has_value());
  CHECK_FALSE(NoEstimates().of(plan_of("run acme a1"), 0).has_value());
}

TEST_CASE("an estimate is the median time and the largest memory of the last five") {
  const Runs runs;
  std::vector<StepFinished> steps;
  const double seconds[] = {90, 1, 2, 3, 40, 5};
  for (int index = 0; index < 6; ++index) {
    steps.push_back(step_of(std::to_string(index), "run acme a1", Verdict::pass, seconds[index]));
  }
  runs.write("one", whole_run("one", steps));
  const auto history = runs.history();
  CHECK(runs.import(*history) == 6);
  const auto estimate = HistoryEstimates(*history, "big").of(plan_of("run acme a1"), 0);
  REQUIRE(estimate.has_value());
  CHECK(estimate->wall == milliseconds(3000));
  CHECK(estimate->peak_rss_bytes == 40'000);
  CHECK(estimate->samples == 5);
}

TEST_CASE("failures, cached results, other SKUs, targets and actions say nothing") {
  const Runs runs;
  StepFinished cached = step_of("2", "run acme a1", Verdict::pass, 8);
  cached.cached = true;
  cached.actions.front().cached.emplace();
  runs.write("one", whole_run("one", {step_of("1", "run acme a1", Verdict::crash, 7), cached,
                                      step_of("3", "run acme a2", Verdict::pass, 9),
                                      step_of("4", "compile acme a1", Verdict::pass, 6)}));
  const auto history = runs.history();
  CHECK(runs.import(*history) == 4);
  const HistoryEstimates estimates(*history, "big");
  CHECK_FALSE(estimates.of(plan_of("run acme a1"), 0).has_value());
  CHECK(estimates.of(plan_of("run acme a2"), 0)->wall == milliseconds(9000));
  CHECK_FALSE(HistoryEstimates(*history, "small").of(plan_of("run acme a2"), 0).has_value());
}

TEST_CASE("a repetition that never was is estimated by the run, or by the first repetition") {
  const Runs runs;
  runs.write("one", whole_run("one", {step_of("1", "run acme a1", Verdict::pass, 4),
                                      step_of("2", "run acme a2 #1", Verdict::pass, 9)}));
  const auto history = runs.history();
  CHECK(runs.import(*history) == 2);
  const HistoryEstimates estimates(*history, "big");
  CasePlan third = plan_of("run acme a1 #3");
  third.steps[0].repetition = 3;
  CHECK(estimates.of(third, 0)->wall == milliseconds(4000));
  third.steps[0].name = "run acme a2 #3";
  CHECK(estimates.of(third, 0)->wall == milliseconds(9000));
}

}  // namespace sharkreg::core
