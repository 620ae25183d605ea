// SPDX-License-Identifier: Apache-2.0
#include "runs.h"

#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"
#include "history/import.h"

namespace sharkreg::core {

void Runs::write(const std::string& run, const std::vector<Event>& events) const {
  std::string text;
  for (const Event& event : events) text += to_json_line(event) + "\n";
  std::filesystem::create_directories(directory() / run);
  std::ofstream(results(run)) << text;
}

void Runs::append(const std::string& run, std::string_view text) const {
  std::filesystem::create_directories(directory() / run);
  std::ofstream(results(run), std::ios::app) << text;
}

std::unique_ptr<History> Runs::history() const {
  auto history = History::open(history_file());
  REQUIRE_MESSAGE(history.has_value(), (history ? "" : to_text(history.error())));
  return std::move(*history);
}

std::size_t Runs::import(History& history) const {
  const auto imported = import_runs(history, directory());
  REQUIRE_MESSAGE(imported.has_value(), (imported ? "" : to_text(imported.error())));
  return imported->steps;
}

RunStarted start_of(const std::string& run) {
  RunStarted start;
  start.run = run;
  start.time = "2026-02-03T04:05:06.000Z";
  start.version = "0.1.0";
  start.host = "workbench";
  start.system = "Linux 6.1";
  start.sku = "big";
  BackendRecord acme;
  acme.name = "acme";
  acme.tools = {{"acme-run", "/opt/acme-run", "2.1"}, {"acme-compile", "/opt/acme-compile", "2.0"}};
  start.backends = {acme};
  return start;
}

StepFinished step_of(const std::string& time, const std::string& step, Verdict verdict,
                     double seconds) {
  const auto words = split(step, ' ');
  StepFinished finished;
  finished.time = time;
  finished.model = "m";
  finished.submodel = "s";
  finished.step = step;
  finished.stage = words.at(0);
  finished.backend = words.size() > 1 ? words[1] : "";
  finished.target = words.size() > 2 ? words[2] : "";
  finished.verdict = verdict;
  finished.seconds = seconds;
  ActionRecord action;
  action.name = finished.stage;
  action.seconds = seconds;
  action.user_seconds = seconds / 2;
  action.peak_memory_bytes = static_cast<std::int64_t>(seconds * 1000);
  if (verdict == Verdict::pass) action.exit_status = 0;
  finished.actions = {action};
  return finished;
}

std::vector<Event> whole_run(const std::string& run, const std::vector<StepFinished>& steps) {
  std::vector<Event> events{start_of(run)};
  for (const StepFinished& step : steps) {
    events.emplace_back(CasePlanned{step.model, step.submodel, {step.step}});
    events.emplace_back(step);
  }
  RunFinished end;
  end.time = "2026-02-03T04:06:00.000Z";
  events.emplace_back(end);
  return events;
}

std::vector<std::string> executions_of(History& history, const std::string& step) {
  const auto subjects = history.subjects();
  REQUIRE(subjects.has_value());
  std::vector<std::string> executions;
  for (const Subject& subject : *subjects) {
    if (subject.model != "m" || subject.submodel != "s" || subject.step != step) continue;
    const auto steps = history.steps_of(subject, 1000);
    REQUIRE(steps.has_value());
    for (const PastStep& past : *steps) {
      executions.push_back(
          fmt::format("{} {}", past.verdict, static_cast<double>(past.wall) / 1e6));
    }
  }
  return executions;
}

}  // namespace sharkreg::core
