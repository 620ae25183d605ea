// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sharkreg::core {

// No pointer is larger. Bytes.
constexpr std::int64_t largest_git_lfs_pointer = 1024;

// What a repository with Git LFS has in place of a large file: a short text that says which it is.
// Servers give it, and checkouts have it, where nobody resolved it.
struct GitLfsPointer {
  std::string sha256;      // of the file that is meant
  std::uint64_t size = 0;  // its bytes
};

// The pointer that the file is (version 1 of its specification, with any extensions, and line ends of
// Windows too). None: it is something else, or cannot be read.
std::optional<GitLfsPointer> git_lfs_pointer(const std::filesystem::path& file);

// Says that what lies at the location (a URL, or an absolute path) is a pointer and no artifact, and
// how to come by that. Of kind invalid.
Error git_lfs_error(const GitLfsPointer& pointer, std::string_view location);

}  // namespace sharkreg::core
