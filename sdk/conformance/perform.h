// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cases.h"
#include "result.h"

namespace sharkreg::conformance {

// What is checked, and with what.
struct Subject {
  std::filesystem::path file;     // absolute
  std::filesystem::path scratch;  // a directory for cases to write to
  std::string url;
};

// A case with its full name.
struct NamedCase {
  std::string name;            // "backend/cpu/describe"
  std::string interface_id;    // empty: about the library
  std::string interface_name;  // "cpu"
  Case check;
};

std::vector<NamedCase> named_library_cases();
std::vector<NamedCase> named_cases_of(const std::vector<InterfaceName>& interfaces);

// The case of this full name; empty if there is none.
std::optional<NamedCase> find_case(const std::string& name);

struct Performed {
  Result result;
  std::optional<PluginIdentity> identity;  // if the case is "library/descriptor" and passed
};

// Tries a case in this process, which the plugin may bring down. `tell` is called with each
// question before it is asked.
Performed perform(const NamedCase& chosen, const Subject& subject,
                  std::function<void(const std::string&)> tell);

}  // namespace sharkreg::conformance
