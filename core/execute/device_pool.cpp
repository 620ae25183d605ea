// SPDX-License-Identifier: Apache-2.0
#include "execute/device_pool.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace sharkreg::core {
namespace {

std::string lock_file(const std::pair<std::string, std::string>& key) {
  return lock_name("device", key.first + "-" + key.second);
}

}  // namespace

DevicePool::DevicePool(std::size_t sharing, std::filesystem::path lock_directory)
    : sharing_(std::max<std::size_t>(sharing, 1)), lock_directory_(std::move(lock_directory)) {}

DevicePool::Answer DevicePool::take(const CasePlan& plan, std::size_t action) {
  const PlannedAction& planned = plan.actions[action];
  const auto most =
      static_cast<std::size_t>(std::min(planned.action.device_count, std::ssize(planned.devices)));
  Taken taken{plan.steps[planned.step].backend, {}, {}, {}};
  std::optional<Busy> wait_for;
  std::size_t healthy = 0;
  for (const Device& device : planned.devices) {
    if (taken.devices.size() == most) break;
    const Key key{taken.backend, device.id};
    if (out_of_order_.contains(key)) continue;
    ++healthy;
    if (free_place(key) == sharing_) {
      if (!wait_for) wait_for = busy(key, false);
      continue;
    }
    auto locked = lock(key);
    if (!locked) return locked.error();
    if (!*locked) {
      if (!wait_for || !wait_for->by_other_process) wait_for = busy(key, true);
      continue;
    }
    taken.devices.push_back(device);
    std::ranges::move(**locked, std::back_inserter(taken.locks));
  }
  if (taken.devices.size() < most) {
    if (healthy < most || !wait_for) return out_of_order(taken.backend, planned);
    return std::move(*wait_for);
  }
  for (const Device& device : taken.devices) {
    const Key key{taken.backend, device.id};
    taken.places.push_back(free_place(key));
    in_use_[key].insert(taken.places.back());
  }
  return taken;
}

void DevicePool::give_back(const Taken& taken) {
  for (std::size_t index = 0; index < taken.devices.size(); ++index) {
    in_use_[{taken.backend, taken.devices[index].id}].erase(taken.places[index]);
  }
}

// The number of those that may share it, if none is free.
std::size_t DevicePool::free_place(const Key& key) const {
  const auto used = in_use_.find(key);
  std::size_t place = 0;
  while (used != in_use_.end() && place < sharing_ && used->second.contains(place)) ++place;
  return place;
}

void DevicePool::quarantine(const std::string& backend, const Device& device,
                            const std::string& because) {
  out_of_order_.try_emplace({backend, device.id}, because);
}

// Who shares a device shares its lock, and has one of as many more as may share it. So it is kept
// from who wants it alone, in a process that was started otherwise.
Result<std::optional<std::vector<SharedLock>>> DevicePool::lock(const Key& key) const {
  std::vector<SharedLock> locks;
  if (lock_directory_.empty()) return std::optional(std::move(locks));
  const auto kind = sharing_ == 1 ? SharedLock::Kind::exclusive : SharedLock::Kind::shared;
  auto device = SharedLock::try_to_take(lock_directory_, lock_file(key), kind);
  if (!device) return device.error();
  if (!*device) return std::optional<std::vector<SharedLock>>();
  locks.push_back(std::move(**device));
  if (sharing_ == 1) return std::optional(std::move(locks));
  for (std::size_t place = 0; place < sharing_; ++place) {
    auto taken = SharedLock::try_to_take(
        lock_directory_, fmt::format("{}.{}", lock_file(key), place), SharedLock::Kind::exclusive);
    if (!taken) return taken.error();
    if (!*taken) continue;
    locks.push_back(std::move(**taken));
    return std::optional(std::move(locks));
  }
  return std::optional<std::vector<SharedLock>>();
}

DevicePool::Busy DevicePool::busy(const Key& key, bool by_other_process) const {
  Busy result{fmt::format("device {} of {}", key.second, key.first), by_other_process};
  if (by_other_process) {
    const auto pid = holder_of(lock_directory_, lock_file(key));
    result.because += pid ? fmt::format(", used by process {}", *pid) : ", used by another process";
  }
  return result;
}

Error DevicePool::out_of_order(const std::string& backend, const PlannedAction& planned) const {
  std::string text;
  for (const Device& device : planned.devices) {
    const auto found = out_of_order_.find({backend, device.id});
    if (found == out_of_order_.end()) continue;
    if (!text.empty()) text += "; ";
    text += fmt::format("device {} of {} is out of order: {}", device.id, backend, found->second);
  }
  return {ErrorKind::infrastructure, text,
          "see what is wrong with the device, then run again: nothing is given to it until then"};
}

}  // namespace sharkreg::core
