// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>

#include "base/error.h"

namespace sharkreg::core {

// Exclusive locks on keys, which are SHA-256s in hexadecimal: each is one byte of a file that never
// has any, at the place that the key's beginning says. So nothing is made or removed for a lock. The
// kernel lets them go when their holder ends, however that happens; programs that the holder starts
// do not inherit them. Keys whose first 60 bits are the same, if there ever are any, share one.
//
// Threads: any; the locks of one object exclude each other too. It outlives its locks.
class KeyLocks {
 public:
  class Held {
   public:
    Held(KeyLocks& locks, std::int64_t place) : locks_(&locks), place_(place) {}
    Held(Held&& other) noexcept
        : locks_(std::exchange(other.locks_, nullptr)), place_(other.place_) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (locks_ != nullptr) locks_->let_go(place_);
    }

   private:
    KeyLocks* locks_;
    std::int64_t place_;
  };

  // The file is made when it is needed first.
  explicit KeyLocks(std::filesystem::path file) : file_(std::move(file)) {}
  KeyLocks(const KeyLocks&) = delete;
  KeyLocks& operator=(const KeyLocks&) = delete;
  ~KeyLocks();

  // Absent: somebody else holds it.
  Result<std::optional<Held>> try_to_take(const std::string& key);

  // Waits, if need be. Errors: infrastructure, interrupted (by `stop`).
  Result<Held> wait_for(const std::string& key, const std::stop_token& stop);

 private:
  Result<int> open();
  void let_go(std::int64_t place);
  void forget(std::int64_t place);

  const std::filesystem::path file_;
  std::mutex mutex_;  // guards all below
  int descriptor_ = -1;
  std::set<std::int64_t> held_;  // the kernel does not tell this object's threads apart
};

}  // namespace sharkreg::core
