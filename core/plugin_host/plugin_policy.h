// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "base/error.h"

namespace sharkreg::core {

// Which libraries may be loaded. Always: those that nobody but root and this user can write (see
// library_file.h). Strict: of these only the ones whose SHA-256 stands in a list, built-in plugins
// like any other.
struct PluginPolicy {
  bool strict = false;
  std::filesystem::path list;     // where the digests come from, for messages
  std::set<std::string> trusted;  // SHA-256 in lower-case hexadecimal
};

// Reads a list as sha256sum writes it: "DIGEST  NAME" a line; only the digest counts. Empty lines and
// those that begin with '#' are skipped. Errors (invalid) name file and line.
Result<PluginPolicy> read_strict_policy(const std::filesystem::path& list);

// Refuses a library that the policy does not trust; says its digest and how to trust it.
Result<void> check_policy(const PluginPolicy& policy, const std::filesystem::path& library,
                          const std::string& digest);

}  // namespace sharkreg::core
