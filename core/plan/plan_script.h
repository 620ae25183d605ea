// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"

namespace sharkreg::core {

// Commands of a POSIX shell that do by hand what the plan says: fetch, then for each action a fresh
// directory with links to its inputs, the command, and its outputs put into place; then the
// comparisons. `sharkreg` is the command to call for what the program itself does; `fetch_command`
// is the complete one that fetches the artifacts of all plans.
std::string to_script(const std::vector<CasePlan>& plans, const std::string& sharkreg,
                      const std::string& fetch_command);

}  // namespace sharkreg::core
