// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/context.h"
#include "execute/executor.h"
#include "judge/judge.h"
#include "plan/planner.h"
#include "report/event.h"
#include "report/outcome.h"

namespace sharkreg::core {

// Joins the stages: reads and plans case by case as the executor asks, has steps judged as they
// end, and tells all of it as events.
//
// Ownership: what it is made of must outlive it. Threads: the loop's, except conclude().
class Session final : public PlanSource, public ExecutionObserver {
 public:
  Session(Context& context, std::vector<CaseFile> files, LoadOptions load_options,
          const Planner& planner, Judge& judge, EventSink& sink);

  std::shared_ptr<const CasePlan> next() override;
  void fetch_started(const CasePlan& plan, std::size_t artifact) override;
  void fetch_finished(const CasePlan& plan, std::size_t artifact) override;
  void action_started(const CasePlan& plan, std::size_t action) override;
  std::function<void()> conclude(const CasePlan& plan, std::size_t step,
                                 const CaseResults& results) override;

  // Tells of fetches that take a while: most are links to files that are here anyway.
  void announce_slow_fetches();

  const Tally& tally() const { return tally_; }
  std::size_t cases_left() const { return files_.size(); }

 private:
  struct Fetch {
    const CasePlan* plan;
    std::size_t artifact;
    std::chrono::steady_clock::time_point since;
    bool announced;
  };

  static std::size_t step_of(const Fetch& fetch);
  std::shared_ptr<const CasePlan> read_and_plan(const CaseFile& file);
  void announce(const CasePlan& plan, std::size_t step, std::string doing);
  void finish(const StepFinished& record);

  Context& context_;
  std::deque<CaseFile> files_;
  LoadOptions load_options_;
  std::set<std::string> directories_;
  const Planner& planner_;
  Judge& judge_;
  EventSink& sink_;
  std::vector<Fetch> fetches_;
  Tally tally_;
};

}  // namespace sharkreg::core
