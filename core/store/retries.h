// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <stop_token>

#include <sharkreg/failure.h>

namespace sharkreg::core {

// How long and how often a transfer is tried.
struct TransferLimits {
  int attempts = 6;                           // in a row without a byte between them
  std::chrono::milliseconds first_wait{500};  // doubled each time, at most longest_wait
  std::chrono::milliseconds longest_wait{30'000};
  std::chrono::milliseconds total{std::chrono::hours(6)};  // for one artifact
  // For one artifact. Over a distance each carries no more than TCP's window in a round trip.
  int connections = 8;
};

// Decides after a failure whether to try again, and waits: exponential back-off with jitter (each
// wait is half to all of its length, at random), or as long as the server said.
//
// Threads: one at a time.
class Retries {
 public:
  Retries(const TransferLimits& limits, std::stop_token stop);

  // True when it may be tried again, after the wait. False: the failure is not of a kind that
  // passes, it failed too often, there is no time left, or somebody stopped it.
  bool wait_after(const Failure& failure);

  // Something came: the next failure is the first again.
  void progressed() { failures_ = 0; }

  int failures() const { return failures_; }

 private:
  TransferLimits limits_;
  std::stop_token stop_;
  std::chrono::steady_clock::time_point end_;
  int failures_ = 0;
};

}  // namespace sharkreg::core
