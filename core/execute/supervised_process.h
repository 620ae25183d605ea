// SPDX-License-Identifier: Apache-2.0
// Starts one sharkreg-supervisor for one launch; what ProcessLauncher does without an event loop.
#pragma once

#include <filesystem>
#include <sys/types.h>

#include "base/error.h"
#include "execute/descriptor.h"
#include "execute/launcher.h"

namespace sharkreg::core {

struct SupervisedProcess {
  pid_t pid = 0;      // of the supervisor; whoever has this must wait for it
  Descriptor ended;   // a pidfd: readable as soon as the supervisor has ended
  Descriptor status;  // its lines; does not block
};

// The calling thread must live as long as the supervisor (PR_SET_PDEATHSIG counts threads). Errors
// name the file or directory that could not be opened.
Result<SupervisedProcess> start_supervised(const std::filesystem::path& supervisor,
                                           const LaunchRequest& request);

}  // namespace sharkreg::core
