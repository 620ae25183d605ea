// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <sys/types.h>

#include "base/error.h"

namespace sharkreg::core {

// Makes a new file with the content of an open one, by reflink where the file system can, else as a
// copy: never a hard link, so that who edits either does not reach the other. What the descriptor
// refers to is copied even if its name is gone by now. Nothing is flushed to the disk.
//
// Errors (infrastructure), also if there is a file at `to` already; then nothing of it is left.
Result<void> clone_file(int from, const std::filesystem::path& to, mode_t mode = 0644);

// The same by name. A link is followed; what is no regular file is an error, and not waited for.
Result<void> clone_file(const std::filesystem::path& from, const std::filesystem::path& to,
                        mode_t mode = 0644);

}  // namespace sharkreg::core
