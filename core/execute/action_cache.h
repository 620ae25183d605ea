// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "execute/launcher.h"
#include "execute/results.h"
#include "execute/staging.h"
#include "plan/plan.h"

namespace sharkreg::core {

// What a cache needs to know again when the action has run. Its own matter.
class CacheTicket {
 public:
  virtual ~CacheTicket() = default;
};

// What a cache knew of an action that is staged.
struct CacheAnswer {
  // Present: the outputs are in the action's directory and what it printed in its logs, as if it had
  // run.
  std::optional<CacheHit> hit;
  // Null: what the action leaves is not wanted.
  std::shared_ptr<const CacheTicket> ticket;
  std::vector<std::string> notes;  // for people: trouble, or why it has to run
};

// What came of showing a cache what an action left.
struct CacheVerdict {
  std::vector<std::string> notes;
  std::vector<std::string> findings;  // it should have left the same as before, and did not
};

// The seam between the executor and what remembers results of actions. Any trouble of a cache is a
// miss.
//
// Threads: any.
class ActionCache {
 public:
  virtual ~ActionCache() = default;

  virtual CacheAnswer look_up(const CasePlan& plan, std::size_t action, const StagedAction& staged,
                              const std::vector<Device>& devices) = 0;

  // The action succeeded; what it left is still in its directory, with all its outputs.
  virtual CacheVerdict keep(const CacheTicket& ticket, const CasePlan& plan, std::size_t action,
                            const StagedAction& staged, const LaunchResult& launched) = 0;
};

}  // namespace sharkreg::core
