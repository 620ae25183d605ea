// SPDX-License-Identifier: Apache-2.0
// The life of a supervised program, from its start until none of its descendants is left.
//
//   running ──▶ stopping ──▶ killing ──▶ over
//      └────────────────────────┘
//
// running: until the program ends by itself (then what it left behind is killed at once), its time
// is over, a limit is reached (of memory: then all are killed at once), or the host asks to stop. stopping: all have got SIGTERM, and may clean up until the
// grace is over. killing: all get SIGKILL, again whenever one of them has ended, until none is
// left.
//
// The supervisor is a subreaper: a process whose parent ends becomes the supervisor's child, also
// after setsid or a double fork. So the end of each unknown process is noticed in time, and a fork
// that a pass over /proc did not see is seen by the pass that follows the end of its parent. What
// can get away is a process that for ever forks, leaves its group and exits, faster than /proc is
// read: after the wait for SIGKILL it is reported as a survivor.
#pragma once

#include <chrono>

#include "control_group.h"
#include "options.h"
#include "program.h"
#include "status.h"
#include "watch.h"

namespace sharkreg::core {

class Supervision {
 public:
  // signal_fd: a signalfd that carries SIGCHLD, SIGTERM, SIGINT and SIGHUP, all of them blocked.
  Supervision(const SupervisorOptions& options, int signal_fd);

  SupervisorStatus run();

 private:
  using Clock = std::chrono::steady_clock;
  enum class Phase { running, stopping, killing };

  bool reap();     // waits for all who have ended; false: no child is left
  bool advance();  // to the next phase if it is time; false: gives up on survivors
  void look(Clock::time_point now);
  void stop(std::chrono::milliseconds grace);
  void kill_all();
  void wait_for_signal();  // or for the deadline
  void record_end(int wait_status);
  void record_usage();

  SupervisorOptions options_;
  int signal_fd_;
  SupervisorStatus status_;
  Clock::time_point started_;
  std::int64_t out_of_memory_kills_;
  ControlGroup group_;
  Program program_;
  Watch watch_;
  Phase phase_ = Phase::running;
  Clock::time_point deadline_;
  bool program_ended_ = false;
  bool someone_ended_ = false;   // since the last kill
  int unanswered_requests_ = 0;  // of the host, to stop
  bool abandoned_ = false;       // the host is dead
};

}  // namespace sharkreg::core
