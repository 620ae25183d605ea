// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include <sharkreg/plugin_abi.h>

#include "base/error.h"
#include "plugin_host/description.h"

namespace sharkreg::core {

// A loaded plugin. Instances made from it share ownership, so that it is unloaded last.
class PluginLibrary {
 public:
  // Loads with RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE and checks the descriptor: magic, major,
  // minor, sanitizers, names. Refuses files and directories that others can write. The error says
  // what the file has, what is wanted, and what to do.
  static Result<std::shared_ptr<const PluginLibrary>> load(const std::filesystem::path& path);
  ~PluginLibrary();

  const std::filesystem::path& path() const;
  const sr_plugin& descriptor() const;

  // The interface of this kind and name, or null.
  const sr_interface* find(std::string_view id, std::string_view name) const;

 private:
  struct State;
  explicit PluginLibrary(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Describes a loaded plugin: makes an instance of each interface with an empty configuration and
// asks it. Called in sharkreg-worker.
Result<PluginDescription> describe(const std::shared_ptr<const PluginLibrary>& library);

}  // namespace sharkreg::core
