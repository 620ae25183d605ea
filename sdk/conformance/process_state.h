// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace sharkreg::conformance {

// What a plugin has to leave as it is, each by the name that people know it by.
using ProcessState = std::map<std::string, std::string>;

// Working directory, locale, environment, signal handlers, file mode mask, standard streams, open
// descriptors, threads.
ProcessState process_state();

// "the working directory was /a, and is /b" for the first difference; empty if there is none. A
// thread that is about to end is waited for, for a second.
std::string changed_since(const ProcessState& before);

std::size_t open_descriptors();
std::size_t threads();
std::size_t resident_bytes();

}  // namespace sharkreg::conformance
