// SPDX-License-Identifier: Apache-2.0
#include "cli/session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "base/verdict.h"
#include "cli/module_stamp.h"
#include "cli/records.h"
#include "cli/repeat.h"
#include "cli/tracing.h"

namespace sharkreg::core {
namespace {

constexpr std::chrono::seconds slow_fetch{1};

}  // namespace

Session::Session(Context& context, std::vector<CaseFile> files, LoadOptions load_options,
                 RunOptions options, const Planner& planner, const Judge& judge,
                 Resumption* resumption, EventSink& sink, TraceFile* trace)
    : context_(context),
      files_(files.begin(), files.end()),
      load_options_(std::move(load_options)),
      options_(std::move(options)),
      planner_(planner),
      judge_(judge),
      resumption_(resumption),
      sink_(sink),
      trace_(trace),
      attempts_(options_.retries) {}

std::shared_ptr<const CasePlan> Session::next() {
  if (files_.empty()) return nullptr;
  const CaseFile file = files_.front();
  files_.pop_front();
  return read_and_plan(file);
}

void Session::fetch_started(const CasePlan& plan, std::size_t artifact) {
  fetches_.push_back({&plan, artifact, context_.clock().steady(), false});
}

void Session::fetch_finished(const CasePlan& plan, std::size_t artifact) {
  std::erase_if(fetches_, [&](const Fetch& fetch) {
    if (fetch.plan != &plan || fetch.artifact != artifact) return false;
    if (fetch.announced) announce(plan, step_of(fetch), "waiting");
    return true;
  });
}

void Session::announce_slow_fetches() {
  for (Fetch& fetch : fetches_) {
    if (fetch.announced || context_.clock().steady() - fetch.since < slow_fetch) continue;
    fetch.announced = true;
    announce(*fetch.plan, step_of(fetch),
             "fetching " + fetch.plan->artifacts[fetch.artifact].source.file_name);
  }
}

void Session::action_started(const CasePlan& plan, std::size_t action) {
  announce(plan, plan.actions[action].step, plan.actions[action].action.name);
}

void Session::action_waits(const CasePlan& plan, std::size_t action, const std::string& for_what) {
  announce(plan, plan.actions[action].step, "waiting for " + for_what);
}

void Session::held_up() {
  sink_.on(RunNote{"waiting for another sharkreg process, which times something"});
}

void Session::worked(const CasePlan& plan, const WorkSpan& work) {
  if (trace_ == nullptr) return;
  trace_->add(trace_span(plan, work));
  if (work.kind != WorkSpan::Kind::conclusion) return;
  trace_->judged(plan.name(), plan.steps[work.index].name, std::string(name_of(last_verdict_)));
}

bool Session::blames_device(const CasePlan& plan, std::size_t action, const ActionResult& result) {
  return judge_.blames_device(plan, action, result);
}

bool Session::hangs(const CasePlan& plan, std::size_t action, const ActionResult& result,
                    const StallReport& stall) {
  return judge_.hangs(plan, action, result, stall);
}

std::function<ExecutionObserver::Again()> Session::conclude(const CasePlan& plan, std::size_t step,
                                                            const CaseResults& results) {
  const PlannedStep& planned = plan.steps[step];
  StepFinished record =
      judged_step(context_, plan, planned, results, judge_.judge(plan, step, results));
  leave_stamp(plan, planned, record);
  const bool hopeless = std::ranges::any_of(
      planned.actions, [&](std::size_t action) { return results.actions[action].refused; });
  return [this, &plan, step, hopeless, record = std::move(record)]() mutable {
    return conclude(plan, step, std::move(record), hopeless);
  };
}

ExecutionObserver::Again Session::conclude(const CasePlan& plan, std::size_t step,
                                           StepFinished record, bool hopeless) {
  last_verdict_ = record.verdict;
  const std::string sentence = record.sentence;
  if (const Again again = attempts_.take(plan, step, record, hopeless)) {
    announce(plan, step,
             fmt::format("waiting {} to do it again: {}",
                         human_duration(std::chrono::duration<double>(*again).count()), sentence));
    return again;
  }
  finish(std::move(record));
  return std::nullopt;
}

// For the machine that runs what was compiled here, or in the run that is resumed.
void Session::leave_stamp(const CasePlan& plan, const PlannedStep& step,
                          StepFinished& record) const {
  if (planner_.options().stage != StageChoice::compile || step.stage != Stage::compile) return;
  if (record.verdict != Verdict::pass && record.verdict != Verdict::xpass) return;
  if (const auto written = write_stamp(plan, step); !written) {
    record.verdict = Verdict::infrastructure;
    record.sentence = written.error().message;
  }
}

// The first step that needs what is fetched.
std::size_t Session::step_of(const Fetch& fetch) {
  const auto& steps = fetch.plan->steps;
  const auto found = std::ranges::find_if(steps, [&](const PlannedStep& step) {
    return std::ranges::find(step.artifacts, fetch.artifact) != step.artifacts.end();
  });
  return static_cast<std::size_t>(found - steps.begin());
}

// A plan without steps for a file that cannot be read as a case.
std::shared_ptr<const CasePlan> Session::read_and_plan(const CaseFile& file) {
  LoadedCase loaded = load_case(file, load_options_);
  const std::string directory = directory_name(file.model, file.submodel);
  if (loaded.test_case && !directories_.insert(directory).second) {
    loaded.test_case.reset();
    loaded.diagnostics.push_back({Diagnostic::Severity::error, file.path, "",
                                  "the files of " + directory + " are another model's as well",
                                  "a model and submodel whose joined names are unique"});
  }
  if (!loaded.test_case) {
    finish(invalid_case(context_, file, loaded.diagnostics));
    return std::make_shared<const CasePlan>();
  }
  for (const Diagnostic& warning : loaded.diagnostics) {
    sink_.on(RunNote{"warning: " + to_text(warning)});
  }
  auto plan = std::make_shared<CasePlan>(planner_.plan(*loaded.test_case));
  if (planner_.options().stage == StageChoice::run) require_modules(*plan);
  auto taken_over =
      resumption_ == nullptr ? std::vector<StepFinished>() : resumption_->take_over(*plan);
  sink_.on(case_planned(*plan));
  for (StepFinished& record : taken_over) {
    leave_stamp(*plan, *std::ranges::find(plan->steps, record.step, &PlannedStep::name), record);
    tell(record);
  }
  for (const PlannedStep& step : plan->steps) {
    if (step.foregone && !step.left_out) finish(foregone_step(context_, *plan, step));
  }
  return plan;
}

// Lets runs take what lies in the output directory, if that is what they need.
void Session::require_modules(CasePlan& plan) const {
  for (std::size_t index = 0; index < plan.steps.size(); ++index) {
    PlannedStep& compile = plan.steps[index];
    if (!compile.left_out || compile.foregone) continue;
    const auto trouble =
        trouble_with_modules(plan, compile, compile_command(context_, plan, compile));
    if (!trouble) {
      compile.done_before = true;
      continue;
    }
    for (PlannedStep& step : plan.steps) {
      if (step.compile_step == index && !step.foregone) step.foregone = trouble;
    }
    for (PlannedStep& step : plan.steps) {
      if (step.stage != Stage::repeat || step.foregone || step.target != compile.target ||
          step.backend != compile.backend) {
        continue;
      }
      step.foregone = {Verdict::blocked, "the runs cannot be done", {}, {}};
    }
  }
}

void Session::announce(const CasePlan& plan, std::size_t step, std::string doing) {
  sink_.on(StepStarted{to_iso_text(context_.clock().now()), plan.model, plan.submodel,
                       plan.steps[step].name, std::move(doing)});
}

void Session::finish(StepFinished record) {
  if (stopped_ && record.verdict == Verdict::not_run && record.actions.empty()) {
    record.sentence = "not started: " + options_.stopped_by + " ended the run";
  }
  tell(record);
  count_failure(record);
}

void Session::tell(StepFinished& record) {
  if (baseline_ != nullptr) baseline_->mark(record, options_.strict_xfail);
  tally_.add(record.verdict, is_known_failure(record));
  tally_.add_findings(record.findings.size());
  sink_.on(record);
}

void Session::count_failure(const StepFinished& record) {
  const bool fails =
      fails_the_run(record.verdict, options_.strict_xfail) && !is_known_failure(record);
  if (!options_.max_failures || (!fails && record.findings.empty())) return;
  if (++failures_ < *options_.max_failures || stopped_) return;
  stopped_ = true;
  attempts_.stop();
  if (stop_) stop_();
}

}  // namespace sharkreg::core
