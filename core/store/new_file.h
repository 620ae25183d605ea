// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "base/error.h"

namespace sharkreg::core {

// A file that is being made where nothing was, and that is removed again unless it is kept.
class NewFile {
 public:
  // An error where something is at the path already.
  static Result<NewFile> create(const std::filesystem::path& path, bool is_executable);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  // 0, or what errno says.
  int write(std::string_view bytes) const;

  // It stays. An error where the system says only now that it could not be written.
  Result<void> keep();

 private:
  NewFile(std::filesystem::path path, int descriptor);

  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace sharkreg::core
