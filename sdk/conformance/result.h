// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "finding.h"
#include "library.h"

namespace sharkreg::conformance {

enum class Outcome { passed, failed, skipped };

// How a case went.
struct Result {
  std::string name;      // "backend/cpu/describe"
  std::string sentence;  // what holds when it passes
  Outcome outcome = Outcome::failed;
  Finding finding;     // of one that failed
  std::string reason;  // of one that was skipped
  double seconds = 0;
};

// Who the plugin is, as its description says.
struct PluginIdentity {
  std::string name;
  std::string version;
  std::string toolchain;
  std::vector<InterfaceName> interfaces;
};

}  // namespace sharkreg::conformance
