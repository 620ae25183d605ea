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
  //
  // A SHA-256, if given, must be that of the file's content, which is read for this right before it
  // is loaded. It says that the file did not change since it was trusted; who can change it between
  // these two instants is root or this user, whom permissions let through anyway.
  static Result<std::shared_ptr<const PluginLibrary>> load(const std::filesystem::path& path,
                                                           const std::string& trusted_sha256 = {});
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
