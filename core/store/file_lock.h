// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "base/error.h"

namespace sharkreg::core {

// An exclusive lock on a file that exists for this purpose alone. The kernel lets it go when its
// holder ends, however that happens; programs that the holder starts do not inherit it. Who holds it
// may remove the file.
class FileLock {
 public:
  // Absent: somebody else holds it.
  static Result<std::optional<FileLock>> try_to_take(const std::filesystem::path& file);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace sharkreg::core
