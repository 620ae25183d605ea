// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <sharkreg/backend.h>

namespace sharkreg::iree {

// What it means that iree-compile did not succeed.
Classification classify_compile(const FailureReport& report);

// What it means that iree-run-module or iree-dump-module did not succeed. `device` is the name of
// the runtime's driver, such as "hip".
Classification classify_run(const FailureReport& report, const std::string& device);

// Whether an action without progress hangs. A program that computes uses the CPU, or waits for a
// device: of that it is not known what it does, but no dispatch takes so long. A compile waits for
// something that is not its own.
Classification classify_stall(const FailureReport& report, const std::string& device);

}  // namespace sharkreg::iree
