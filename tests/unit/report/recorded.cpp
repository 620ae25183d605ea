// SPDX-License-Identifier: Apache-2.0
#include "recorded.h"

#include <filesystem>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"
#include "report/outcome.h"
#include "report/results_file.h"

namespace sharkreg::core {

std::vector<Event> recorded_events(const std::string& run) {
  const std::filesystem::path folder =
      std::filesystem::path(SHARKREG_SOURCE_DIR) / "tests/unit/report/events";
  auto recorded = read_results(folder / (run + ".jsonl"));
  REQUIRE_MESSAGE(recorded.has_value(), (recorded ? "" : to_text(recorded.error())));
  return std::move(recorded->events);
}

StepFinished finished_step(const std::string& model, const std::string& submodel,
                           const std::string& step, Verdict verdict, double seconds) {
  const auto words = split(step, ' ');
  StepFinished finished;
  finished.model = model;
  finished.submodel = submodel;
  finished.step = step;
  finished.stage = words[0];
  finished.backend = words.size() > 1 ? words[1] : "";
  finished.target = words.size() > 2 ? words[2] : "";
  finished.verdict = verdict;
  finished.seconds = seconds;
  return finished;
}

std::vector<Event> large_run(int models, int submodels, int bad_each) {
  const std::vector<std::string> targets = {
      "cpu", "rocm gfx942", "rocm gfx90a", "rocm gfx950", "rocm gfx1100", "rocm gfx1201", "vulkan"};
  std::vector<Event> events{RunStarted{}};
  Tally tally;
  for (int number = 0; number < models * submodels; ++number) {
    const std::string model = fmt::format("model_{:02}", number / submodels);
    const std::string submodel = fmt::format("part_{:02}", number % submodels);
    const std::string& bad_target = targets[static_cast<std::size_t>(number) % targets.size()];
    for (const std::string& target : targets) {
      for (const std::string_view stage : {"compile", "run"}) {
        const bool is_bad_step =
            number % bad_each == bad_each - 1 && target == bad_target && stage == "run";
        auto step = finished_step(model, submodel, fmt::format("{} {}", stage, target),
                                  is_bad_step ? Verdict::fail : Verdict::pass, 1.5);
        if (is_bad_step) step.sentence = "1 of 1 outputs does not match.";
        tally.add(step.verdict);
        events.emplace_back(std::move(step));
      }
    }
  }
  RunFinished end;
  end.seconds = 321;
  end.exit_status = tally.exit_status({});
  end.conclusion = tally.conclusion({});
  events.emplace_back(end);
  return events;
}

}  // namespace sharkreg::core
