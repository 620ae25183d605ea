// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "store/file_lock.h"
#include "store/index.h"
#include "store/layout.h"

namespace sharkreg::core {

// What this process reads of the store, so that nobody removes it (garbage.h): leases under a name
// of its own, whose file is locked from the first lease to end().
//
// Threads: any, but for end().
class Leases {
 public:
  Leases(const StoreLayout& layout, const Clock& clock) : layout_(layout), clock_(clock) {}

  // The name. Errors: it cannot be locked.
  Result<std::string> process();

  // These are read from now on.
  Result<void> take(StoreIndex& index, const std::vector<Lease>& leases);

  // Somebody recorded that it is, under the name.
  void note(const std::string& sha256, const std::filesystem::path& link);

  // Of all of them.
  void end(StoreIndex& index);

 private:
  const StoreLayout& layout_;
  const Clock& clock_;
  std::mutex mutex_;  // guards all below
  std::string process_;
  std::optional<FileLock> lock_;
  std::set<std::string> leased_;  // SHA-256 and link
};

}  // namespace sharkreg::core
