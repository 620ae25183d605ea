// SPDX-License-Identifier: Apache-2.0
// What a supervisor tells its host when its work is done: one line of key=value pairs, ended by a
// newline. A line without the newline is not a status: its writer was killed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sharkreg::core {

struct SupervisorStatus {
  // How the program ended: exactly one of the three is set, unless it outlived even SIGKILL.
  std::optional<int> exit_status;
  std::optional<int> signal;
  std::optional<int> start_error;  // an errno value: the program was never started
  std::string start_step;          // what failed then: fork, session, limit or exec

  bool timed_out = false;   // it was stopped since its time was over
  bool terminated = false;  // it was stopped since the host asked for it
  int leftover = 0;   // descendants that still ran when the program ended by itself; were killed
  int survivors = 0;  // processes that SIGKILL did not end in time (stuck in a driver, or setuid)

  // The program's time from start to end, and what it and all its descendants used.
  std::int64_t wall_us = 0;
  std::int64_t user_us = 0;
  std::int64_t system_us = 0;
  std::int64_t max_rss_kib = 0;  // of the largest one process
};

std::string format_status(const SupervisorStatus& status);

// Unknown keys are skipped. None if the line is not complete or a known key has no integer.
std::optional<SupervisorStatus> parse_status(std::string_view line);

}  // namespace sharkreg::core
