// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "report/display.h"
#include "report/progress.h"
#include "report/screen.h"

namespace sharkreg::core {

// For files, pipes and CI: one line for each finished step, with its sentence and notes below, and
// from time to time a line for a step that takes long, so that a log shows life.
class PlainProgress final : public Progress {
 public:
  // Screen and clock must outlive this object.
  PlainProgress(Screen& screen, const Clock& clock, bool colour)
      : screen_(screen), state_(clock), paint_(colour) {}

  void on(const Event& event) override;
  void refresh() override;

 private:
  void show(const StepFinished& step);

  Screen& screen_;
  ProgressState state_;
  Painter paint_;
  std::set<std::string> told_;  // sentences about steps that are not bad
  std::map<std::pair<std::string, std::string>, double> announce_after_;  // seconds, by step
};

}  // namespace sharkreg::core
