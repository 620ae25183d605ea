// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/attempts.h"
#include "cli/context.h"
#include "cli/resumption.h"
#include "cli/run_options.h"
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
  // `resumption` and `trace` may be null.
  Session(Context& context, std::vector<CaseFile> files, LoadOptions load_options,
          RunOptions options, const Planner& planner, const Judge& judge, Resumption* resumption,
          EventSink& sink, TraceFile* trace);

  // Each step is told with how it stands against the baseline, which must outlive this.
  void compare_with(const Baseline& baseline) { baseline_ = &baseline; }

  // `stop` is called, once, when so many steps have failed that no more are to be started.
  void on_too_many_failures(std::function<void()> stop) { stop_ = std::move(stop); }

  std::shared_ptr<const CasePlan> next() override;
  void fetch_started(const CasePlan& plan, std::size_t artifact) override;
  void fetch_finished(const CasePlan& plan, std::size_t artifact) override;
  void action_started(const CasePlan& plan, std::size_t action) override;
  void action_waits(const CasePlan& plan, std::size_t action, const std::string& for_what) override;
  void held_up() override;
  void worked(const CasePlan& plan, const WorkSpan& work) override;
  bool blames_device(const CasePlan& plan, std::size_t action, const ActionResult& result) override;
  bool hangs(const CasePlan& plan, std::size_t action, const ActionResult& result,
             const StallReport& stall) override;
  std::function<Again()> conclude(const CasePlan& plan, std::size_t step,
                                  const CaseResults& results) override;

  // Tells of fetches that take a while: most are links to files that are here anyway.
  void announce_slow_fetches();

  const Tally& tally() const { return tally_; }
  std::size_t cases_left() const { return files_.size(); }
  bool is_stopped() const { return stopped_; }  // for too many failures

 private:
  struct Fetch {
    const CasePlan* plan;
    std::size_t artifact;
    std::chrono::steady_clock::time_point since;
    bool announced;
  };

  static std::size_t step_of(const Fetch& fetch);
  std::shared_ptr<const CasePlan> read_and_plan(const CaseFile& file);
  void require_modules(CasePlan& plan) const;
  void leave_stamp(const CasePlan& plan, const PlannedStep& step, StepFinished& record) const;
  Again conclude(const CasePlan& plan, std::size_t step, StepFinished record, bool hopeless);
  void announce(const CasePlan& plan, std::size_t step, std::string doing);
  void finish(StepFinished record);
  void tell(StepFinished& record);
  void count_failure(const StepFinished& record);

  Context& context_;
  std::deque<CaseFile> files_;
  LoadOptions load_options_;
  RunOptions options_;
  std::set<std::string> directories_;
  const Planner& planner_;
  const Judge& judge_;
  Resumption* resumption_;
  EventSink& sink_;
  TraceFile* trace_;
  const Baseline* baseline_ = nullptr;
  Verdict last_verdict_ = Verdict::not_run;  // for the trace
  std::vector<Fetch> fetches_;
  Tally tally_;
  Attempts attempts_;
  std::function<void()> stop_;
  int failures_ = 0;
  bool stopped_ = false;
};

}  // namespace sharkreg::core
