// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "cli/context.h"
#include "cli/options.h"
#include "plan/planner.h"

namespace sharkreg::core {

// The subcommands. Each returns the exit status of the program (base/verdict.h); an error is
// printed by main, which derives the exit status from its kind.
Result<int> run_command(Context& context);
Result<int> list_command(Context& context);
Result<int> plan_command(Context& context);
Result<int> fetch_command(Context& context);
Result<int> cache_command(Context& context);
Result<int> validate_command(Context& context);
Result<int> plugins_command(Context& context);
Result<int> compare_command(Context& context);
Result<int> config_command(Context& context);
Result<int> report_command(Context& context);
Result<int> history_command(Context& context);
Result<int> merge_command(Context& context);
Result<int> new_plugin_command(Context& context);

// All selected cases, planned without being executed, for the subcommands that only look.
struct PlannedCases {
  std::vector<ChosenBackend> backends;
  std::vector<CasePlan> plans;
  std::vector<Diagnostic> diagnostics;  // errors and warnings of all files
  bool invalid = false;                 // some file could not be read as a case
};

Result<PlannedCases> plan_selected_cases(Context& context, bool probe_devices);

// An error if words were given that the subcommand does not take.
Result<void> expect_no_positional(const Context& context, const std::string& subcommand);

void print_notes(const std::vector<std::string>& notes);
void print_diagnostics(const std::vector<Diagnostic>& diagnostics);

}  // namespace sharkreg::core
