// SPDX-License-Identifier: Apache-2.0
// What this process may use of the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace sharkreg::core {

// The kernel's files, for tests to name others.
struct MachineFiles {
  std::filesystem::path proc = "/proc";
  std::filesystem::path cgroup = "/sys/fs/cgroup";
};

// Processors: those that the process may run on (sched_getaffinity), or fewer if the quota of its
// control group, of either version, or of a group above it, is less. At least 1.
std::size_t usable_processors(const MachineFiles& files = {});

// Bytes of memory that can be had now: what the machine has available (all it has, where the kernel
// does not say), or what is left of the limit of a control group, if that is less. 0: unknown.
std::uint64_t usable_memory(const MachineFiles& files = {});

// The machine's load average over one minute; 0 where it is unknown.
double load_average();

}  // namespace sharkreg::core
