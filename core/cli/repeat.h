// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "cli/context.h"
#include "plan/plan.h"

namespace sharkreg::core {

// A command that repeats one step: the options that the user typed, with model, submodel, backend
// and target narrowed to the step's, and without reports, what only chooses steps, and `without`.
std::string repeat_command(const Context& context, const CasePlan& plan, const PlannedStep& step,
                           const std::set<std::string>& without = {});

// A command that makes what a run with --stage=run needs of this compile.
std::string compile_command(const Context& context, const CasePlan& plan, const PlannedStep& step);

// A command that looks again at a file that could not be read as a case.
std::string validate_command_line(const Context& context, const std::filesystem::path& file);

// A command that fetches the artifacts of what is selected.
std::string fetch_command_line(const Context& context);

}  // namespace sharkreg::core
