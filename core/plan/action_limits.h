// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace sharkreg::core {

// What an action may use. Absent, or 0 for times: as much as it wants.
struct ActionLimits {
  std::optional<std::uint64_t> memory_bytes;  // of all its processes together
  std::chrono::milliseconds cpu_time{0};      // the same
  std::optional<std::uint64_t> file_bytes;    // of each file that it writes
  // Of each standard stream on the disk: more is cut out of the middle, or, of a stream that is a
  // result, ends the action.
  std::optional<std::uint64_t> output_bytes;
  // Without progress for so long it may hang: somebody is asked. See LaunchRequest::on_stall.
  std::chrono::milliseconds stall_after{0};
  // A directory of cgroup v2 in which the action gets a group of its own; empty: none.
  std::filesystem::path control_group;
};

}  // namespace sharkreg::core
