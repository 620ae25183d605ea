// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>

#include "base/error.h"
#include "plan/step_filter.h"

namespace sharkreg::core {

// The steps whose last verdict in any run below `runs` was bad, with their repetitions in their
// names. What was not tried has no verdict of its own: skip, blocked, unavailable and not-run leave
// the one before them standing. An unexpected pass is bad if `strict_xfail`.
Result<std::set<StepAddress>> last_failed(const std::filesystem::path& runs, bool strict_xfail);

}  // namespace sharkreg::core
