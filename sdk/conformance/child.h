// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "perform.h"

namespace sharkreg::conformance {

struct Limits {
  double seconds = 20;
  unsigned megabytes = 2048;  // of address space; without effect under a sanitizer
};

// Tries a case in a child process of its own: this program once more, with the option --run-case.
// Whatever the plugin does there, a crash, an exit, a hang, ends that case only, as failed.
// Throws std::system_error when no child can be had.
Performed perform_in_child(const NamedCase& chosen, const Subject& subject, const Limits& limits);

// What that child does: tries the case and reports it to a descriptor that it inherits.
[[noreturn]] void be_child(const std::string& name, const Subject& subject);

}  // namespace sharkreg::conformance
