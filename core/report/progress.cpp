// SPDX-License-Identifier: Apache-2.0
#include "report/progress.h"

#include <utility>

#include "report/screen_text.h"
#include "report/step_text.h"

namespace sharkreg::core {
namespace {

std::string key_of(const std::string& case_name, const std::string& step) {
  return case_name + "\n" + step;  // of which neither has a line's end in it
}

}  // namespace

void ProgressState::add(const Event& event) {
  std::visit([this](const auto& alternative) { add(alternative); }, event);
}

bool ProgressState::total_is_known() const {
  return cases_seen_ >= cases_;
}

double ProgressState::seconds_since(std::chrono::steady_clock::time_point time) const {
  return std::chrono::duration<double>(clock_.steady() - time).count();
}

void ProgressState::add(const CasePlanned& event) {
  ++cases_seen_;
  const std::string name = case_name(event.model, event.submodel);
  for (const std::string& step : event.steps) {
    Open& open = open_[key_of(name, harmless_line(step))];
    if (!std::exchange(open.announced, true)) ++total_;
  }
}

void ProgressState::add(const StepStarted& event) {
  std::string name = case_name(event.model, event.submodel);
  std::string step = harmless_line(event.step);
  std::string doing = harmless_line(event.doing);
  Open& open = open_[key_of(name, step)];
  // A step tells again when it turns to something else; it still is as old as it is.
  if (open.running) {
    (*open.running)->doing = std::move(doing);
  } else {
    open.running = running_.insert(
        running_.end(), {std::move(name), std::move(step), std::move(doing), clock_.steady()});
  }
}

void ProgressState::add(const StepFinished& event) {
  tally_.add(event.verdict);
  const auto found =
      open_.find(key_of(case_name(event.model, event.submodel), harmless_line(event.step)));
  const bool announced = found != open_.end() && found->second.announced;
  if (!announced) {
    // Of a file that announces nothing, since it cannot be read.
    ++cases_seen_;
    ++total_;
  }
  if (found == open_.end()) return;
  if (found->second.running) running_.erase(*found->second.running);
  open_.erase(found);
}

}  // namespace sharkreg::core
