// SPDX-License-Identifier: Apache-2.0
// What a supervisor tells its host, in lines of key=value pairs, each ended by a newline: one when
// its work is done, and before that one whenever the program makes no progress. A line without the
// newline is none: its writer was killed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sharkreg::core {

// What the program was stopped for, besides its time.
enum class ReachedLimit { none, memory, cpu, output };

struct StallStatus {
  std::int64_t quiet_ms = 0;  // since the last progress
  std::int64_t wall_us = 0;   // since the start
  std::int64_t cpu_us = 0;    // of the program and all its descendants, so far
};

struct SupervisorStatus {
  // How the program ended: exactly one of the three is set, unless it outlived even SIGKILL.
  std::optional<int> exit_status;
  std::optional<int> signal;
  std::optional<int> start_error;  // an errno value: the program was never started
  std::string start_step;          // what failed then: fork, session, limit or exec

  bool timed_out = false;   // it was stopped since its time was over
  bool terminated = false;  // it was stopped since the host asked for it
  ReachedLimit limit = ReachedLimit::none;
  bool out_of_memory =
      false;          // it got a SIGKILL while the kernel killed somebody for want of memory
  int leftover = 0;   // descendants that still ran when the program ended by itself; were killed
  int survivors = 0;  // processes that SIGKILL did not end in time (stuck in a driver, or setuid)

  // The program's time from start to end, and what it and all its descendants used.
  std::int64_t wall_us = 0;
  std::int64_t user_us = 0;
  std::int64_t system_us = 0;
  std::int64_t max_rss_kib = 0;      // of the largest one process
  std::int64_t memory_kib = 0;       // of all together, as far as it was seen; see watch.h
  std::int64_t output_left_out = 0;  // bytes of the standard output, and of the standard error
  std::int64_t errors_left_out = 0;
};

std::string format_stall(const StallStatus& stall);

// None if the line is not a complete one about a stall.
std::optional<StallStatus> parse_stall(std::string_view line);

std::string format_status(const SupervisorStatus& status);

// Unknown keys are skipped. None if the line is not complete or a known key has no integer.
std::optional<SupervisorStatus> parse_status(std::string_view line);

}  // namespace sharkreg::core
