// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <sharkreg/backend.h>

#include "base/error.h"
#include "execute/shared_lock.h"
#include "plan/plan.h"

namespace sharkreg::core {

// Gives devices to actions: each to as many at a time as may share it, by default one, among all
// sharkreg processes of the machine; and no more once it is out of order.
//
// A device is known by its backend's name and its id. Several devices of one action are taken all or
// none, so nobody waits while he holds what others wait for.
//
// Threads: one. Never waits.
class DevicePool {
 public:
  // `sharing`: actions that share a device. An empty lock directory: there is nobody else.
  DevicePool(std::size_t sharing, std::filesystem::path lock_directory);

  // What one action has. To be given back.
  struct Taken {
    std::string backend;
    std::vector<Device> devices;
    std::vector<std::size_t> places;  // of each, among the actions of this process that share it
    std::vector<SharedLock> locks;
  };

  // Not now: later it may be otherwise.
  struct Busy {
    std::string because;            // "device X, used by process 4711", or "device X"
    bool by_other_process = false;  // nobody will tell when that one has done
  };

  // As many devices as the action wants, or all there are if it wants more: the runtime will complain
  // better than could be done here. An error: too few are in order.
  using Answer = std::variant<Taken, Busy, Error>;
  Answer take(const CasePlan& plan, std::size_t action);

  void give_back(const Taken& taken);

  // From now on nobody gets it.
  void quarantine(const std::string& backend, const Device& device, const std::string& because);

 private:
  using Key = std::pair<std::string, std::string>;  // backend, id

  // Absent: somebody else's.
  Result<std::optional<std::vector<SharedLock>>> lock(const Key& key) const;
  Error out_of_order(const std::string& backend, const PlannedAction& planned) const;
  std::size_t free_place(const Key& key) const;
  Busy busy(const Key& key, bool by_other_process) const;

  std::size_t sharing_;
  std::filesystem::path lock_directory_;
  std::map<Key, std::set<std::size_t>> in_use_;  // places that actions of this process have
  std::map<Key, std::string> out_of_order_;      // why
};

}  // namespace sharkreg::core
