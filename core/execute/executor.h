// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "execute/action_cache.h"
#include "execute/action_starter.h"
#include "execute/estimates.h"
#include "execute/event_loop.h"
#include "execute/launcher.h"
#include "execute/results.h"
#include "execute/scheduler.h"
#include "plan/plan.h"
#include "store/artifact_store.h"

namespace sharkreg::core {

// Plans, one after the other, when the executor has room for more. Called on the loop's thread.
class PlanSource {
 public:
  virtual ~PlanSource() = default;
  virtual std::shared_ptr<const CasePlan> next() = 0;  // null: there are no more
};

// One thing that was done, when, and what it had meanwhile.
struct WorkSpan {
  enum class Kind { fetch, action, conclusion };
  Kind kind = Kind::action;
  std::size_t index = 0;                 // of the plan's artifact, action or step
  std::vector<std::size_t> slots;        // of this kind: CPU slots of an action, the one of others
  std::vector<Device> devices;           // of an action
  std::vector<std::size_t> places;       // of each device, among those that share it
  const ActionResult* result = nullptr;  // of an action
  std::chrono::steady_clock::time_point start;
  std::chrono::steady_clock::time_point end;
};

// Is told what happens. Called on the loop's thread, except where it is said otherwise.
class ExecutionObserver {
 public:
  virtual ~ExecutionObserver() = default;
  virtual void fetch_started(const CasePlan& plan, std::size_t artifact) = 0;
  virtual void fetch_finished(const CasePlan& plan, std::size_t artifact) = 0;
  virtual void action_started(const CasePlan& plan, std::size_t action) = 0;

  // All artifacts and actions of a step are settled. Called on threads of the pool, since judging
  // takes time, for several steps at once; may read what the results hold of this step and of the
  // compile step that it needs, or of the runs that it compares. What it returns is called on the
  // loop's thread; it may want the step done again after some time, as ExecutorOptions allow. Then
  // what is not there is fetched again, what failed is run again, and the step is concluded again;
  // at once, and with nothing done, if the executor is halted meanwhile.
  using Again = std::optional<std::chrono::milliseconds>;
  virtual std::function<Again()> conclude(const CasePlan& plan, std::size_t step,
                                          const CaseResults& results) = 0;

  // Whether an action that runs and makes no progress hangs: then it is stopped. `result` holds its
  // request and names. Called on a thread of the pool, at the same time as all others.
  virtual bool hangs(const CasePlan& /*plan*/, std::size_t /*action*/,
                     const ActionResult& /*result*/, const StallReport& /*stall*/) {
    return false;
  }

  // The action cannot start for something that is not this run's doing: "device X of acme, used by
  // process 4711". Told once as long as that does not change.
  virtual void action_waits(const CasePlan&, std::size_t /*action*/,
                            const std::string& /*for_what*/) {}

  // Nothing at all is begun, since another sharkreg process times something. Told once.
  virtual void held_up() {}

  // Each fetch, action and conclusion that took place, at its end; for a conclusion, after what it
  // returned was called.
  virtual void worked(const CasePlan&, const WorkSpan&) {}

  // An action that had devices has failed by itself. Whether it may be a device's fault. Called on a
  // thread of the pool.
  virtual bool blames_device(const CasePlan&, std::size_t /*action*/, const ActionResult&) {
    return false;
  }
};

// Asks whether a device can still be used: empty, or why it cannot. Called on threads of the pool;
// takes bounded time, whatever the device does.
using DeviceCheck = std::function<std::string(const std::string& backend, const Device& device)>;

struct ExecutorOptions {
  SchedulerOptions scheduling;           // of actions
  const Estimates* estimates = nullptr;  // null: nothing is known; must outlive the executor
  std::size_t fetch_jobs = 1;            // artifacts at a time
  std::size_t judge_jobs = 1;            // steps concluded at a time
  std::size_t open_cases = 256;          // plans held at a time
  std::filesystem::path worker;          // sharkreg-worker
  bool may_do_again = false;             // steps are concluded before others see what they made
  ActionCache* cache = nullptr;          // must outlive the executor; null: every action runs
  DeviceCheck check_device = {};         // null: devices are taken to be well
  const Clock* clock = nullptr;          // null: the system's; must outlive the executor
};

// Brings an artifact to its place; called on threads of the pool, for several at once. `done` is called
// once, by any thread, maybe after it has returned: then the next one can be fetched already.
using ProvideArtifact = std::function<void(const PlannedArtifact&, const std::stop_token&,
                                           std::function<void(Result<Provided>)> done)>;

// Runs the graphs of cases: brings artifacts, has actions run (action_runner.h) when it is their turn
// (scheduler.h), has steps concluded; all of it at once, as far as inputs and resources allow. Knows
// nothing of models, backends or verdicts.
//
// A device whose action ran out of time, crashed, or failed so that the observer blames the device,
// is given to nobody until it was checked. One that is not well gets no action any more; those that
// find no other fail at once, with the reason as their trouble.
//
// Threads: all on the thread of the loop; blocking work on the loop's pool.
class Executor {
 public:
  Executor(EventLoop& loop, Launcher& launcher, ArtifactStore& store, ExecutorOptions options);
  // `actions` must outlive it.
  Executor(EventLoop& loop, ActionStarter& actions, ProvideArtifact provide,
           ExecutorOptions options);
  ~Executor();

  // Runs until all plans are done, or interrupt() was called and what ran has ended. Steps of plans
  // that were taken from the source are concluded in any case.
  void run(PlanSource& source, ExecutionObserver& observer);

  // Starts nothing more, and lets the actions that run come to their ends. Plans are taken from the
  // source as before, and their steps concluded. Callable as interrupt().
  void finish_up();

  // Starts nothing more and stops what runs. Callable from within callbacks of the loop.
  void interrupt();

 private:
  class State;
  std::unique_ptr<ActionStarter> own_actions_;
  std::unique_ptr<State> state_;
};

}  // namespace sharkreg::core
