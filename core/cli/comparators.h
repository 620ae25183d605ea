// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sharkreg/comparator.h>

#include "base/error.h"
#include "plugin_host/registry.h"

namespace sharkreg::core {

// Instances of comparators for several threads. Whoever asks has an instance to himself until he
// drops it; another one gets it then.
//
// Threads: any. The registry must outlive it, and it what it lends.
class Comparators {
 public:
  explicit Comparators(const PluginRegistry& registry) : registry_(registry) {}

  Result<std::shared_ptr<Comparator>> lend(const std::string& name);

 private:
  const PluginRegistry& registry_;
  std::mutex mutex_;  // guards idle_
  std::map<std::string, std::vector<std::unique_ptr<Comparator>>> idle_;
};

}  // namespace sharkreg::core
