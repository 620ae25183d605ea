// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sharkreg::core {

// A whole file. An error for a directory, a missing or an unreadable file, and beyond `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path,
                              std::uint64_t limit = std::uint64_t{1} << 31);

// Hands the bytes of a file to `take`, piece after piece, until it returns false. Errors as those of
// read_file. What is neither a file nor a directory (a pipe, a device) is an error too: it could
// block for ever.
Result<void> read_pieces(const std::filesystem::path& path,
                         const std::function<bool(std::string_view)>& take);

// Head and tail of a text file, for people: at most `most` bytes, with a line that says how much is
// left out between them. Made printable.
Result<std::string> read_excerpt(const std::filesystem::path& path, std::size_t most);

// Replaces `path` by a file with this content so that readers see the old one or the new one, never
// a part; after a power loss too. Makes missing directories. A symbolic link is followed; a device
// or a pipe is written to.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content);

Result<void> make_directories(const std::filesystem::path& path);

// A fresh directory next to what will be placed, so that placing is a rename. Removed, with all in
// it, by the destructor. Movable, owned by one.
class TemporaryDirectory {
 public:
  // Makes `parent`/.`prefix`XXXXXX. Makes `parent` too.
  static Result<TemporaryDirectory> create(const std::filesystem::path& parent,
                                           std::string_view prefix);
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::filesystem::path path);
  std::filesystem::path path_;
};

}  // namespace sharkreg::core
