// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "context.h"

namespace sharkreg::conformance {

// An interface that a plugin offers, as it is kept once the library is gone.
struct InterfaceName {
  std::size_t index = 0;
  std::string id;    // "sharkreg.backend/1"
  std::string name;  // "cpu"
};

// Loads the library, for good, and finds its function; Broken when that does not go well.
sr_plugin_function load(Context& context);

// All rules about a plugin's description, or Broken.
void check_descriptor(Context& context, const sr_plugin* descriptor);

std::vector<InterfaceName> interfaces_of(const sr_plugin& plugin);

}  // namespace sharkreg::conformance
