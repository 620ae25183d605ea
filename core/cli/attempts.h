// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "plan/plan.h"
#include "report/event.h"

namespace sharkreg::core {

// How long to wait before a step is done for the n-th time, n from 2: 1 s, 2 s, 4 s, … up to 60 s.
std::chrono::milliseconds wait_before(int attempt);

// Steps that are done again since broken infrastructure kept them from a verdict (--retries). What
// was found out about a program is never asked again: a wrong number stays one.
//
// Threads: one at a time.
class Attempts {
 public:
  using Wait = std::function<std::chrono::milliseconds(int attempt)>;

  explicit Attempts(int retries, Wait wait = wait_before)
      : retries_(retries), wait_(std::move(wait)) {}

  // A step came to this. If it is to be done again, returns after which time; else makes the record
  // say how often it was tried, and what came of the first attempt. `hopeless`: it is known that the
  // same would come again.
  std::optional<std::chrono::milliseconds> take(const CasePlan& plan, std::size_t step,
                                                StepFinished& record, bool hopeless = false);

  // Nothing is done again from now on.
  void stop() { retries_ = 0; }

 private:
  struct Earlier {
    int attempts = 0;
    StepFinished first;
    StepFinished last;
  };

  int retries_;
  Wait wait_;
  std::map<std::pair<const CasePlan*, std::size_t>, Earlier> earlier_;  // of steps that wait
};

}  // namespace sharkreg::core
