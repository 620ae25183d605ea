// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <sharkreg/backend.h>
#include <sharkreg/comparator.h>
#include <sharkreg/configuration.h>
#include <sharkreg/fetcher.h>
#include <sharkreg/tuner.h>

#include "base/error.h"
#include "plugin_host/host_services.h"
#include "plugin_host/library.h"

namespace sharkreg::core {

// Instances of a plugin's interfaces, seen again as the SDK's abstract classes. Each holds its
// library. Every function throws sharkreg::Failure: what the plugin said, or what is wrong with its
// answer; the message begins with the plugin's name.
//
// `services` must outlive the proxy.
Result<std::unique_ptr<Backend>> make_backend_proxy(std::shared_ptr<const PluginLibrary> library,
                                                    const sr_interface& interface,
                                                    const Configuration& configuration,
                                                    const HostServices& services);
Result<std::unique_ptr<ArtifactFetcher>> make_fetcher_proxy(
    std::shared_ptr<const PluginLibrary> library, const sr_interface& interface,
    const Configuration& configuration, const HostServices& services);
Result<std::unique_ptr<Comparator>> make_comparator_proxy(
    std::shared_ptr<const PluginLibrary> library, const sr_interface& interface,
    const Configuration& configuration, const HostServices& services);
Result<std::unique_ptr<TunerResolver>> make_tuner_proxy(
    std::shared_ptr<const PluginLibrary> library, const sr_interface& interface,
    const Configuration& configuration, const HostServices& services);

}  // namespace sharkreg::core
