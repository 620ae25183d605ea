// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "base/error.h"
#include "execute/shared_lock.h"

namespace sharkreg::core {

// Keeps the actions of all sharkreg processes of the machine out of the way of one that is timed.
//
// Two files: whoever runs ordinary actions shares "machine"; who times wants it alone, and holds
// "timing" meanwhile, at which the others see that they are to start nothing more. So no stream of
// ordinary actions keeps it waiting for ever.
//
// Threads: one. Never waits: what is false now can be asked again later.
class TimingLock {
 public:
  // An empty directory: there is nobody else.
  explicit TimingLock(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // Whether an ordinary action may start: nobody times or wants to.
  Result<bool> share();

  // Whether a timed action may start. This process must run nothing.
  Result<bool> take_alone();

  // Nothing of this process runs any more.
  void release();

 private:
  std::filesystem::path directory_;
  std::optional<SharedLock> machine_;
  std::optional<SharedLock> timing_;
};

}  // namespace sharkreg::core
