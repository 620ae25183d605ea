// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace sharkreg::core {
namespace {

enum class Step : int { session, limit, exec };

struct ChildError {
  int number;
  Step step;
};

const char* name_of(Step step) {
  switch (step) {
    case Step::session:
      return "session";
    case Step::limit:
      return "limit";
    case Step::exec:
      return "exec";
  }
  return "exec";
}

[[noreturn]] void give_up(int error_pipe, Step step) {
  const ChildError error{errno, step};
  // When this fails the supervisor sees exit status 127 alone; there is nobody else to tell.
  [[maybe_unused]] const ssize_t written = write(error_pipe, &error, sizeof error);
  _exit(127);
}

// Limits the soft and the hard value, but never asks for more than is allowed already.
bool apply(const ResourceLimit& limit) {
  rlimit value{};
  if (getrlimit(limit.resource, &value) != 0) return false;
  value.rlim_max = std::min(value.rlim_max, limit.value);
  value.rlim_cur = value.rlim_max;
  return setrlimit(limit.resource, &value) == 0;
}

[[noreturn]] void become_program(const SupervisorOptions& options, const ControlGroup& group,
                                 pid_t supervisor, int error_pipe) {
  // A session of its own: no signals of a terminal, and process groups that hold only descendants,
  // so that whole groups can be signalled.
  if (setsid() < 0) give_up(error_pipe, Step::session);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(error_pipe, Step::session);
  if (getppid() != supervisor) _exit(127);  // it died before the call above

  group.enter();
  for (const ResourceLimit& limit : options.limits) {
    if (!apply(limit)) give_up(error_pipe, Step::limit);
  }

  constexpr int error_fd = 3;
  if (error_pipe != error_fd && dup3(error_pipe, error_fd, O_CLOEXEC) < 0) {
    give_up(error_pipe, Step::session);
  }
  closefrom(error_fd + 1);

  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(options.command[0], options.command, environ);
  give_up(error_fd, Step::exec);
}

}  // namespace

Program::Program(const SupervisorOptions& options, const ControlGroup& group) {
  int error_pipe[2];
  if (pipe2(error_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
    fork_error_ = errno;
    return;
  }
  const pid_t supervisor = getpid();
  const pid_t child = fork();
  if (child == 0) become_program(options, group, supervisor, error_pipe[1]);
  if (child < 0) fork_error_ = errno;
  close(error_pipe[1]);
  error_pipe_ = error_pipe[0];
  pid_ = std::max(child, 0);
}

Program::~Program() {
  if (error_pipe_ >= 0) close(error_pipe_);
}

std::optional<StartError> Program::start_error() const {
  if (fork_error_ != 0) return StartError{fork_error_, "fork"};
  ChildError error{};
  if (read(error_pipe_, &error, sizeof error) != sizeof error) return std::nullopt;
  return StartError{error.number, name_of(error.step)};
}

}  // namespace sharkreg::core
