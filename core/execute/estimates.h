// SPDX-License-Identifier: Apache-2.0
// The seam between the scheduler and what is remembered of earlier runs.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "plan/plan.h"

namespace sharkreg::core {

// What an action needed before.
struct Estimate {
  std::chrono::milliseconds wall{0};
  std::uint64_t peak_rss_bytes = 0;
  std::int64_t samples = 0;  // executions that it was made from
};

// What is known of actions before they run. Absent: nothing, it has never run to a success.
//
// Threads: asked on the loop's thread, for each action, so an answer takes microseconds.
class Estimates {
 public:
  virtual ~Estimates() = default;

  // `action`: an index of plan.actions.
  virtual std::optional<Estimate> of(const CasePlan& plan, std::size_t action) const = 0;
};

// Knows nothing: the first run ever, and tests.
class NoEstimates final : public Estimates {
 public:
  std::optional<Estimate> of(const CasePlan&, std::size_t) const override { return std::nullopt; }
};

}  // namespace sharkreg::core
