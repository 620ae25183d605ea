// SPDX-License-Identifier: Apache-2.0
#include "supervision.h"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <signal.h>
#include <string>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process_tree.h"
#include "usage.h"

namespace sharkreg::core {
namespace {

int count_living(const std::vector<Process>& processes) {
  return static_cast<int>(std::count_if(processes.begin(), processes.end(),
                                        [](const Process& process) { return !process.zombie; }));
}

std::int64_t to_microseconds(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
}

}  // namespace

Supervision::Supervision(const SupervisorOptions& options, int signal_fd)
    : options_(options),
      signal_fd_(signal_fd),
      started_(Clock::now()),
      out_of_memory_kills_(out_of_memory_kills()),
      group_(options.control_group, options.memory_limit),
      program_(options, group_),
      watch_(options_, group_, started_),
      deadline_(options.time_limit.count() > 0 ? started_ + options.time_limit
                                               : Clock::time_point::max()) {}

SupervisorStatus Supervision::run() {
  while (reap() && advance()) wait_for_signal();
  if (const auto error = program_.start_error(); error && (program_.pid() == 0 || program_ended_)) {
    status_.exit_status.reset();
    status_.start_error = error->number;
    status_.start_step = error->step;
  }
  record_usage();
  watch_.finish(status_);
  return status_;
}

bool Supervision::reap() {
  while (true) {
    int wait_status = 0;
    const pid_t pid = wait4(-1, &wait_status, WNOHANG, nullptr);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) return false;
    if (pid == 0) return true;
    someone_ended_ = true;
    if (pid == program_.pid()) record_end(wait_status);
  }
}

void Supervision::look(Clock::time_point now) {
  const ReachedLimit limit = watch_.look(now);
  const bool running = phase_ == Phase::running;
  if (running) status_.limit = limit;
  if (limit == ReachedLimit::memory) return kill_all();  // it could not even clean up without more
  if (!running) return;
  if (limit != ReachedLimit::none) {
    stop(options_.grace);
  } else if (const auto stall = watch_.stall(now)) {
    const std::string line = format_stall(*stall);
    // A host that does not read loses the report: it has no use for it.
    [[maybe_unused]] const ssize_t written = write(options_.status_fd, line.data(), line.size());
  }
}

bool Supervision::advance() {
  const Clock::time_point now = Clock::now();
  if (phase_ != Phase::killing && abandoned_) {
    kill_all();
  } else if (phase_ == Phase::running && program_ended_) {
    status_.leftover = count_living(descendants_of(getpid(), read_processes()));
    kill_all();
  } else if (phase_ == Phase::running && unanswered_requests_ > 0) {
    status_.terminated = true;
    stop(options_.terminate_grace);
  } else if (phase_ == Phase::running && now >= deadline_) {
    status_.timed_out = true;
    stop(options_.grace);
  } else if (phase_ == Phase::stopping && unanswered_requests_ > 0) {
    // A first request shortens the grace of a time limit, any further one ends it.
    const auto grace = status_.terminated ? std::chrono::milliseconds(0) : options_.terminate_grace;
    status_.terminated = true;
    deadline_ = std::min(deadline_, now + grace);
    if (now >= deadline_) kill_all();
  } else if (phase_ == Phase::stopping && now >= deadline_) {
    kill_all();
  } else if (phase_ == Phase::killing && now >= deadline_) {
    status_.survivors = count_living(descendants_of(getpid(), read_processes()));
    return false;
  } else if (phase_ == Phase::killing && someone_ended_) {
    kill_all();
  }
  if (phase_ != Phase::killing) look(now);
  unanswered_requests_ = 0;
  return true;
}

void Supervision::stop(std::chrono::milliseconds grace) {
  phase_ = Phase::stopping;
  deadline_ = Clock::now() + grace;
  const std::vector<Process> all = descendants_of(getpid(), read_processes());
  signal_groups(all, SIGTERM);
  signal_groups(all, SIGCONT);  // a stopped process could not act on the first
}

void Supervision::kill_all() {
  if (phase_ != Phase::killing) {
    phase_ = Phase::killing;
    deadline_ = Clock::now() + options_.kill_wait;
  }
  someone_ended_ = false;
  // The program's own group also without /proc; as long as nobody waited for it, its identifier
  // belongs to nobody else.
  if (!program_ended_ && program_.pid() > 0) kill(-program_.pid(), SIGKILL);
  group_.kill();
  signal_groups(descendants_of(getpid(), read_processes()), SIGKILL);
}

void Supervision::wait_for_signal() {
  pollfd ready{signal_fd_, POLLIN, 0};
  timespec timeout{};
  const Clock::time_point next =
      phase_ == Phase::killing ? deadline_ : std::min(deadline_, watch_.next_look());
  const auto left = std::chrono::nanoseconds(next - Clock::now()).count();
  if (left > 0) {
    timeout.tv_sec = left / 1'000'000'000;
    timeout.tv_nsec = left % 1'000'000'000;
  }
  if (ppoll(&ready, 1, &timeout, nullptr) <= 0) return;

  signalfd_siginfo signal{};
  while (read(signal_fd_, &signal, sizeof signal) == sizeof signal) {
    if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT) ++unanswered_requests_;
    if (signal.ssi_signo == SIGHUP) abandoned_ = true;
  }
}

void Supervision::record_end(int wait_status) {
  program_ended_ = true;
  const auto wall = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started_);
  status_.wall_us = wall.count();
  if (WIFEXITED(wait_status)) status_.exit_status = WEXITSTATUS(wait_status);
  if (WIFSIGNALED(wait_status)) status_.signal = WTERMSIG(wait_status);
  status_.out_of_memory = status_.signal == SIGKILL && phase_ == Phase::running &&
                          out_of_memory_kills() > out_of_memory_kills_;
}

void Supervision::record_usage() {
  rusage usage{};
  if (getrusage(RUSAGE_CHILDREN, &usage) != 0) return;
  status_.user_us = to_microseconds(usage.ru_utime);
  status_.system_us = to_microseconds(usage.ru_stime);
  status_.max_rss_kib = usage.ru_maxrss;
}

}  // namespace sharkreg::core
