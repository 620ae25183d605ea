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

}  // namespace sharkreg::core
