// SPDX-License-Identifier: Apache-2.0
#include "report/baseline.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "report/results_file.h"
#include "report/screen_text.h"
#include "report/step_text.h"

namespace sharkreg::core {
namespace {

constexpr std::array<std::string_view, 5> standing_names = {"", "known-failure", "new-failure",
                                                            "fixed", "absent"};

// Something was found out about the program under test, and it is not as it should be.
bool is_finding(Verdict verdict, bool strict_xfail) {
  if (verdict == Verdict::xpass) return strict_xfail;
  return is_judged(verdict) && is_bad(verdict);
}

// Nothing was found out, which fails the whole as well.
bool is_trouble(Verdict verdict) {
  return verdict == Verdict::infrastructure || verdict == Verdict::invalid ||
         verdict == Verdict::no_golden;
}

std::string name_of_step(const StepFinished& step) {
  return harmless_line(step.step) + " of " + case_name(step.model, step.submodel);
}

}  // namespace

std::string_view name_of(Standing standing) {
  return standing_names[static_cast<std::size_t>(standing)];
}

Standing standing_of(const StepFinished& step) {
  const auto found = std::ranges::find(standing_names, step.standing);
  if (found == standing_names.end()) return Standing::none;
  return static_cast<Standing>(found - standing_names.begin());
}

std::filesystem::path results_file_named(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored) ? path / "results.jsonl" : path;
}

Result<Baseline> Baseline::read(const std::filesystem::path& path) {
  const auto recorded = read_results(results_file_named(path));
  if (!recorded) {
    return Error{recorded.error().kind, "the baseline: " + recorded.error().message,
                 recorded.error().hint};
  }
  return Baseline(recorded->events);
}

Baseline::Baseline(std::span<const Event> events) {
  for (const Event& event : events) {
    const auto* step = std::get_if<StepFinished>(&event);
    if (step == nullptr) continue;
    verdicts_[{step->model, step->submodel, without_repetition(step->step)}].push_back(
        step->verdict);
  }
}

Standing Baseline::standing_of(const StepFinished& step, bool strict_xfail) const {
  const auto found = verdicts_.find({step.model, step.submodel, without_repetition(step.step)});
  const bool is_there = found != verdicts_.end();
  const auto was = [&](auto&& kind) {
    return is_there && std::ranges::any_of(found->second, kind);
  };
  const auto finding = [&](Verdict verdict) { return is_finding(verdict, strict_xfail); };
  if (finding(step.verdict)) {
    return was(finding) ? Standing::known_failure : Standing::new_failure;
  }
  if (is_trouble(step.verdict)) {
    return was([&](Verdict verdict) { return verdict == step.verdict; }) ? Standing::known_failure
                                                                         : Standing::new_failure;
  }
  if (!is_judged(step.verdict)) return Standing::none;
  if (!is_there) return Standing::absent;
  return was(finding) || was(is_trouble) ? Standing::fixed : Standing::none;
}

void Baseline::mark(StepFinished& step, bool strict_xfail) const {
  step.standing = name_of(standing_of(step, strict_xfail));
}

std::optional<StandingLists> standings_of(const RunView& view) {
  if (!view.started || view.started->baseline.empty()) return std::nullopt;
  StandingLists lists;
  for (const CaseView& place : view.cases) {
    for (const StepFinished& step : place.steps) {
      switch (standing_of(step)) {
        case Standing::known_failure:
          lists.known_failures.push_back(name_of_step(step));
          break;
        case Standing::new_failure:
          lists.new_failures.push_back(name_of_step(step));
          break;
        case Standing::fixed:
          lists.fixed.push_back(name_of_step(step));
          break;
        case Standing::absent:
          lists.absent.push_back(name_of_step(step));
          break;
        case Standing::none:
          break;
      }
    }
  }
  return lists;
}

}  // namespace sharkreg::core
