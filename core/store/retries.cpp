// SPDX-License-Identifier: Apache-2.0
#include "store/retries.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

namespace sharkreg::core {
namespace {

using std::chrono::milliseconds;

milliseconds with_jitter(milliseconds wait) {
  thread_local std::minstd_rand random(std::random_device{}());
  return milliseconds(std::uniform_int_distribution<milliseconds::rep>(
      wait.count() / 2, std::max<milliseconds::rep>(wait.count(), 1))(random));
}

// False when it was stopped.
bool sleep(milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any waiting;
  waiting.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

Retries::Retries(const TransferLimits& limits, std::stop_token stop)
    : limits_(limits),
      stop_(std::move(stop)),
      end_(std::chrono::steady_clock::now() + limits.total) {}

bool Retries::wait_after(const Failure& failure) {
  if (failure.kind() != Failure::Kind::failed || stop_.stop_requested()) return false;
  if (++failures_ >= limits_.attempts) return false;
  milliseconds wait = limits_.first_wait;
  for (int time = 1; time < failures_ && wait < limits_.longest_wait; ++time) wait *= 2;
  wait = with_jitter(std::min(wait, limits_.longest_wait));
  // A server that names a time is asked no sooner.
  wait = std::max(wait, failure.retry_after());
  if (std::chrono::steady_clock::now() + wait > end_) return false;
  return sleep(wait, stop_);
}

}  // namespace sharkreg::core
