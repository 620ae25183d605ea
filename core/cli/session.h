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
#include "report/baseline.h"
#include "report/event.h"
#include "report/outcome.h"
#include "report/trace.h"

namespace sharkreg::core {

// Joins the stages: reads and plans case by case as the executor asks, has steps judged as they
// end, and tells all of it as events.
//
// Ownership: what it is made of must outlive it. Threads: the loop's, except conclude().
class Session final : public PlanSource, public ExecutionObserver {
 public:
  Session(Context& context, std::vector<CaseFile> files, LoadOptions load_options,
          const Planner& planner, const Judge& judge, EventSink& sink, TraceFile* trace);

  // Each step is told with how it stands against the baseline, which must outlive this.
  void compare_with(const Baseline& baseline, bool strict_xfail);

  std::shared_ptr<const CasePlan> next() override;
  void fetch_started(const CasePlan& plan, std::size_t artifact) override;
  void fetch_finished(const CasePlan& plan, std::size_t artifact) override;
  void action_started(const CasePlan& plan, std::size_t action) override;
  void action_waits(const CasePlan& plan, std::size_t action, const std::string& for_what) override;
  void worked(const CasePlan& plan, const WorkSpan& work) override;
  bool blames_device(const CasePlan& plan, std::size_t action, const ActionResult& result) override;
  bool hangs(const CasePlan& plan, std::size_t action, const ActionResult& result,
             const StallReport& stall) override;
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
  void finish(StepFinished record);

  Context& context_;
  std::deque<CaseFile> files_;
  LoadOptions load_options_;
  std::set<std::string> directories_;
  const Planner& planner_;
  const Judge& judge_;
  EventSink& sink_;
  TraceFile* trace_;  // or null
  Verdict last_verdict_ = Verdict::not_run;
  const Baseline* baseline_ = nullptr;
  bool strict_xfail_ = false;
  std::vector<Fetch> fetches_;
  Tally tally_;
};

}  // namespace sharkreg::core
