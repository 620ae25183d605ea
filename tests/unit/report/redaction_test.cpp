// SPDX-License-Identifier: Apache-2.0
#include "report/redaction.h"

#include <doctest/doctest.h>

#include "recorded.h"

namespace sharkreg::core {
namespace {

const std::string url = "https://me:SECRET@host/a.bin?sig=SECRET";

}  // namespace

TEST_CASE("secrets are hidden in every member of a step, however deep") {
  StepFinished step = finished_step("m", "s", "compile cpu", Verdict::infrastructure, 1);
  step.sentence = "cannot provide " + url + ": no fetcher";
  step.details = {url, "plain"};
  step.notes = {"tuner file: " + url};
  step.hint = step.log = step.repeat = url;
  ActionRecord action;
  action.command = {"tool", "--flag=" + url};
  step.actions = {action};
  ComparisonRecord comparison;
  comparison.message = url;
  comparison.first = ElementRecord{0, url, url};
  step.comparisons = {comparison};

  const std::string line = to_json_line(redacted(Event(step)));
  CHECK(line.find("SECRET") == std::string::npos);
  CHECK(line.find("cannot provide https://***@host/a.bin?***: no fetcher") != std::string::npos);
  CHECK(line.find("plain") != std::string::npos);
}

TEST_CASE("secrets are hidden in every kind of event") {
  RunStarted started;
  started.command_line = {"sharkreg", "--compile-arg=" + url};
  started.backends = {{"cpu", "lib", "1", {}, {{"tool", url, "1"}}, {}}};
  RunFinished finished;
  finished.conclusion = url;
  const std::vector<Event> events = {started, RunNote{url}, CasePlanned{"m", "s", {url}},
                                     StepStarted{"t", "m", "s", "run cpu", "fetching " + url},
                                     finished};
  for (const Event& event : events) {
    CHECK(to_json_line(redacted(event)).find("SECRET") == std::string::npos);
  }
}

TEST_CASE("the URL of an issue can still be opened") {
  StepFinished step = finished_step("m", "s", "compile cpu", Verdict::xfail, 1);
  step.issue = "https://bugs.example.org/show_bug.cgi?id=7";
  CHECK(std::get<StepFinished>(redacted(Event(step))).issue == step.issue);
}

TEST_CASE("an event without URLs stays as it is") {
  for (const std::string& run : recorded_runs) {
    for (const Event& event : recorded_events(run)) {
      CHECK(to_json_line(redacted(event)) == to_json_line(event));
    }
  }
}

}  // namespace sharkreg::core
