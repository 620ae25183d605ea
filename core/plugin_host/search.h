// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "plugin_host/registry.h"

namespace sharkreg::core {

// A file that may be a plugin.
struct Candidate {
  std::filesystem::path library;  // absolute
  std::string named_as;           // what an option named it as; empty: found in a directory
};

// The files that a search comes upon: first the named ones, then those of each directory by name;
// each file once, also where several paths lead to it. A directory that does not exist has none. A
// named file that does not exist is an error.
Result<std::vector<Candidate>> find_candidates(const PluginSearch& search);

}  // namespace sharkreg::core
