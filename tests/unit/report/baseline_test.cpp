// SPDX-License-Identifier: Apache-2.0
#include "report/baseline.h"

#include <doctest/doctest.h>

#include "approved.h"
#include "recorded.h"
#include "report/junit.h"
#include "report/markdown.h"
#include "report/summary.h"

namespace sharkreg::core {
namespace {

Standing standing(std::initializer_list<Verdict> before, Verdict now, bool strict = false) {
  std::vector<Event> events;
  for (const Verdict verdict : before) {
    events.emplace_back(finished_step("m", "s", "run cpu", verdict));
  }
  return Baseline(events).standing_of(finished_step("m", "s", "run cpu", now), strict);
}

// A run of four steps against a baseline in which two of them were bad.
std::vector<Event> compared_run() {
  const Baseline baseline(std::vector<Event>{finished_step("m", "known", "run cpu", Verdict::crash),
                                             finished_step("m", "fixed", "run cpu", Verdict::fail),
                                             finished_step("m", "new", "run cpu", Verdict::pass)});
  RunStarted start;
  start.run = "20260203-040506-1";
  start.time = "2026-02-03T04:05:06.789Z";
  start.baseline = "/before/results.jsonl";
  std::vector<Event> events{start};
  Tally tally;
  for (auto step : {finished_step("m", "known", "run cpu", Verdict::fail, 1),
                    finished_step("m", "fixed", "run cpu", Verdict::pass, 1),
                    finished_step("m", "new", "run cpu", Verdict::fail, 1),
                    finished_step("m", "unheard", "run cpu", Verdict::pass, 1)}) {
    if (step.verdict == Verdict::fail) {
      step.sentence = "1 of 1 outputs does not match.";
      step.details = {"what the tool said"};
    }
    baseline.mark(step, false);
    tally.add(step.verdict, is_known_failure(step));
    events.emplace_back(step);
  }
  RunFinished end;
  end.seconds = 4;
  end.exit_status = tally.exit_status({});
  end.conclusion = tally.conclusion({});
  events.emplace_back(end);
  return events;
}

}  // namespace

TEST_CASE("repetitions are held against the run that was not repeated, and the reverse") {
  const auto fails = [](const char* step) { return finished_step("m", "s", step, Verdict::fail); };
  const Baseline once(std::vector<Event>{fails("run cpu")});
  CHECK(once.standing_of(fails("run cpu #2"), false) == Standing::known_failure);
  const Baseline twice(std::vector<Event>{fails("run cpu #1"), fails("run cpu #2")});
  CHECK(twice.standing_of(fails("run cpu"), false) == Standing::known_failure);
  CHECK(twice.standing_of(fails("run cpu #5"), false) == Standing::known_failure);
  CHECK(twice.standing_of(fails("repeat cpu"), false) == Standing::new_failure);
}

TEST_CASE("a failure is known when the step failed before, whichever way") {
  CHECK(standing({Verdict::fail}, Verdict::fail) == Standing::known_failure);
  CHECK(standing({Verdict::crash}, Verdict::fail) == Standing::known_failure);
  CHECK(standing({Verdict::pass, Verdict::fail}, Verdict::fail) == Standing::known_failure);
  CHECK(standing({Verdict::pass}, Verdict::fail) == Standing::new_failure);
  CHECK(standing({}, Verdict::fail) == Standing::new_failure);
  CHECK(standing({Verdict::skip}, Verdict::timeout) == Standing::new_failure);
  CHECK(standing({Verdict::xfail}, Verdict::fail) == Standing::new_failure);
}

TEST_CASE("where nothing was found out the verdict must have been the same") {
  CHECK(standing({Verdict::infrastructure}, Verdict::infrastructure) == Standing::known_failure);
  CHECK(standing({Verdict::infrastructure}, Verdict::fail) == Standing::new_failure);
  CHECK(standing({Verdict::fail}, Verdict::infrastructure) == Standing::new_failure);
  CHECK(standing({Verdict::invalid}, Verdict::invalid) == Standing::known_failure);
  CHECK(standing({Verdict::no_golden}, Verdict::no_golden) == Standing::known_failure);
}

TEST_CASE("what is good now was fixed, is as before, or was not there") {
  CHECK(standing({Verdict::fail}, Verdict::pass) == Standing::fixed);
  CHECK(standing({Verdict::infrastructure}, Verdict::pass) == Standing::fixed);
  CHECK(standing({Verdict::fail}, Verdict::xfail) == Standing::fixed);
  CHECK(standing({Verdict::pass}, Verdict::pass) == Standing::none);
  CHECK(standing({}, Verdict::pass) == Standing::absent);
  CHECK(standing({}, Verdict::skip) == Standing::none);
  CHECK(standing({Verdict::fail}, Verdict::unavailable) == Standing::none);
  CHECK(standing({Verdict::fail}, Verdict::not_run) == Standing::none);
}

TEST_CASE("an unexpected pass is a failure when that is strict") {
  CHECK(standing({Verdict::xpass}, Verdict::xpass) == Standing::none);
  CHECK(standing({Verdict::xpass}, Verdict::xpass, true) == Standing::known_failure);
  CHECK(standing({Verdict::xfail}, Verdict::xpass, true) == Standing::new_failure);
}

TEST_CASE("a standing survives being written and read, and an unknown one says nothing") {
  for (const Standing each : {Standing::none, Standing::known_failure, Standing::new_failure,
                              Standing::fixed, Standing::absent}) {
    StepFinished step = finished_step("m", "s", "run cpu", Verdict::fail);
    step.standing = name_of(each);
    const auto read = event_from_json_line(to_json_line(step));
    REQUIRE(read.has_value());
    CHECK(standing_of(std::get<StepFinished>(*read)) == each);
  }
  StepFinished step;
  step.standing = "of a later version";
  CHECK(standing_of(step) == Standing::none);
}

TEST_CASE("known failures do not fail the whole, new ones do") {
  Tally tally;
  tally.add(Verdict::fail, true);
  tally.add(Verdict::infrastructure, true);
  tally.add(Verdict::pass);
  CHECK(tally.exit_status({}) == 0);
  CHECK(tally.conclusion({}) ==
        "2 steps judged, none of them newly bad; 2 known failures; 1 not judged.");
  tally.add(Verdict::crash);
  CHECK(tally.exit_status({}) == 1);
  CHECK(tally.conclusion({}) == "1 step newly bad (1 crash); 2 known failures.");
  Tally nothing;
  nothing.add(Verdict::infrastructure, true);
  CHECK(nothing.exit_status({}) == 2);
}

TEST_CASE("a shard without a step is fine, a whole run without one is not") {
  OutcomeOptions options;
  CHECK(Tally().exit_status(options) == 2);
  options.may_be_empty = true;
  CHECK(Tally().exit_status(options) == 0);
  CHECK(Tally().conclusion(options) == "this shard has no step.");
}

TEST_CASE("reports list what is known, new and fixed") {
  const RunView view = view_of(compared_run());
  SummaryOptions options;
  check_approved("baseline.summary_80.txt", summary_text(view, options));
  check_approved("baseline.summary.md", markdown_summary(view));
  check_approved("baseline.junit.xml", junit_xml(view, {}));
}

TEST_CASE("a run without a baseline has no standings") {
  CHECK_FALSE(standings_of(view_of(recorded_events("all_verdicts"))).has_value());
}

TEST_CASE("a baseline is a file or its directory, and must be there") {
  const auto events = std::filesystem::path(SHARKREG_SOURCE_DIR) / "tests/unit/report/events";
  CHECK(Baseline::read(events / "magika.jsonl").has_value());
  const auto gone = Baseline::read(events);
  REQUIRE_FALSE(gone.has_value());
  CHECK(gone.error().message.find("results.jsonl") != std::string::npos);
  CHECK(gone.error().message.starts_with("the baseline: "));
}

}  // namespace sharkreg::core
