// SPDX-License-Identifier: Apache-2.0
#include "history/merge.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "history/shard.h"
#include "report/run_view.h"
#include "runs.h"

namespace sharkreg::core {
namespace {

StepFinished step_of_case(const std::string& submodel, const std::string& step, Verdict verdict) {
  StepFinished finished = step_of("2026-02-03T04:05:09.000Z", step, verdict);
  finished.submodel = submodel;
  return finished;
}

// Three shards: m/a and m/b; m/c; m/d, which fails.
const Partition partition{{"m/a", "m/b"}, {"m/c"}, {"m/d"}};

MergeInput shard(std::size_t index, const Partition& of = partition) {
  const std::string run = fmt::format("run-{}", index);
  std::vector<StepFinished> steps;
  for (const std::string& name : of.at(index - 1)) {
    const Verdict verdict = name == "m/d" ? Verdict::fail : Verdict::pass;
    steps.push_back(step_of_case(name.substr(2), "run acme", verdict));
  }
  auto events = whole_run(run, steps);
  auto& start = std::get<RunStarted>(events.front());
  start.host = fmt::format("host-{}", index);
  start.cases = static_cast<std::int64_t>(steps.size());
  start.shard = ShardRecord{static_cast<std::int64_t>(index),
                            static_cast<std::int64_t>(of.size()),
                            digest_of(of),
                            of.at(index - 1),
                            "",
                            ""};
  std::get<RunFinished>(events.back()).seconds = static_cast<double>(index);
  return {fmt::format("{}.jsonl", index), {std::move(events), false, 0}};
}

RunStarted& start_in(MergeInput& input) {
  return std::get<RunStarted>(input.recorded.events.front());
}

RunFinished& end_in(MergeInput& input) {
  return std::get<RunFinished>(input.recorded.events.back());
}

std::string refusal_of(const std::vector<MergeInput>& inputs) {
  const auto events = merged(inputs, false);
  REQUIRE_FALSE(events.has_value());
  CHECK(events.error().kind == ErrorKind::invalid);
  CHECK(events.error().message.starts_with("cannot merge: "));
  return events.error().message.substr(14);
}

std::vector<Event> merge(const std::vector<MergeInput>& inputs, bool strict = false) {
  auto events = merged(inputs, strict);
  REQUIRE_MESSAGE(events.has_value(), (events ? "" : to_text(events.error())));
  return std::move(*events);
}

MergeInput run_of(const std::string& run, const std::vector<StepFinished>& steps) {
  return {run + ".jsonl", {whole_run(run, steps), false, 0}};
}

}  // namespace

TEST_CASE("shards in any order become one run") {
  const auto events = merge({shard(3), shard(1), shard(2)});
  const RunView view = view_of(events);
  REQUIRE(view.started.has_value());
  CHECK(view.started->run == "merged-run-1+run-2+run-3");
  CHECK(view.started->merged_of == std::vector<std::string>{"run-1", "run-2", "run-3"});
  CHECK(view.started->host == "host-1, host-2, host-3");
  CHECK(view.started->sku == "big");
  CHECK(view.started->cases == 4);
  CHECK_FALSE(view.started->shard.has_value());
  CHECK(view.cases.size() == 4);
  CHECK(view.tally.total() == 4);
  REQUIRE(view.finished.has_value());
  CHECK(view.finished->seconds == 3);
  CHECK(view.finished->judged == 4);
  CHECK(view.finished->exit_status == 1);
  CHECK(view.finished->conclusion == "1 step bad (1 fail).");
}

TEST_CASE("a missing shard is named") {
  CHECK(refusal_of({shard(1), shard(3)}) == "shard 2/3 is missing");
  CHECK(refusal_of({shard(2)}) == "shards 1/3, 3/3 are missing");
}

TEST_CASE("a shard that is given twice is named") {
  const std::string same = refusal_of({shard(1), shard(2), shard(3), shard(2)});
  CHECK(same.find("shard 2/3 (2.jsonl) is the same run as 2.jsonl") != std::string::npos);
  MergeInput again = shard(2);
  again.name = "again.jsonl";
  start_in(again).run = "another";
  const std::string twice = refusal_of({shard(1), shard(2), shard(3), again});
  CHECK(twice.find("shard 2/3 (again.jsonl) is given twice: also by 2.jsonl") != std::string::npos);
}

TEST_CASE("shards of different partitions are refused") {
  const Partition other{{"m/a"}, {"m/b", "m/c"}, {"m/d"}};
  const std::string refusal = refusal_of({shard(1), shard(2, other), shard(3)});
  CHECK(refusal.find("shard 2/3 (2.jsonl) is of another partition than shard 1/3 (1.jsonl): they "
                     "were cut by other times (nothing and nothing)") != std::string::npos);
  const Partition fewer{{"m/a", "m/b"}, {"m/c", "m/d"}};
  CHECK(refusal_of({shard(1), shard(2, fewer), shard(3)})
            .find("shard 2/2 (2.jsonl) is of another partition") != std::string::npos);
}

TEST_CASE("shards that did not do the same steps are refused") {
  MergeInput compiles = shard(2);
  start_in(compiles).shard->selection = "--filter=*/compile *";
  CHECK(refusal_of({shard(1), compiles, shard(3)}) ==
        "shard 2/3 (2.jsonl) did other steps than shard 1/3 (1.jsonl): --filter=*/compile * and an "
        "unknown selection");
}

TEST_CASE("a shard that did not come to its end is named") {
  MergeInput killed = shard(2);
  killed.recorded.events.pop_back();
  CHECK(refusal_of({shard(1), killed, shard(3)}) ==
        "shard 2/3 (2.jsonl) did not come to its end: the run was killed, or goes on");
  MergeInput interrupted = shard(2);
  end_in(interrupted).interrupted = true;
  CHECK(refusal_of({shard(1), interrupted, shard(3)}) == "shard 2/3 (2.jsonl) was interrupted");
}

TEST_CASE("a step without a verdict and a case that was left out are named") {
  MergeInput torn = shard(2);
  std::erase_if(torn.recorded.events,
                [](const Event& event) { return std::holds_alternative<StepFinished>(event); });
  CHECK(refusal_of({shard(1), torn, shard(3)}) ==
        "shard 2/3 (2.jsonl) has no verdict for m/c run acme");
  std::erase_if(torn.recorded.events,
                [](const Event& event) { return std::holds_alternative<CasePlanned>(event); });
  CHECK(refusal_of({shard(1), torn, shard(3)}) ==
        "shard 2/3 (2.jsonl) ended before it came to m/c");
}

TEST_CASE("cases that were exchanged after the fact are found by the digest") {
  MergeInput forged = shard(2);
  for (Event& event : forged.recorded.events) {
    if (auto* step = std::get_if<StepFinished>(&event)) step->submodel = "e";
    if (auto* planned = std::get_if<CasePlanned>(&event)) planned->submodel = "e";
  }
  start_in(forged).shard->cases = {"m/e"};
  CHECK(refusal_of({shard(1), forged, shard(3)}) ==
        "the cases of the shards are not those of their partition");
}

TEST_CASE("shards and runs that are none do not go together") {
  const MergeInput whole = run_of("whole", {step_of_case("x", "run acme", Verdict::pass)});
  CHECK(refusal_of({shard(1), shard(2), shard(3), whole}) ==
        "whole.jsonl is no shard, while others are");
}

TEST_CASE("what is no results file of a run is named") {
  CHECK(refusal_of({{"empty.jsonl", {}}}) ==
        "empty.jsonl has no start: it is no results.jsonl of a run");
}

TEST_CASE("runs on several machines are joined if no step has two results") {
  const MergeInput compiles = run_of("compiles", {step_of_case("x", "compile acme", Verdict::pass),
                                                  step_of_case("x", "run acme", Verdict::skip)});
  const MergeInput runs = run_of("runs", {step_of_case("x", "compile acme", Verdict::skip),
                                          step_of_case("x", "run acme", Verdict::fail)});
  for (const auto& inputs : {std::vector{compiles, runs}, std::vector{runs, compiles}}) {
    const RunView view = view_of(merge(inputs));
    REQUIRE(view.cases.size() == 1);
    CHECK(view.tally.total() == 2);
    CHECK(view.tally.count(Verdict::pass) == 1);
    CHECK(view.tally.count(Verdict::fail) == 1);
  }
  MergeInput again = run_of("again", {step_of_case("x", "run acme", Verdict::pass)});
  CHECK(refusal_of({compiles, runs, again}) ==
        "steps have two results: m/x run acme in runs.jsonl and again.jsonl");
}

TEST_CASE("a step that all have left out stands once") {
  const MergeInput one = run_of("one", {step_of_case("x", "run acme", Verdict::skip),
                                        step_of_case("y", "run acme", Verdict::pass)});
  const MergeInput two = run_of("two", {step_of_case("x", "run acme", Verdict::skip)});
  CHECK(view_of(merge({one, two})).tally.total() == 2);
}

TEST_CASE("the exit status is that of the whole") {
  const MergeInput good = run_of("good", {step_of_case("x", "run acme", Verdict::pass)});
  MergeInput skips = run_of("skips", {step_of_case("y", "run acme", Verdict::skip)});
  end_in(skips).exit_status = 2;  // nothing was judged there
  CHECK(std::get<RunFinished>(merge({good, skips}).back()).exit_status == 0);

  MergeInput strict = run_of("strict", {step_of_case("z", "run acme", Verdict::xpass)});
  CHECK(std::get<RunFinished>(merge({good, strict}).back()).exit_status == 0);
  CHECK(std::get<RunFinished>(merge({good, strict}, true).back()).exit_status == 1);
  start_in(strict).strict_xfail = true;
  CHECK(std::get<RunFinished>(merge({good, strict}).back()).exit_status == 1);

  StepFinished known = step_of_case("k", "run acme", Verdict::fail);
  known.standing = "known-failure";
  MergeInput compared = run_of("compared", {known});
  start_in(compared).baseline = "/before/results.jsonl";
  const auto events = merge({good, compared});
  CHECK(std::get<RunFinished>(events.back()).exit_status == 0);
  CHECK(std::get<RunStarted>(events.front()).baseline == "/before/results.jsonl");
}

TEST_CASE("notes that several runs have stand once") {
  MergeInput one = run_of("one", {step_of_case("x", "run acme", Verdict::pass)});
  MergeInput two = run_of("two", {step_of_case("y", "run acme", Verdict::pass)});
  for (MergeInput* input : {&one, &two}) {
    input->recorded.events.insert(input->recorded.events.begin() + 1, RunNote{"the same"});
  }
  const auto notes = view_of(merge({one, two})).notes;
  CHECK(notes == std::vector<std::string>{"the same"});
}

TEST_CASE("what was merged can be merged again") {
  const auto shards = merge({shard(1), shard(2), shard(3)});
  const MergeInput whole{"whole.jsonl", {shards, false, 0}};
  const MergeInput more = run_of("more", {step_of_case("z", "run acme", Verdict::pass)});
  CHECK(view_of(merge({whole, more})).tally.total() == 5);
}

}  // namespace sharkreg::core
