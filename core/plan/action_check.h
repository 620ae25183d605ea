// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sharkreg/action.h>

#include <string>
#include <vector>

namespace sharkreg::core {

// Holds the actions of one answer against what sharkreg/action.h promises of them: names that can
// be those of files, references to outputs that are listed. Throws Failure(failed) that names the
// backend and the action. What they refer to as inputs is not looked at.
void check_actions(const std::vector<Action>& actions, const std::string& backend);

}  // namespace sharkreg::core
