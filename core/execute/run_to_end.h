// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "execute/launcher.h"

namespace sharkreg::core {

// What a short program said.
struct Answer {
  LaunchResult result;
  std::string standard_output;
  std::string standard_error;
};

// Runs a program under supervision and waits for its end; the calling thread must live that long.
// request.standard_output and standard_error are ignored: what it prints is returned. Each stream
// may hold 64 MiB.
Result<Answer> run_to_end(const std::filesystem::path& supervisor, LaunchRequest request);

}  // namespace sharkreg::core
