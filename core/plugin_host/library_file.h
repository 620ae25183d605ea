// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "base/error.h"

namespace sharkreg::core {

// What can be said of a plugin's file before the loader runs its code. The loader itself would say
// it worse, or, for a file that is cut short, end the process by SIGBUS.

// The file, and the directory that holds it, may be changed by root and by this user alone. A
// sticky directory does not pass: others could put libraries into it that a plugin asks for by
// $ORIGIN. Where `path` is a symbolic link, this holds for both of its ends.
Result<void> check_nobody_else_can_write(const std::filesystem::path& path);

// A whole ELF shared library for this machine.
Result<void> check_is_shared_library(const std::filesystem::path& path);

}  // namespace sharkreg::core
