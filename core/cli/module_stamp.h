// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "plan/plan.h"

namespace sharkreg::core {

// --stage=compile leaves a file ".sharkreg-compile_TARGET.json" beside what a compile made: what was
// asked of the backend, and the size and SHA-256 of each file. --stage=run, perhaps on another
// machine, sees from it that what lies there is what it needs.

// After a compile that left all its outputs.
Result<void> write_stamp(const CasePlan& plan, const PlannedStep& compile);

// Why what the compile makes cannot be used as it lies there, for those who need it; absent: it can.
// `command` makes it.
std::optional<ForegoneVerdict> trouble_with_modules(const CasePlan& plan,
                                                    const PlannedStep& compile,
                                                    const std::string& command);

}  // namespace sharkreg::core
