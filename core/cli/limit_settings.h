// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "cli/settings.h"
#include "plan/action_limits.h"

namespace sharkreg::core {

// What the options say that an action may use; --cgroup apart. Errors (usage) name the option and
// what it should have been.
Result<ActionLimits> limit_settings(const Settings& settings);

}  // namespace sharkreg::core
