// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "execute/action_starter.h"
#include "execute/event_loop.h"
#include "execute/launcher.h"
#include "execute/results.h"
#include "plan/plan.h"

namespace sharkreg::core {

// Takes one action from its staging to its placed outputs. When which action may start is the
// executor's to decide.
//
// An action runs in a fresh directory below its output directory, into which its inputs are linked
// under their own names. When it succeeds its outputs replace those of earlier runs; when it fails
// those are removed. Other files that it leaves are placed with the action's tag in their names, and
// linked under their plain names.
//
// Threads: all on the thread of the loop; blocking work on the loop's pool.
class ActionRunner final : public ActionStarter {
 public:
  // `loop` and `launcher` must outlive it; `worker` is sharkreg-worker.
  ActionRunner(EventLoop& loop, Launcher& launcher, std::filesystem::path worker);

  void run(std::shared_ptr<const CasePlan> plan, std::size_t action, Allotment allotment,
           Done done) override;
  void interrupt() override;

 private:
  struct Running;

  void launch(std::shared_ptr<Running> running);
  void place(std::shared_ptr<Running> running, Result<LaunchResult> launched);

  EventLoop& loop_;
  Launcher& launcher_;
  std::filesystem::path worker_;
  bool interrupted_ = false;
};

}  // namespace sharkreg::core
