// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"

namespace boost::json {
class object;
}

namespace sharkreg::core {

// The graph of one case: artifacts, actions with their references, steps.
boost::json::object to_json_object(const CasePlan& plan);

// SHA-256 over what decides the verdict of a step: case, step, target, SKU, its actions and those of
// the compile that it needs with their inputs, its comparisons, and the failure expected of it.
std::string digest_of_step(const CasePlan& plan, const PlannedStep& step, const std::string& sku);

}  // namespace sharkreg::core
