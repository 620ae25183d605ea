// SPDX-License-Identifier: Apache-2.0
#include "execute/supervisor_lines.h"

#include <unistd.h>

#include "execute/supervisor/status.h"

namespace sharkreg::core {
namespace {

// What came first counts: a host that stops everything after a time limit changes nothing of it. A
// limit is noted only of a program that was not being stopped.
LaunchResult::End end_of(const SupervisorStatus& line) {
  using End = LaunchResult::End;
  switch (line.limit) {
    case ReachedLimit::memory:
      return End::memory_limited;
    case ReachedLimit::cpu:
      return End::cpu_limited;
    case ReachedLimit::output:
      return End::output_limited;
    case ReachedLimit::none:
      break;
  }
  if (line.timed_out) return End::timed_out;
  if (line.terminated) return End::terminated;
  if (line.start_error) return End::start_failed;
  return line.signal ? End::signalled : End::exited;
}

StallReport to_report(const StallStatus& stall) {
  return {std::chrono::milliseconds(stall.quiet_ms), std::chrono::microseconds(stall.wall_us),
          std::chrono::microseconds(stall.cpu_us)};
}

}  // namespace

std::vector<StallReport> SupervisorLines::read_from(int status) {
  char bytes[4096];
  for (ssize_t length = 0; (length = read(status, bytes, sizeof bytes)) > 0;) {
    text_.append(bytes, static_cast<std::size_t>(length));
  }
  std::vector<StallReport> stalls;
  for (std::size_t end = 0; (end = text_.find('\n')) != std::string::npos;) {
    const std::string line = text_.substr(0, end + 1);
    text_.erase(0, end + 1);
    if (const auto stall = parse_stall(line)) {
      stalls.push_back(to_report(*stall));
    } else {
      last_ = line;
    }
  }
  return stalls;
}

LaunchResult SupervisorLines::result() const {
  const auto read_status = parse_status(last_);
  LaunchResult result;
  if (!read_status) {
    result.end = LaunchResult::End::supervisor_lost;
    return result;
  }
  const SupervisorStatus& line = *read_status;
  result.exit_status = line.exit_status.value_or(0);
  result.signal = line.signal.value_or(0);
  result.start_errno = line.start_error.value_or(0);
  result.start_step = line.start_step;
  result.wall = std::chrono::microseconds(line.wall_us);
  result.user = std::chrono::microseconds(line.user_us);
  result.system = std::chrono::microseconds(line.system_us);
  result.peak_memory_bytes = static_cast<std::uint64_t>(line.memory_kib) * 1024;
  result.output_left_out = static_cast<std::uint64_t>(line.output_left_out);
  result.errors_left_out = static_cast<std::uint64_t>(line.errors_left_out);
  result.out_of_memory = line.out_of_memory;
  result.leftover = line.leftover;
  result.survivors = line.survivors;

  result.end = end_of(line);
  return result;
}

}  // namespace sharkreg::core
