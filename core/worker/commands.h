// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "plugin_host/worker_request.h"

namespace sharkreg::core {

// Loads a plugin, asks it what it is, and writes that to the descriptor `output`.
WorkerStatus describe_command(const std::filesystem::path& library, int output);

// Has a backend do one action of its own, as a request file says.
WorkerStatus execute_command(const std::filesystem::path& request_file);

// Serves one plugin to the host, over the socket `descriptor`, until the host closes it; see
// plugin_host/served_calls.h.
WorkerStatus serve_command(const std::filesystem::path& library, int descriptor);

}  // namespace sharkreg::core
