// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "store/unpack.h"

namespace sharkreg::core {

// The file that unpacking makes: within limits, and removed unless it was finished. All errors are of
// kind infrastructure.
class UnpackedFile {
 public:
  // Replaces what is there.
  static Result<UnpackedFile> create(const std::filesystem::path& path, const UnpackLimits& limits);
  UnpackedFile(UnpackedFile&& other) noexcept
      : path_(std::move(other.path_)),
        limits_(other.limits_),
        descriptor_(std::exchange(other.descriptor_, -1)) {}
  UnpackedFile& operator=(UnpackedFile&&) = delete;
  ~UnpackedFile();

  // Forgets what was written, and asks whether a file of so many bytes is allowed, `stored` of which
  // are not holes.
  Result<void> begin(std::uint64_t size, std::uint64_t stored);

  Result<void> write(std::string_view bytes, std::uint64_t offset);

  // Gives the file its size, and sees to it that it is on the disk and stays.
  Result<void> finish(std::uint64_t size);

 private:
  UnpackedFile(std::filesystem::path path, const UnpackLimits& limits, int descriptor)
      : path_(std::move(path)), limits_(limits), descriptor_(descriptor) {}

  Result<void> check_size(std::uint64_t size) const;
  // Whether so many more bytes leave the reserve alone.
  Result<void> check_room(std::uint64_t bytes) const;
  Error trouble(int number) const;

  std::filesystem::path path_;
  UnpackLimits limits_;
  int descriptor_;               // -1: finished, or moved from
  std::uint64_t unchecked_ = 0;  // bytes written since the room was looked at
};

}  // namespace sharkreg::core
