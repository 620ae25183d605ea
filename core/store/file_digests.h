// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "store/index.h"
#include "store/memo.h"

namespace sharkreg::core {

// SHA-256 of files that are asked for again and again: tools, their libraries, inputs. A file is
// read only if neither this object nor the memo knows it as it is now, by size, inode and
// modification time. A blob of the store is not read at all: its name says it, and whoever was
// provided with it has seen to that.
//
// Threads: any.
class FileDigests {
 public:
  // `memo` must outlive it; `blobs` is the store's directory of that name.
  FileDigests(const Memo& memo, std::filesystem::path blobs)
      : memo_(memo), blobs_(std::move(blobs)) {}

  // Errors: those of reading the file.
  Result<std::string> of(const std::filesystem::path& file);

 private:
  struct Known {
    FileIdentity identity;
    std::string sha256;
  };

  const Memo& memo_;
  const std::filesystem::path blobs_;
  SystemClock clock_;
  std::mutex mutex_;
  std::map<std::filesystem::path, Known> known_;  // guarded by mutex_
};

}  // namespace sharkreg::core
