// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "execute/action_cache.h"
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
// those are removed. One whose result the cache knows is not launched: its outputs are put into that
// directory and placed likewise. Other files that it leaves are placed with the action's tag in their names, and
// linked under their plain names.
//
// Threads: all on the thread of the loop; blocking work on the loop's pool.
class ActionRunner final : public ActionStarter {
 public:
  // `loop`, `launcher` and `cache` must outlive it; `worker` is sharkreg-worker. Without a cache every
  // action runs.
  ActionRunner(EventLoop& loop, Launcher& launcher, std::filesystem::path worker,
               ActionCache* cache = nullptr);

  void run(std::shared_ptr<const CasePlan> plan, std::size_t action, Allotment allotment,
           Done done) override;
  void on_stall(Hangs hangs) override { hangs_ = std::move(hangs); }
  void interrupt() override;

 private:
  struct Running;

  void look_up(Running& running) const;
  void launch(std::shared_ptr<Running> running);
  LaunchRequest request_of(const Running& running) const;
  void place(std::shared_ptr<Running> running, Result<LaunchResult> launched);

  EventLoop& loop_;
  Launcher& launcher_;
  std::filesystem::path worker_;
  ActionCache* cache_;
  Hangs hangs_;
  bool interrupted_ = false;
};

}  // namespace sharkreg::core
