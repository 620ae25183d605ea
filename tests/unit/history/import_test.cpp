// SPDX-License-Identifier: Apache-2.0
#include "history/import.h"

#include <fstream>

#include <doctest/doctest.h>

#include "runs.h"

namespace sharkreg::core {
namespace {

using Texts = std::vector<std::string>;

PastStep only_step(History& history) {
  const auto subjects = history.subjects();
  REQUIRE(subjects.has_value());
  REQUIRE(subjects->size() == 1);
  const auto steps = history.steps_of(subjects->front(), 10);
  REQUIRE(steps.has_value());
  REQUIRE(steps->size() == 1);
  return steps->front();
}

}  // namespace

TEST_CASE("a step is remembered with all that is asked of it later") {
  const Runs runs;
  StepFinished step = step_of("2026-02-03T04:05:09.000Z", "run acme a1", Verdict::pass, 2);
  ActionRecord second = step.actions.front();
  second.name = "reduce";
  second.peak_memory_bytes = 5000;
  second.system_seconds = 0.25;
  second.devices = {"GPU-1"};
  step.actions.push_back(second);
  runs.write("one", whole_run("one", {step}));
  const auto history = runs.history();
  CHECK(runs.import(*history) == 1);

  const PastStep past = only_step(*history);
  CHECK(past.subject.model == "m");
  CHECK(past.subject.submodel == "s");
  CHECK(past.subject.step == "run acme a1");
  CHECK(past.subject.stage == "run");
  CHECK(past.subject.backend == "acme");
  CHECK(past.subject.target == "a1");
  CHECK(past.time == "2026-02-03T04:05:09.000Z");
  CHECK(past.verdict == "pass");
  CHECK(past.wall == 2'000'000);
  CHECK(past.user == 2'000'000);
  CHECK(past.system == 250'000);
  CHECK(past.peak_memory == 5000);
  CHECK_FALSE(past.cached);
  CHECK(past.device == "GPU-1");
  CHECK(past.tools == "acme-compile 2.0\nacme-run 2.1");
  CHECK(past.run.name == "one");
  CHECK(past.run.time == "2026-02-03T04:05:06.000Z");
  CHECK(past.run.host == "workbench");
  CHECK(past.run.system == "Linux 6.1");
  CHECK(past.run.sku == "big");
  CHECK(past.run.version == "0.1.0");
  CHECK(past.run.shard.empty());
}

TEST_CASE("a step is cached when all that it did was") {
  const Runs runs;
  StepFinished cached = step_of("2026-02-03T04:05:09.000Z", "compile acme a1", Verdict::pass, 0);
  cached.cached = true;
  cached.actions.front().cached.emplace();
  StepFinished half = cached;
  half.step = "compile acme a2";
  half.actions.push_back(half.actions.front());
  half.cached = false;
  half.actions.back().cached.reset();
  runs.write("one", whole_run("one", {cached, half}));
  const auto history = runs.history();
  CHECK(runs.import(*history) == 2);
  const auto subjects = history->subjects();
  REQUIRE(subjects.has_value());
  REQUIRE(subjects->size() == 2);
  CHECK(history->steps_of((*subjects)[0], 1)->front().cached);
  CHECK_FALSE(history->steps_of((*subjects)[1], 1)->front().cached);
}

TEST_CASE("importing again changes nothing") {
  const Runs runs;
  runs.write("one", whole_run("one", {step_of("1", "run acme", Verdict::pass, 1),
                                      step_of("2", "run acme", Verdict::fail, 2)}));
  const auto history = runs.history();
  CHECK(runs.import(*history) == 2);
  CHECK(runs.import(*history) == 0);
  CHECK(runs.import(*runs.history()) == 0);
  CHECK(executions_of(*history, "run acme") == Texts{"fail 2", "pass 1"});
}

TEST_CASE("a run that came to its end is not looked at again") {
  const Runs runs;
  runs.write("one", whole_run("one", {step_of("1", "run acme", Verdict::pass, 1)}));
  const auto history = runs.history();
  CHECK(runs.import(*history) == 1);
  std::filesystem::remove_all(runs.directory() / "one");
  CHECK(runs.import(*history) == 0);
  CHECK(executions_of(*history, "run acme") == Texts{"pass 1"});
}

TEST_CASE("of a run that goes on what is new is added, and a torn line when it is whole") {
  const Runs runs;
  const std::string last = to_json_line(step_of("3", "run acme", Verdict::fail, 3)) + "\n";
  runs.write("one", {start_of("one"), step_of("1", "run acme", Verdict::pass, 1)});
  const auto history = runs.history();
  CHECK(runs.import(*history) == 1);
  runs.append("one", to_json_line(step_of("2", "run acme", Verdict::pass, 2)) + "\n");
  runs.append("one", last.substr(0, 40));
  CHECK(runs.import(*history) == 1);
  CHECK(runs.import(*history) == 0);
  runs.append("one", last.substr(40));
  CHECK(runs.import(*history) == 1);
  CHECK(executions_of(*history, "run acme") == Texts{"fail 3", "pass 2", "pass 1"});
}

TEST_CASE("an interrupted run may still be resumed") {
  const Runs runs;
  RunFinished end;
  end.interrupted = true;
  runs.write("one", {start_of("one"), step_of("1", "run acme", Verdict::pass, 1), end});
  const auto history = runs.history();
  CHECK(runs.import(*history) == 1);
  runs.append("one", to_json_line(step_of("2", "run acme", Verdict::pass, 2)) + "\n");
  CHECK(runs.import(*history) == 1);
}

TEST_CASE("a file that was replaced is imported anew") {
  const Runs runs;
  runs.write("one", {start_of("one"), step_of("1", "run acme", Verdict::pass, 1),
                     step_of("2", "run acme", Verdict::pass, 2)});
  const auto history = runs.history();
  CHECK(runs.import(*history) == 2);
  std::filesystem::remove(runs.results("one"));
  runs.write("one", {start_of("one"), step_of("3", "run acme", Verdict::fail, 3)});
  CHECK(runs.import(*history) == 1);
  CHECK(executions_of(*history, "run acme") == Texts{"fail 3"});
}

TEST_CASE("more steps than go in at once all come in") {
  const Runs runs;
  std::vector<StepFinished> steps;
  for (int number = 0; number < 4500; ++number) {
    steps.push_back(step_of(std::to_string(number), "run acme", Verdict::pass, 1));
    steps.back().submodel = "s" + std::to_string(number % 100);
  }
  runs.write("one", whole_run("one", steps));
  const auto history = runs.history();
  CHECK(runs.import(*history) == 4500);
  CHECK(runs.import(*history) == 0);
  std::size_t count = 0;
  const auto subjects = history->subjects();
  REQUIRE(subjects.has_value());
  for (const Subject& subject : *subjects) count += history->steps_of(subject, 1000)->size();
  CHECK(count == 4500);
}

TEST_CASE("what is no event costs a note, not the rest") {
  const Runs runs;
  runs.write("one", {start_of("one"), step_of("1", "run acme", Verdict::pass, 1)});
  runs.append("one", "{\"event\":\"step-finished\",\n{\"event\":\"coffee-break\"}\n");
  runs.append("one", to_json_line(step_of("2", "run acme", Verdict::pass, 2)) + "\n");
  std::filesystem::create_directories(runs.directory() / "empty");
  std::ofstream(runs.directory() / "stray") << "text";
  const auto history = runs.history();
  const auto imported = import_runs(*history, runs.directory());
  REQUIRE(imported.has_value());
  CHECK(imported->steps == 2);
  REQUIRE(imported->notes.size() == 1);
  CHECK(imported->notes[0].starts_with(runs.results("one").string() + ": what stands at byte "));
  const auto again = import_runs(*history, runs.directory());
  REQUIRE(again.has_value());
  CHECK(again->notes.empty());
}

TEST_CASE("a file that is damaged all over costs two notes, not one for each line") {
  const Runs runs;
  runs.write("one", whole_run("one", {}));
  for (int line = 0; line < 100; ++line) runs.append("one", "garbage\n");
  const auto history = runs.history();
  const auto imported = import_runs(*history, runs.directory());
  REQUIRE(imported.has_value());
  REQUIRE(imported->notes.size() == 2);
  CHECK(imported->notes[1].ends_with("99 more lines are not events"));
}

TEST_CASE("a line is found wherever it ends, behind any number of pieces") {
  const Runs runs;
  StepFinished step = step_of("2026-02-03T04:05:09.000Z", "run acme a1", Verdict::pass, 2);
  step.details.push_back(std::string(3'000'000, 'x'));
  runs.write("one", whole_run("one", {step, step}));
  const auto history = runs.history();
  CHECK(runs.import(*history) == 2);
}

TEST_CASE("without a directory of runs there is nothing to import") {
  const Runs runs;
  CHECK(runs.import(*runs.history()) == 0);
}

TEST_CASE("the last executions are given page by page, also where times are equal") {
  const Runs runs;
  for (const char* run : {"a", "b", "c"}) {
    runs.write(run, whole_run(run, {step_of("1", "run acme", Verdict::pass, 1),
                                    step_of("1", "run acme", Verdict::pass, 2),
                                    step_of("2", "run acme", Verdict::pass, 3)}));
  }
  const auto history = runs.history();
  CHECK(runs.import(*history) == 9);
  const Subject subject = history->subjects()->front();
  const auto all = history->steps_of(subject, 100);
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 9);
  CHECK(all->front().run.name == "c");
  CHECK(all->front().time == "2");
  std::vector<PastStep> paged;
  std::optional<PastStep> last;
  for (int page = 0; page < 5; ++page) {
    auto steps = history->steps_of(subject, 2, last);
    REQUIRE(steps.has_value());
    for (PastStep& step : *steps) paged.push_back(step);
    last = paged.back();
  }
  REQUIRE(paged.size() == 9);
  for (std::size_t index = 0; index < 9; ++index) {
    CHECK(paged[index].run.name == (*all)[index].run.name);
    CHECK(paged[index].position == (*all)[index].position);
  }
}

}  // namespace sharkreg::core
