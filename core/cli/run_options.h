// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/context.h"
#include "cli/run_history.h"
#include "plan/backend_choice.h"
#include "plan/planner.h"
#include "suite/suite.h"

namespace sharkreg::core {

// How much of a run is done, and how often: the options that are about neither hardware nor tools.
struct RunOptions {
  std::optional<int> max_failures;  // absent: all is done, whatever fails
  std::string stopped_by;           // the option that says so, as the user knows it
  int retries = 0;                  // for each step whose verdict is infra
  bool strict_xfail = false;
};

// Errors of kind usage: values that are no whole numbers, options that contradict each other.
Result<RunOptions> run_options_of(const Settings& settings);

// Puts --stage, --repeat, --filter and --rerun-failed into the planner's options, and takes those
// files away of which no step is wanted. Errors of kind usage: a pattern that is none, or selects
// nothing (with the nearest names); nothing is left.
Result<void> choose_steps(Context& context, RunHistory& history,
                          const std::vector<ChosenBackend>& backends, std::vector<CaseFile>& files,
                          PlanOptions& options);

}  // namespace sharkreg::core
