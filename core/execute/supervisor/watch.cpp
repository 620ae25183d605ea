// SPDX-License-Identifier: Apache-2.0
#include "watch.h"

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

#include "usage.h"

namespace sharkreg::core {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr milliseconds shortest_period{10};
constexpr milliseconds period_with_limits{100};
constexpr milliseconds longest_period{1000};

// A program that waits wakes up now and then, and uses some time for that.
constexpr std::int64_t idle_share = 100;

// The kernel's unit of time in /proc.
constexpr std::int64_t least_cpu_us = 10'000;

bool same_file(int first, int second) {
  struct stat a {};
  struct stat b {};
  return fstat(first, &a) == 0 && fstat(second, &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

std::int64_t in_microseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration_cast<microseconds>(time).count();
}

}  // namespace

Watch::Watch(const SupervisorOptions& options, const ControlGroup& group, Clock::time_point started)
    : options_(options),
      group_(group),
      started_(started),
      next_look_(started + shortest_period),
      next_usage_(next_look_),
      period_(shortest_period),
      output_(STDOUT_FILENO, options.output_limit, !options.keep_output),
      errors_(STDERR_FILENO, same_file(STDOUT_FILENO, STDERR_FILENO) ? 0 : options.output_limit,
              true),
      progress_(started),
      asked_(started) {}

ReachedLimit Watch::look(Clock::time_point now) {
  if (now < next_look_) return ReachedLimit::none;
  look_at_output();
  ReachedLimit reached = ReachedLimit::none;
  if (now >= next_usage_) {
    reached = look_at_usage(now);
    const bool limited = options_.memory_limit || options_.cpu_limit.count() > 0;
    period_ = std::min(period_ * 2, limited ? period_with_limits : longest_period);
    next_usage_ = now + (looks_beyond_memory_ > 0 ? shortest_period : period_);
  }
  next_look_ = std::min(next_usage_, now + (floods_ ? shortest_period : period_with_limits));
  return output_within_limit() ? reached : ReachedLimit::output;
}

void Watch::look_at_output() {
  const std::int64_t before = output_.size() + errors_.size();
  output_.bound();
  errors_.bound();
  floods_ = options_.output_limit > 0 &&
            output_.size() + errors_.size() - before > options_.output_limit / 8;
}

ReachedLimit Watch::look_at_usage(Clock::time_point now) {
  const std::vector<pid_t> processes = living_descendants();
  const Usage usage = usage_of(processes);
  // A child whose parent does not wait for it takes its time along.
  cpu_us_ = std::max(cpu_us_, usage.cpu_us);
  note_progress(now);
  if (beyond_memory_limit(processes, usage.memory_kib)) return ReachedLimit::memory;
  peak_memory_kib_ = std::max(peak_memory_kib_, usage.memory_kib);
  const std::int64_t cpu_limit = microseconds(options_.cpu_limit).count();
  return cpu_limit > 0 && cpu_us_ > cpu_limit ? ReachedLimit::cpu : ReachedLimit::none;
}

// At two looks, one after the other: between vfork and exec, parent and child are one memory that is
// counted twice.
bool Watch::beyond_memory_limit(const std::vector<pid_t>& processes, std::int64_t bound) {
  if (!options_.memory_limit || group_.holds_memory() || bound * 1024 <= *options_.memory_limit) {
    looks_beyond_memory_ = 0;
    return false;
  }
  const std::int64_t exact = exact_memory_kib(processes);
  if (exact * 1024 <= *options_.memory_limit) {
    looks_beyond_memory_ = 0;
    return false;
  }
  if (++looks_beyond_memory_ < 2) return false;
  peak_memory_kib_ = exact;
  return true;
}

void Watch::note_progress(Clock::time_point now) {
  const std::int64_t printed = output_.size() + errors_.size();
  const std::int64_t idle_us = in_microseconds(now - progress_) / idle_share;
  if (printed == printed_then_ && cpu_us_ - cpu_us_then_ <= std::max(least_cpu_us, idle_us)) return;
  progress_ = asked_ = now;
  printed_then_ = printed;
  cpu_us_then_ = cpu_us_;
}

std::optional<StallStatus> Watch::stall(Clock::time_point now) {
  if (options_.stall_after.count() == 0 || now - asked_ < options_.stall_after) return std::nullopt;
  asked_ = now;
  return StallStatus{in_microseconds(now - progress_) / 1000, in_microseconds(now - started_),
                     cpu_us_};
}

void Watch::finish(SupervisorStatus& status) {
  status.output_left_out = output_.finish();
  status.errors_left_out = errors_.finish();
  const bool ended_by_itself =
      !status.timed_out && !status.terminated && status.limit == ReachedLimit::none;
  if (ended_by_itself && !output_within_limit()) status.limit = ReachedLimit::output;
  if (ended_by_itself && group_.reached_memory_limit()) {
    status.limit = ReachedLimit::memory;
    peak_memory_kib_ = group_.peak_memory_kib();
  }
  // With the pages of files that it had mapped, a process may have had more than the limit is about.
  status.memory_kib = status.limit == ReachedLimit::memory
                          ? peak_memory_kib_
                          : std::max(peak_memory_kib_, status.max_rss_kib);
}

}  // namespace sharkreg::core
