// SPDX-License-Identifier: Apache-2.0
#include "report/progress.h"

#include <algorithm>

#include "report/screen_text.h"
#include "report/step_text.h"

namespace sharkreg::core {

void ProgressState::add(const Event& event) {
  std::visit([this](const auto& alternative) { add(alternative); }, event);
}

bool ProgressState::total_is_known() const {
  return static_cast<std::int64_t>(cases_seen_.size()) >= cases_;
}

double ProgressState::seconds_since(std::chrono::steady_clock::time_point time) const {
  return std::chrono::duration<double>(clock_.steady() - time).count();
}

void ProgressState::add(const CasePlanned& event) {
  const std::string name = case_name(event.model, event.submodel);
  cases_seen_.insert(name);
  for (const std::string& step : event.steps) see(name, harmless_line(step));
}

void ProgressState::see(const std::string& case_name, const std::string& step) {
  steps_.insert(case_name + "\n" + step);  // of which neither has a line's end in it
}

void ProgressState::add(const StepStarted& event) {
  const std::string name = case_name(event.model, event.submodel);
  const std::string step = harmless_line(event.step);
  // A step tells again when it turns to something else; it still is as old as it is.
  const auto found = std::find_if(running_.begin(), running_.end(), [&](const Running& running) {
    return running.case_name == name && running.step == step;
  });
  if (found != running_.end()) {
    found->doing = harmless_line(event.doing);
  } else {
    running_.push_back({name, step, harmless_line(event.doing), clock_.steady()});
  }
}

void ProgressState::add(const StepFinished& event) {
  const std::string name = case_name(event.model, event.submodel);
  const std::string step = harmless_line(event.step);
  cases_seen_.insert(name);
  see(name, step);
  std::erase_if(running_, [&](const Running& running) {
    return running.case_name == name && running.step == step;
  });
  tally_.add(event.verdict);
}

}  // namespace sharkreg::core
