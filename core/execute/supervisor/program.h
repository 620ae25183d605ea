// SPDX-License-Identifier: Apache-2.0
// Starts the program that a supervisor looks after.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

#include "control_group.h"
#include "options.h"

namespace sharkreg::core {

struct StartError {
  int number = 0;  // errno
  std::string step;
};

// One started child. The program leads a session and a process group of its own, dies when the
// supervisor dies, has all signals at their defaults and unblocked, and no descriptor but 0, 1, 2.
class Program {
 public:
  // Does not wait for the exec; the supervisor's signals must be at their defaults.
  Program(const SupervisorOptions& options, const ControlGroup& group);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  // 0 when there was no child to be had.
  pid_t pid() const { return pid_; }

  // Why the program did not start. To be asked when there is no child or it has ended: an exec that
  // still hangs, on a file system that does not answer, must not block the supervisor.
  std::optional<StartError> start_error() const;

 private:
  pid_t pid_ = 0;
  int fork_error_ = 0;
  int error_pipe_ = -1;  // what the child says before it gives up; an exec closes the other end
};

}  // namespace sharkreg::core
