// SPDX-License-Identifier: Apache-2.0
// The seam between what decides when an action starts and what takes it through. ActionRunner is the
// real thing.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "execute/results.h"
#include "plan/plan.h"

namespace sharkreg::core {

// What an action was given for its time.
struct Allotment {
  std::vector<Device> devices;
  bool serial = false;  // it gets its serial arguments: others keep the processors busy
};

class ActionStarter {
 public:
  using Done = std::function<void(ActionResult)>;

  // Whether an action that runs and makes no progress hangs; the result holds its request and names.
  // Called on a thread of the pool, also after the end of the action.
  using Hangs = std::function<bool(const CasePlan& plan, std::size_t action,
                                   const ActionResult& result, const StallReport& stall)>;

  virtual ~ActionStarter() = default;

  // Runs an action whose inputs are there, with what it was given, and calls `done` on the loop,
  // later. All actions must be done before its end. To be called on the thread of the loop.
  virtual void run(std::shared_ptr<const CasePlan> plan, std::size_t action, Allotment allotment,
                   Done done) = 0;

  // Who is asked from now on; without, actions may stall until their time is over.
  virtual void on_stall(Hangs /*hangs*/) {}

  // Stops what runs and lets nothing begin any more: those actions end as interrupted.
  virtual void interrupt() = 0;
};

}  // namespace sharkreg::core
