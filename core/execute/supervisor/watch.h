// SPDX-License-Identifier: Apache-2.0
// Looks now and then at what a program and its descendants use and print.
//
// The first look comes after 10 ms, so short programs cost none; then ever more rarely: at memory and
// time ten times a second where a limit has to be kept, once a second where only the peak of memory
// is recorded; at the size of what is printed ten times a second, or a hundred times if it grows fast.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "bounded_output.h"
#include "control_group.h"
#include "options.h"
#include "status.h"

namespace sharkreg::core {

class Watch {
 public:
  using Clock = std::chrono::steady_clock;

  Watch(const SupervisorOptions& options, const ControlGroup& group, Clock::time_point started);

  Clock::time_point next_look() const { return next_look_; }

  // The limit that the program has gone beyond. Before next_look() this is not looked at.
  ReachedLimit look(Clock::time_point now);

  // Whether nothing has moved for so long that somebody should be asked: at most once in that time.
  std::optional<StallStatus> stall(Clock::time_point now);

  // When all have ended: bounds what they printed, and adds to the status what was seen.
  void finish(SupervisorStatus& status);

 private:
  void look_at_output();
  ReachedLimit look_at_usage(Clock::time_point now);
  bool beyond_memory_limit(const std::vector<pid_t>& processes, std::int64_t bound);
  void note_progress(Clock::time_point now);
  bool output_within_limit() const { return output_.within_limit() && errors_.within_limit(); }

  const SupervisorOptions& options_;
  const ControlGroup& group_;
  Clock::time_point started_;
  Clock::time_point next_look_;
  Clock::time_point next_usage_;
  std::chrono::milliseconds period_;  // of looks at the usage
  bool floods_ = false;               // it has printed much since the last look
  BoundedOutput output_;
  BoundedOutput errors_;
  std::int64_t peak_memory_kib_ = 0;
  std::int64_t cpu_us_ = 0;
  int looks_beyond_memory_ = 0;

  Clock::time_point progress_;  // when it was last seen
  Clock::time_point asked_;     // since when the next stall counts
  std::int64_t cpu_us_then_ = 0;
  std::int64_t printed_then_ = 0;
};

}  // namespace sharkreg::core
