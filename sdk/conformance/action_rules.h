// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include <sharkreg/action.h>

#include "context.h"

namespace sharkreg::conformance {

// All rules of action.h about the actions of one answer, or Broken. `known` are the ids of files
// that are at hand before the first of them; returns these and the outputs.
std::set<std::string> check_actions(const Context& context, const std::vector<Action>& actions,
                                    std::set<std::string> known);

}  // namespace sharkreg::conformance
