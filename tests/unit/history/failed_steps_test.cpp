// SPDX-License-Identifier: Apache-2.0
#include "history/failed_steps.h"

#include <doctest/doctest.h>

#include "runs.h"

namespace sharkreg::core {
namespace {

// The verdicts of one step over time.
std::set<StepName> failed_after(const std::vector<Verdict>& verdicts, bool strict = false) {
  const Runs runs;
  std::vector<StepFinished> steps;
  for (const Verdict verdict : verdicts) {
    steps.push_back(step_of(std::to_string(steps.size()), "run acme", verdict));
  }
  runs.write("one", whole_run("one", steps));
  const auto history = runs.history();
  CHECK(runs.import(*history) == verdicts.size());
  const auto failed = last_failed(*history, strict);
  REQUIRE(failed.has_value());
  return *failed;
}

const std::set<StepName> none;
const std::set<StepName> the_step{{"m", "s", "run acme"}};

}  // namespace

TEST_CASE("the last verdict decides whether a step has failed") {
  CHECK(failed_after({Verdict::pass, Verdict::fail}) == the_step);
  CHECK(failed_after({Verdict::fail, Verdict::pass}) == none);
  for (const Verdict bad :
       {Verdict::compile_error, Verdict::run_error, Verdict::timeout, Verdict::crash,
        Verdict::invalid, Verdict::no_golden, Verdict::infrastructure}) {
    CHECK(failed_after({Verdict::pass, bad}) == the_step);
  }
  CHECK(failed_after({Verdict::fail, Verdict::xfail}) == none);
}

TEST_CASE("a run that did not try the step leaves its verdict standing") {
  for (const Verdict untried :
       {Verdict::skip, Verdict::blocked, Verdict::unavailable, Verdict::not_run}) {
    CHECK(failed_after({Verdict::fail, untried}) == the_step);
    CHECK(failed_after({Verdict::pass, untried}) == none);
    CHECK(failed_after({untried}) == none);
  }
}

TEST_CASE("an unexpected pass has failed when that is strict") {
  CHECK(failed_after({Verdict::xpass}) == none);
  CHECK(failed_after({Verdict::xpass}, true) == the_step);
}

}  // namespace sharkreg::core
