// SPDX-License-Identifier: Apache-2.0
#include "report/event.h"

#include <limits>

#include <doctest/doctest.h>

#include "recorded.h"

namespace sharkreg::core {
namespace {

Event read_back(const Event& event) {
  auto read = event_from_json_line(to_json_line(event));
  REQUIRE_MESSAGE(read.has_value(), (read ? "" : to_text(read.error())));
  return *read;
}

StepFinished full_step() {
  StepFinished step = finished_step("sdxl", "clip", "run rocm gfx942", Verdict::no_golden, 2);
  step.id = "id";
  step.time = "time";
  step.file = "file";
  step.sentence = "sentence";
  step.details = {"one", "", "three"};
  step.hint = "hint";
  step.log = "log";
  step.repeat = "repeat";
  step.reason = "reason";
  step.issue = "issue";
  step.notes = {"note"};
  ActionRecord action;
  action.name = "run";
  action.command = {"tool", ""};
  action.exit_status = 0;
  action.peak_memory_bytes = std::int64_t{1} << 40;
  step.actions = {action};
  ComparisonRecord comparison;
  comparison.name = "output_0";
  comparison.metrics = {{"finite", 4}, {"infinite", std::numeric_limits<double>::infinity()}};
  comparison.first = ElementRecord{3, "1", "nan"};
  comparison.mismatch_count = 1;
  step.comparisons = {comparison};
  step.outputs = {"a.npy"};
  return step;
}

TEST_CASE("a step is written with all its members in the order of their list") {
  CHECK(to_json_line(full_step()) ==
        R"({"event":"step-finished","id":"id","time":"time","model":"sdxl","submodel":"clip",)"
        R"("file":"file","step":"run rocm gfx942","stage":"run","backend":"rocm",)"
        R"("target":"gfx942","verdict":"no-golden","sentence":"sentence",)"
        R"("details":["one","","three"],"hint":"hint","log":"log","repeat":"repeat",)"
        R"("reason":"reason","issue":"issue","notes":["note"],"cached":false,"seconds":2.0,)"
        R"("actions":[{"name":"run","command":["tool",""],"exit_status":0,"seconds":0.0,)"
        R"("user_seconds":0.0,"system_seconds":0.0,"peak_memory_bytes":1099511627776}],)"
        R"("comparisons":[{"name":"output_0","match":false,"metrics":{"finite":4.0},)"
        R"("first":{"index":3,"expected":"1","actual":"nan"},"mismatch_count":1}],)"
        R"("outputs":["a.npy"]})");
}

TEST_CASE("members that are empty are left out") {
  CHECK(to_json_line(RunNote{}) == R"({"event":"note"})");
  CHECK(to_json_line(CasePlanned{"m", "s", {}}) ==
        R"({"event":"case-planned","model":"m","submodel":"s"})");
  CHECK(to_json_line(RunStarted{}) == R"({"event":"run-started","cases":0})");
}

TEST_CASE("what is read back is written as before") {
  CHECK(to_json_line(read_back(full_step())) == to_json_line(full_step()));
  const auto step = std::get<StepFinished>(read_back(full_step()));
  CHECK(step.details == std::vector<std::string>{"one", "", "three"});
  CHECK(step.actions.at(0).exit_status == 0);
  CHECK_FALSE(step.actions.at(0).signal.has_value());
  CHECK_FALSE(step.comparisons.at(0).worst.has_value());
  for (const std::string& run : recorded_runs) {
    for (const Event& event : recorded_events(run)) {
      CHECK(to_json_line(read_back(event)) == to_json_line(event));
    }
  }
}

TEST_CASE("every verdict survives") {
  for (std::size_t index = 0; index < verdict_names.size(); ++index) {
    const auto verdict = static_cast<Verdict>(index);
    const auto step = read_back(finished_step("m", "s", "run cpu", verdict));
    CHECK(std::get<StepFinished>(step).verdict == verdict);
  }
}

TEST_CASE("bytes that are not text do not spoil a line") {
  const RunNote broken{"a\xff\nb\x1b[0m"};
  CHECK(to_json_line(broken).find('\n') == std::string::npos);
  CHECK(std::get<RunNote>(read_back(broken)).text.starts_with("a\xef\xbf\xbd\nb"));
  const RunNote coloured{"a\x1b[0m\nb"};
  CHECK(std::get<RunNote>(read_back(coloured)).text == coloured.text);
}

TEST_CASE("members of a later version are ignored") {
  const auto event = event_from_json_line(R"({"event":"note","text":"t","later":{"a":[1]}})");
  REQUIRE(event.has_value());
  CHECK(std::get<RunNote>(*event).text == "t");
}

TEST_CASE("what is not an event is an error that says where") {
  const auto message = [](const std::string& line) {
    const auto event = event_from_json_line(line);
    REQUIRE_FALSE(event.has_value());
    CHECK(event.error().kind == ErrorKind::invalid);
    return event.error().message;
  };
  CHECK(message("[1]") == R"(expected an object with a string "event")");
  CHECK(message(R"({"event":1})") == R"(expected an object with a string "event")");
  CHECK(message(R"({"event":"note","text":1})") == "/text: expected a string");
  CHECK(message(R"({"event":"case-planned","steps":"a"})") == "/steps: expected an array");
  CHECK(message(R"({"event":"case-planned","steps":["a",2]})") == "/steps/1: expected a string");
  CHECK(message(R"({"event":"run-started","cases":1.5})") == "/cases: expected an integer");
  CHECK(message(R"({"event":"run-finished","counts":{"a/b":"1"}})") ==
        "/counts/a~1b: expected an integer");
  CHECK(message(R"({"event":"run-finished","counts":[]})") == "/counts: expected an object");
  CHECK(message(R"({"event":"run-finished","seconds":"1"})") == "/seconds: expected a number");
  CHECK(message(R"({"event":"run-finished","interrupted":0})") ==
        "/interrupted: expected true or false");
  CHECK(message(R"({"event":"step-finished","model":"m"})") ==
        "/verdict: expected the name of a verdict");
  CHECK(message(R"({"event":"step-finished","verdict":"good"})") ==
        "/verdict: expected the name of a verdict");
  CHECK(message(R"({"event":"step-finished","verdict":"pass","actions":[{"signal":"x"}]})") ==
        "/actions/0/signal: expected an integer");
  CHECK(message("{\"event\":").starts_with("event:"));
}

TEST_CASE("an unknown event is told from a broken one") {
  const auto event = event_from_json_line(R"({"event":"coffee-break"})");
  REQUIRE_FALSE(event.has_value());
  CHECK(event.error().kind == ErrorKind::not_found);
}

}  // namespace
}  // namespace sharkreg::core
