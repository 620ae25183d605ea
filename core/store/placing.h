// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "base/error.h"

namespace sharkreg::core {

// Renames, and sees to it that the new name is on the disk. Makes missing directories.
Result<void> place_durably(const std::filesystem::path& from, const std::filesystem::path& to);

// Makes a file of the same content where nothing is, by reflink if the file system can; on the disk
// when this returns.
Result<void> copy_durably(const std::filesystem::path& from, const std::filesystem::path& to);

// Makes `destination` stand for the content of `target`, in one step: readers find what was there
// before, or the new. A symbolic link; where the file system knows none a copy, by reflink if it can.
// Never a hard link: who edits the destination must not reach the target.
Result<void> place_link(const std::filesystem::path& target,
                        const std::filesystem::path& destination);

// As place_link, but always the copy, with the time of the target: one that has its size and time is
// left as it is.
Result<void> place_copy(const std::filesystem::path& target,
                        const std::filesystem::path& destination);

}  // namespace sharkreg::core
