// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include <sharkreg/backend.h>
#include <sharkreg/comparator.h>
#include <sharkreg/configuration.h>
#include <sharkreg/fetcher.h>
#include <sharkreg/tuner.h>

#include "base/error.h"
#include "plugin_host/host_services.h"

namespace sharkreg::core {

// How plugins are kept out of this process.
struct Isolation {
  std::filesystem::path worker;  // sharkreg-worker
  // A worker is ended when a call in which it only thinks (describing, planning, classifying,
  // resolving) takes longer than the first; when it works (reading an artifact, comparing, probing)
  // and no message of it was there whole for as long as the second.
  std::chrono::milliseconds thinking_limit = std::chrono::minutes(1);
  std::chrono::milliseconds working_limit = std::chrono::minutes(10);
};

// An interface of a plugin: what the functions below make an instance of.
struct IsolatedInterface {
  std::filesystem::path library;
  std::string trusted_sha256;  // see PluginLibrary::load; checked in each worker
  std::string plugin;          // its name, for messages
  std::string name;            // of the interface
};

// Instances of a plugin's interfaces, each in a worker process of its own, seen as the SDK's abstract
// classes: what proxies.h gives, without a line of the plugin's code in this process. When the worker
// crashes, exits or falls silent, the call throws Failure(failed) with the plugin's name, how the
// process ended and what it said last; the next call starts another one. Workers end with the host.
//
// Threads: as for any instance, one call at a time. `services` must outlive it.
Result<std::unique_ptr<Backend>> make_isolated_backend(const IsolatedInterface& interface,
                                                       const Configuration& configuration,
                                                       const HostServices& services,
                                                       const Isolation& isolation);
Result<std::unique_ptr<ArtifactFetcher>> make_isolated_fetcher(const IsolatedInterface& interface,
                                                               const Configuration& configuration,
                                                               const HostServices& services,
                                                               const Isolation& isolation);
Result<std::unique_ptr<Comparator>> make_isolated_comparator(const IsolatedInterface& interface,
                                                             const Configuration& configuration,
                                                             const HostServices& services,
                                                             const Isolation& isolation);
Result<std::unique_ptr<TunerResolver>> make_isolated_tuner(const IsolatedInterface& interface,
                                                           const Configuration& configuration,
                                                           const HostServices& services,
                                                           const Isolation& isolation);

}  // namespace sharkreg::core
