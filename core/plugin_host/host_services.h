// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <sharkreg/host.h>

#include "base/error.h"

namespace sharkreg::core {

// What the host offers to plugins is the SDK's own interface `sharkreg::Host` (log, environment,
// ask_tool); the program implements it, tests fake it.
using HostServices = sharkreg::Host;

// What a child process said of a library.
struct Inspection {
  std::string description;  // as JSON (see description.h); empty: refused
  Error refusal;            // what the library has and what is wanted, or how the child ended
  // It crashed or had to be ended. To be remembered, since it costs time, and would again.
  bool broke_the_process = false;
};

// Asks a child process to load a library that was never seen before: a bad one can end or hang the
// process that loads it.
class PluginInspector {
 public:
  virtual ~PluginInspector() = default;

  // An error: no child could be asked.
  virtual Result<Inspection> inspect(const std::filesystem::path& library) = 0;
};

}  // namespace sharkreg::core
