// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/error.h"
#include "cli/settings.h"
#include "execute/executor.h"

namespace sharkreg::core {

// What the options say of what runs at a time, on what this process may use of the machine. Errors
// (usage) name the option and what it should have been.
Result<ExecutorOptions> scheduling_options(const Settings& settings);

// Threads for what blocks, so that nobody of those that these options let go on waits for one.
std::size_t blocking_threads(const ExecutorOptions& options);

}  // namespace sharkreg::core
