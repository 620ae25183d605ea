// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "store/cached_result.h"
#include "store/index.h"
#include "store/layout.h"

namespace sharkreg::core {

// A file that is to become part of a result.
struct FileToKeep {
  std::filesystem::path file;
  std::string path;  // relative, as in CachedFile
  bool is_executable = false;
};

// Copies of what an action left, on their way into the store. Removed by the destructor, unless they
// were kept.
class PendingResult {
 public:
  PendingResult() = default;
  PendingResult(PendingResult&& other) noexcept;
  PendingResult& operator=(PendingResult&& other) noexcept;
  ~PendingResult();

  CachedResult result;  // digests and sizes are filled in by keep()

 private:
  friend class CachedResults;
  std::vector<std::filesystem::path> parts;  // of the files, then of standard output and error
};

// Results of actions, by the SHA-256 of all that decides them: files in the store (layout.h), which
// artifacts of the same content share, and records in its index. The index is told of a result when
// all its files are in their places and on the disk. So a process that is killed at any moment
// leaves a whole result or none.
//
// Threads: any. Other processes may use the store. Errors are of the disk and the index.
class CachedResults {
 public:
  // Also removes what processes that were killed left half stored. `clock` must outlive it. `max_size`: bytes that the store may have; 0: any.
  static Result<std::unique_ptr<CachedResults>> open(StoreLayout layout, const Clock& clock,
                                                     std::uint64_t max_size);

  // The result with this key; absent: there is none. `slot` is where it is used now.
  Result<std::optional<CachedResult>> find(const std::string& key, const std::string& slot);

  // Copies the files of a result into the directory, where none of them may be, and its logs to
  // those paths, which are replaced. Files whose name does not stand in for them are read first
  // (ArtifactStore). False: one of them is gone or was not what its name says any more; then the
  // result is forgotten, and what was copied is removed again.
  //
  // Files that are open here are copied even if somebody cleans up the store meanwhile.
  Result<bool> copy_out(const std::string& key, const CachedResult& result,
                        const std::filesystem::path& directory,
                        const std::filesystem::path& standard_output,
                        const std::filesystem::path& standard_error);

  // Whether all its files are there and right; if not, as copy_out.
  Result<bool> is_whole(const std::string& key, const CachedResult& result);

  // As is_whole, but reads all files, whatever the index knows of them: who is about to say that two
  // results differ cannot rest on a time stamp.
  Result<bool> is_right(const std::string& key, const CachedResult& result);

  // Copies files, so that what happens to them later does not matter. Cheap where reflinks are.
  Result<PendingResult> take(const std::vector<FileToKeep>& files,
                             const std::filesystem::path& standard_output,
                             const std::filesystem::path& standard_error);

  // Puts it into the store. Takes as long as hashing and flushing all of it.
  Result<CachedResult> keep(const std::string& key, const std::string& slot, PendingResult pending);

  // Where the store has this content.
  std::filesystem::path file_of(const std::string& sha256) const { return layout_.blob(sha256); }

  // Results that were used in a slot, the last ones first.
  Result<std::vector<CachedResult>> results_of(const std::string& slot);

  // Removes what was used longest ago until the store is no larger than allowed, if anything was
  // kept since the last time.
  Result<void> make_room();

 private:
  class OpenFile;

  CachedResults(StoreLayout layout, std::unique_ptr<StoreIndex> index, const Clock& clock,
                std::uint64_t max_size)
      : layout_(std::move(layout)), index_(std::move(index)), clock_(clock), max_size_(max_size) {}

  std::chrono::sys_time<std::chrono::milliseconds> now() const;
  Result<std::filesystem::path> new_part() const;
  Result<std::optional<OpenFile>> open_trusted(const CachedFile& file);
  Result<void> set_aside(const std::string& sha256);
  Result<std::optional<std::vector<OpenFile>>> open_all(const CachedResult& result);
  Result<Blob> place(const std::filesystem::path& part, CachedFile& file);

  const StoreLayout layout_;
  const std::unique_ptr<StoreIndex> index_;
  const Clock& clock_;
  const std::uint64_t max_size_;
  std::atomic<bool> has_grown_ = false;
};

}  // namespace sharkreg::core
