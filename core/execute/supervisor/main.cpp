// SPDX-License-Identifier: Apache-2.0
// sharkreg-supervisor: stands between sharkreg and each program that it runs, so that whatever
// happens to either of them, no process is left behind. See supervision.h.
#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <signal.h>
#include <string>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "options.h"
#include "status.h"
#include "supervision.h"

namespace sharkreg::core {
namespace {

// Signals are at their defaults for the program's sake, and blocked, so that none but SIGKILL ends
// the supervisor, not even SIGPIPE; those that it acts on come through the returned descriptor.
int take_over_signals() {
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  sigset_t watched;
  sigemptyset(&watched);
  for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaddset(&watched, number);
  return signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
}

// False when the parent is dead already.
bool tie_to_parent(pid_t parent) {
  return prctl(PR_SET_PDEATHSIG, SIGHUP) == 0 && getppid() == parent;
}

int fail(const char* what) {
  std::fprintf(stderr, "sharkreg-supervisor: %s: %m\n", what);
  return 1;
}

int supervise(int argc, char** argv) {
  SupervisorOptions options;
  if (const auto error = parse_options(argc, argv, options)) {
    std::fprintf(stderr, "sharkreg-supervisor: %s\n%s", error->c_str(), supervisor_usage);
    return 2;
  }
  if (fcntl(options.status_fd, F_SETFD, FD_CLOEXEC) != 0) return fail("--status-fd");
  const int signal_fd = take_over_signals();
  if (signal_fd < 0) return fail("signalfd");
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return fail("PR_SET_CHILD_SUBREAPER");
  if (options.parent_pid && !tie_to_parent(*options.parent_pid)) return 1;

  const std::string line = format_status(Supervision(options, signal_fd).run());
  return write(options.status_fd, line.data(), line.size()) == std::ssize(line) ? 0 : 1;
}

}  // namespace
}  // namespace sharkreg::core

int main(int argc, char** argv) {
  return sharkreg::core::supervise(argc, argv);
}
