// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sharkreg::core {

// Remembers answers that are expensive to get again, by a key that holds all that decides them:
// small files below one directory. Safe under many processes and kill -9: an entry is placed by
// rename. Any trouble is a miss.
class Memo {
 public:
  explicit Memo(std::filesystem::path directory);

  // `kind` is a plain word that names a subdirectory; `key` any text (its SHA-256 is the file name).
  std::optional<std::string> find(std::string_view kind, std::string_view key) const;
  void remember(std::string_view kind, std::string_view key, std::string_view content) const;

  // SHA-256 of a file, remembered by path, size, inode and modification time, so that a file is
  // read again only when one of those changed.
  Result<std::string> digest_of_file(const std::filesystem::path& path) const;

 private:
  std::filesystem::path directory_;
};

}  // namespace sharkreg::core
