// SPDX-License-Identifier: Apache-2.0
#include "execute/timing_lock.h"

namespace sharkreg::core {
namespace {

constexpr const char* machine = "machine";
constexpr const char* timing = "timing";

// Takes the lock if it is not held. Whether it is then.
Result<bool> hold(const std::filesystem::path& directory, const char* name, SharedLock::Kind kind,
                  std::optional<SharedLock>& held) {
  if (held) return true;
  auto taken = SharedLock::try_to_take(directory, name, kind);
  if (!taken) return taken.error();
  held = std::move(*taken);
  return held.has_value();
}

}  // namespace

Result<bool> TimingLock::share() {
  if (directory_.empty()) return true;
  const auto passed = SharedLock::try_to_take(directory_, timing, SharedLock::Kind::shared);
  if (!passed) return passed.error();
  if (!*passed) return false;
  return hold(directory_, machine, SharedLock::Kind::shared, machine_);
}

Result<bool> TimingLock::take_alone() {
  if (directory_.empty()) return true;
  machine_.reset();
  const auto wanted = hold(directory_, timing, SharedLock::Kind::exclusive, timing_);
  if (!wanted || !*wanted) return wanted;
  return hold(directory_, machine, SharedLock::Kind::exclusive, machine_);
}

void TimingLock::release() {
  machine_.reset();
  timing_.reset();
}

}  // namespace sharkreg::core
