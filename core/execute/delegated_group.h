// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "base/error.h"

namespace sharkreg::core {

// A directory of cgroup v2 in which this process may make groups that have the controller "memory".
//
// `wanted`: the one that the user named; an error if it will not do. Empty: this process's own group,
// if it was delegated to it alone, as `systemd-run --user --scope -p Delegate=yes sharkreg …` does;
// then this process moves into a group below it, since the kernel wants processes at the leaves only.
// An empty path if that is not so: then there are no groups.
Result<std::filesystem::path> delegated_group(
    const std::filesystem::path& wanted,
    const std::filesystem::path& own_group_file = "/proc/self/cgroup",
    const std::filesystem::path& hierarchy = "/sys/fs/cgroup");

}  // namespace sharkreg::core
