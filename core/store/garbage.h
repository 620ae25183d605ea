// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/index.h"
#include "store/layout.h"

namespace sharkreg::core {

struct CollectOptions {
  std::optional<std::uint64_t> max_size = {};           // bytes of blobs that may stay
  std::optional<std::chrono::seconds> older_than = {};  // since a blob was last used
};

struct Collected {
  std::uint64_t removed_files = 0;
  std::uint64_t removed_bytes = 0;
  std::uint64_t left_files = 0;  // blobs
  std::uint64_t left_bytes = 0;
  std::uint64_t in_use_files = 0;  // of those that are left: a running process has a lease
  std::uint64_t in_use_bytes = 0;
  std::uint64_t removed_results = 0;  // of actions: not used for so long, or without a file now
  std::uint64_t left_results = 0;
};

// Removes results of actions and blobs that were not used for long, then those used longest ago until the rest is no larger
// than allowed, each with the links to it that the store made; and what is of no use to anybody:
// downloads that broke off more than `older_than` (a week, if that is not given) ago, files in bad/
// of that age, leases of processes that have ended. What a running process uses stays.
//
// Threads and processes: any; others may use the store meanwhile.
Result<Collected> collect_garbage(StoreIndex& index, const StoreLayout& layout,
                                  const CollectOptions& options,
                                  std::chrono::system_clock::time_point now);

struct StoreStatistics {
  std::uint64_t blobs = 0;
  std::uint64_t blob_bytes = 0;
  std::uint64_t urls = 0;
  std::uint64_t results = 0;       // of actions
  std::uint64_t result_blobs = 0;  // of blobs, those that results consist of
  std::uint64_t result_bytes = 0;
  std::uint64_t parts = 0;       // downloads that have not ended
  std::uint64_t part_bytes = 0;  // on the disk
  std::uint64_t bad = 0;
  std::uint64_t bad_bytes = 0;
  std::uint64_t in_use = 0;  // blobs
  std::optional<std::chrono::sys_seconds> oldest_use;
};

Result<StoreStatistics> statistics_of(StoreIndex& index, const StoreLayout& layout);

struct Verified {
  std::uint64_t right = 0;
  std::uint64_t adopted = 0;                 // right, but the index did not know them
  std::vector<std::filesystem::path> wrong;  // moved to bad/, where they lie now
  std::vector<std::string> missing;          // SHA-256 of blobs without a file; forgotten
  std::uint64_t broken_results = 0;          // of actions, without one of their files; forgotten
};

// Reads every blob and compares it with its name.
Result<Verified> verify_blobs(StoreIndex& index, const StoreLayout& layout);

}  // namespace sharkreg::core
