// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "base/error.h"

namespace sharkreg::core {

// That a file cannot be written, for people.
Error write_trouble(const std::filesystem::path& file, int number);

// The file that takes the bytes of a download.
//
// Threads: any, also several at once that write to different places.
class PartFile {
 public:
  // Makes it, and its directory, if need be.
  static Result<PartFile> open(const std::filesystem::path& path);
  PartFile(PartFile&& other) noexcept;
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile();

  // Gives it this size and its blocks on the disk; what it held stays. An error where the disk has
  // no room for what is missing. Does nothing for what is small.
  Result<void> reserve(std::int64_t size) const;

  // Nothing was there when it was opened.
  bool is_new() const { return is_new_; }

  Result<void> empty() const;

  // 0, or what errno says.
  int write(const void* bytes, std::size_t size, std::int64_t offset) const;

  Result<void> read(char* to, std::size_t size, std::int64_t offset) const;

  // On the disk, also after a loss of power.
  Result<void> sync() const;

  const std::filesystem::path& path() const { return path_; }

 private:
  PartFile(std::filesystem::path path, int descriptor, bool is_new);

  std::filesystem::path path_;
  int descriptor_;
  bool is_new_;
};

}  // namespace sharkreg::core
