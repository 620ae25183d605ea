// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "execute/event_loop.h"
#include "execute/launcher.h"
#include "execute/results.h"
#include "plan/plan.h"
#include "store/artifact_store.h"

namespace sharkreg::core {

// Plans, one after the other, when the executor has room for more. Called on the loop's thread.
class PlanSource {
 public:
  virtual ~PlanSource() = default;
  virtual std::shared_ptr<const CasePlan> next() = 0;  // null: there are no more
};

// Is told what happens. Called on the loop's thread, except conclude().
class ExecutionObserver {
 public:
  virtual ~ExecutionObserver() = default;
  virtual void fetch_started(const CasePlan& plan, std::size_t artifact) = 0;
  virtual void fetch_finished(const CasePlan& plan, std::size_t artifact) = 0;
  virtual void action_started(const CasePlan& plan, std::size_t action) = 0;

  // All artifacts and actions of a step are settled. Called on a thread of the pool, since judging
  // takes time, for one step at a time; may read what the results hold of this step and of the
  // compile step that it needs, or of the runs that it compares. What it returns is called on the
  // loop's thread; it may want the step done again after some time, as ExecutorOptions allow. Then
  // what is not there is fetched again, what failed is run again, and the step is concluded again;
  // at once, and with nothing done, if the executor is halted meanwhile.
  using Again = std::optional<std::chrono::milliseconds>;
  virtual std::function<Again()> conclude(const CasePlan& plan, std::size_t step,
                                          const CaseResults& results) = 0;
};

struct ExecutorOptions {
  std::size_t jobs = 1;          // actions at a time
  std::size_t fetch_jobs = 1;    // artifacts at a time
  std::size_t open_cases = 64;   // plans held at a time
  std::filesystem::path worker;  // sharkreg-worker
  bool may_do_again = false;     // steps are concluded before others see what they made
};

// Runs the graphs of cases: brings artifacts, has actions run (action_runner.h). Knows nothing of models, backends or verdicts.
//
// Threads: all on the thread of the loop; blocking work on the loop's pool.
class Executor {
 public:
  Executor(EventLoop& loop, Launcher& launcher, ArtifactStore& store, ExecutorOptions options);
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
  std::unique_ptr<State> state_;
};

}  // namespace sharkreg::core
