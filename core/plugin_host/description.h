// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sharkreg/backend.h>
#include <sharkreg/fetcher.h>

#include "base/error.h"

namespace sharkreg::core {

// One interface of a plugin, as it describes itself.
struct InterfaceDescription {
  std::string id;    // "sharkreg.backend/1"
  std::string name;  // "acme"
  bool thread_safe = false;
  std::optional<BackendDescription> backend;  // for backends
  std::optional<FetcherDescription> fetcher;  // for fetchers
};

// What a plugin is, known without loading it (again).
struct PluginDescription {
  // The file: absolute; and, under the strict policy, the SHA-256 for which it is trusted (else
  // empty). Neither is part of the JSON, which is kept by content.
  std::filesystem::path library;
  std::string trusted_sha256;
  std::string name;
  std::string version;
  std::string toolchain;
  std::string abi;  // "1.0"
  std::vector<InterfaceDescription> interfaces;
};

// A library that was found on the search path, or named.
struct FoundPlugin {
  std::filesystem::path library;
  std::optional<PluginDescription> description;  // absent: refused
  std::string refused_because;                   // what it has, what is wanted, what to do
  std::string named_as;  // what an option named it as; empty: found on the search path
};

// One line. Changes to its members change the schema id, so that what was remembered by an older
// program is not misread: an error then, as for any text that is not such a description.
inline constexpr std::string_view plugin_description_schema = "sharkreg.plugin_description/2";
std::string to_json(const PluginDescription& description);
Result<PluginDescription> description_from_json(const std::string& json);

// Whether what a plugin says of itself makes sense: options that begin with the backend's name,
// have defaults of their own type, and so on. The error names the plugin and the member.
Result<void> check_description(const PluginDescription& description);

}  // namespace sharkreg::core
