// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sharkreg/backend.h>
#include <sharkreg/comparator.h>
#include <sharkreg/configuration.h>
#include <sharkreg/fetcher.h>
#include <sharkreg/tuner.h>

#include "base/error.h"
#include "plugin_host/description.h"
#include "plugin_host/host_services.h"
#include "plugin_host/isolated.h"
#include "plugin_host/plugin_policy.h"
#include "store/memo.h"

namespace sharkreg::core {

// Where plugins are looked for.
struct PluginSearch {
  // Named by options: paths, or plain file names that are looked up along `directories`. One that
  // cannot be found or is refused is an error.
  std::vector<std::string> named;
  // Absolute; earlier ones first: SHARKREG_PLUGIN_PATH, then the directory of the program's own.
  std::vector<std::filesystem::path> directories;
  PluginPolicy policy{};
  // Asks libraries again that are remembered to have crashed or hung when they were described.
  bool recheck = false;
};

class PluginLibrary;

// A function of proxies.h.
template <class Instance>
using MakeProxy = Result<std::unique_ptr<Instance>>(std::shared_ptr<const PluginLibrary>,
                                                    const sr_interface&, const Configuration&,
                                                    const HostServices&);

// A function of isolated.h.
template <class Instance>
using MakeIsolated = Result<std::unique_ptr<Instance>>(const IsolatedInterface&,
                                                       const Configuration&, const HostServices&,
                                                       const Isolation&);

// All plugins that were found, and the way to instances of their interfaces. Loads a library only
// when an instance of it is made; descriptions come from the memo by the library's SHA-256, or from
// the inspector.
//
// With isolation, instances live in worker processes and this one loads no library at all.
//
// Threads: one at a time. The host services and the memo must outlive it and its instances.
class PluginRegistry {
 public:
  // Two plugins that offer one name for the same kind of interface are an error that names both
  // files. A library found on the search path that is refused is listed, with the reason; a named
  // one is an error.
  static Result<PluginRegistry> find(const PluginSearch& search, const Memo& memo,
                                     PluginInspector& inspector, const HostServices& services,
                                     std::optional<Isolation> isolation = std::nullopt);

  const std::vector<FoundPlugin>& plugins() const { return plugins_; }

  // Names of the accepted interfaces of a kind (SR_BACKEND_ID, …), sorted.
  std::vector<std::string> names(std::string_view interface_id) const;

  // The plugin that offers it, or null.
  const PluginDescription* plugin_of(std::string_view interface_id, std::string_view name) const;
  const InterfaceDescription* interface(std::string_view interface_id, std::string_view name) const;

  // Instances. Errors: no such name (with the nearest), the library cannot be loaded, or its
  // configuration is refused. Each returned object throws sharkreg::Failure as the SDK says, also
  // for answers that do not fit their schema, always with the plugin's name in the message.
  Result<std::unique_ptr<Backend>> backend(const std::string& name, const Configuration&) const;
  Result<std::unique_ptr<ArtifactFetcher>> fetcher(const std::string& name) const;
  Result<std::unique_ptr<Comparator>> comparator(const std::string& name) const;
  Result<std::unique_ptr<TunerResolver>> tuner(const std::string& name) const;

  // The name of the fetcher that reads this URL or absolute path, or "". See fetcher_choice.h for
  // which of several; two with equal claims are an error of find().
  std::string fetcher_for(std::string_view url) const;

 private:
  struct Offer {
    const PluginDescription* plugin = nullptr;
    const InterfaceDescription* interface = nullptr;
  };

  PluginRegistry() = default;
  Offer look_up(std::string_view interface_id, std::string_view name) const;

  // Makes an instance in this process, or in one of its own.
  template <class Instance>
  Result<std::unique_ptr<Instance>> instance(std::string_view interface_id, const std::string& name,
                                             const Configuration& configuration,
                                             MakeProxy<Instance>* make,
                                             MakeIsolated<Instance>* make_isolated) const;

  std::vector<FoundPlugin> plugins_;
  const HostServices* services_ = nullptr;
  std::optional<Isolation> isolation_;
};

}  // namespace sharkreg::core
