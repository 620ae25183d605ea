// SPDX-License-Identifier: Apache-2.0
#include "cli/session.h"

#include <algorithm>
#include <utility>

#include "base/verdict.h"
#include "cli/records.h"

namespace sharkreg::core {
namespace {

constexpr std::chrono::seconds slow_fetch{1};

}  // namespace

Session::Session(Context& context, std::vector<CaseFile> files, LoadOptions load_options,
                 const Planner& planner, Judge& judge, EventSink& sink)
    : context_(context),
      files_(files.begin(), files.end()),
      load_options_(std::move(load_options)),
      planner_(planner),
      judge_(judge),
      sink_(sink) {}

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

std::function<void()> Session::conclude(const CasePlan& plan, std::size_t step,
                                        const CaseResults& results) {
  StepFinished record =
      judged_step(context_, plan, plan.steps[step], results, judge_.judge(plan, step, results));
  return [this, record = std::move(record)] { finish(record); };
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
  auto plan = std::make_shared<const CasePlan>(planner_.plan(*loaded.test_case));
  sink_.on(case_planned(*plan));
  for (const PlannedStep& step : plan->steps) {
    if (step.foregone) finish(foregone_step(context_, *plan, step));
  }
  return plan;
}

void Session::announce(const CasePlan& plan, std::size_t step, std::string doing) {
  sink_.on(StepStarted{to_iso_text(context_.clock().now()), plan.model, plan.submodel,
                       plan.steps[step].name, std::move(doing)});
}

void Session::finish(const StepFinished& record) {
  tally_.add(record.verdict);
  sink_.on(record);
}

}  // namespace sharkreg::core
