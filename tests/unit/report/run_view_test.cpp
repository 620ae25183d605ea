// SPDX-License-Identifier: Apache-2.0
#include "report/run_view.h"

#include <doctest/doctest.h>

#include "recorded.h"
#include "report/step_table.h"

namespace sharkreg::core {
namespace {

TEST_CASE("a step that has no verdict was not run, and says whether it was begun") {
  const RunView view = view_of(recorded_events("killed"));
  CHECK_FALSE(view.finished.has_value());
  REQUIRE(view.cases.size() == 2);
  REQUIRE(view.cases[0].steps.size() == 2);
  CHECK(view.cases[0].steps[0].verdict == Verdict::pass);
  CHECK(view.cases[0].steps[1].verdict == Verdict::not_run);
  CHECK(view.cases[0].steps[1].sentence == "The run ended while this step ran.");
  CHECK(view.cases[1].steps[0].sentence == "The run ended before the turn of this step.");
  CHECK(view.tally.count(Verdict::not_run) == 3);
}

TEST_CASE("of a step that passed, what no report shows is not kept; of another, what it says is") {
  auto step = finished_step("m", "s", "run cpu", Verdict::pass, 2);
  step.id = "id";
  step.repeat = "again";
  step.notes = {"note"};
  step.actions.resize(1);
  step.comparisons.resize(2);
  step.comparisons[0].match = true;
  step.outputs = {"a.npy"};
  auto failed = step;
  failed.verdict = Verdict::fail;
  RunViewBuilder builder;
  builder.add(step);
  builder.add(failed);
  const RunView view = builder.finish();
  REQUIRE(view.cases.at(0).steps.size() == 2);
  const StepFinished& passed = view.cases[0].steps[0];
  CHECK(passed.seconds == 2);
  CHECK(passed.notes.size() == 1);
  CHECK(passed.id.empty());
  CHECK(passed.repeat.empty());
  CHECK(passed.actions.empty());
  CHECK(passed.outputs.empty());
  CHECK(passed.comparisons.empty());
  CHECK(view.cases[0].steps[1].repeat == "again");
  CHECK(view.cases[0].steps[1].comparisons.size() == 1);
}

TEST_CASE("steps keep the order in which they were announced") {
  const std::vector<Event> events = {
      CasePlanned{"m", "s", {"compile cpu", "run cpu"}},
      finished_step("m", "s", "run cpu", Verdict::fail),
      finished_step("m", "s", "compile cpu", Verdict::pass),
      finished_step("m", "s", "run cpu", Verdict::pass),
      finished_step("m", "other", "read", Verdict::invalid),
  };
  const RunView view = view_of(events);
  REQUIRE(view.cases.size() == 2);
  REQUIRE(view.cases[0].steps.size() == 3);
  CHECK(view.cases[0].steps[0].step == "compile cpu");
  CHECK(view.cases[0].steps[1].verdict == Verdict::fail);
  CHECK(view.cases[0].steps[2].verdict == Verdict::pass);
  CHECK(view.cases[1].submodel == "other");
  CHECK(view.tally.total() == 4);
}

TEST_CASE("steps that are explained alike are together") {
  const auto unavailable = [](const std::string& submodel, const std::string& sentence) {
    auto step = finished_step("m", submodel, "run rocm", Verdict::unavailable);
    step.sentence = sentence;
    step.details = {"looked for it"};
    return step;
  };
  auto expected = finished_step("m", "a", "run cpu", Verdict::xfail);
  expected.sentence = "It failed.";
  expected.reason = "known";
  expected.issue = "https://example.org/1";
  expected.details = {"the tool's error"};
  const RunView view = view_of(std::vector<Event>{
      unavailable("a", "no device"), unavailable("b", "no driver"), unavailable("c", "no device"),
      expected, finished_step("m", "d", "run cpu", Verdict::pass)});
  const auto groups = explained_steps(view);
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].verdict == Verdict::xfail);
  CHECK(groups[0].sentence == "It failed. Expected to fail: known (https://example.org/1)");
  CHECK(groups[0].details.empty());
  CHECK(groups[1].steps == std::vector<std::string>{"run rocm of m/a", "run rocm of m/c"});
  CHECK(groups[1].details == std::vector<std::string>{"looked for it"});
  CHECK(groups[2].sentence == "no driver");
}

TEST_CASE("a note is told once, with the steps that have it") {
  const auto noted = [](const std::string& submodel, Verdict verdict) {
    auto step = finished_step("m", submodel, "compile rocm", verdict);
    step.notes = {"a flag was renamed"};
    return step;
  };
  const auto groups = notes_of_steps(view_of(std::vector<Event>{
      noted("a", Verdict::pass), noted("b", Verdict::fail), noted("c", Verdict::xfail)}));
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].note == "a flag was renamed");
  CHECK(groups[0].steps == std::vector<std::string>{"compile rocm of m/a", "compile rocm of m/c"});
}

TEST_CASE("long lists of names end with a count") {
  CHECK(named({"a", "b"}, 2) == "a, b");
  CHECK(named({"a", "b", "c", "d"}, 2) == "a, b and 2 more");
}

TEST_CASE("repetitions of a run share a column, in which one that went wrong is shown") {
  std::vector<Event> events;
  const std::pair<const char*, Verdict> steps[] = {{"compile acme a1", Verdict::pass},
                                                   {"run acme a1 #1", Verdict::pass},
                                                   {"run acme a1 #2", Verdict::fail},
                                                   {"run acme a1 #3", Verdict::pass},
                                                   {"repeat acme a1", Verdict::fail}};
  for (const auto& [name, verdict] : steps) {
    StepFinished step;
    step.model = "shark";
    step.submodel = "fin";
    step.step = name;
    step.verdict = verdict;
    events.emplace_back(step);
  }
  const RunView view = view_of(events);
  CHECK(view.tally.total() == 5);
  const StepTable table = table_of(view, 10);
  REQUIRE(table.columns.size() == 3);
  CHECK(table.columns[1] == StepTable::Column{"acme a1", "run"});
  CHECK(table.columns[2] == StepTable::Column{"acme a1", "repeat"});
  REQUIRE(table.rows.size() == 1);
  CHECK(table.rows[0].cells[1]->step == "run acme a1 #2");
}

}  // namespace
}  // namespace sharkreg::core
