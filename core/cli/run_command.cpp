// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <memory>
#include <set>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/files.h"
#include "base/verdict.h"
#include "cli/commands.h"
#include "cli/comparators.h"
#include "cli/pinning.h"
#include "cli/records.h"
#include "cli/reporting.h"
#include "cli/scheduling.h"
#include "cli/tracing.h"
#include "execute/event_loop.h"
#include "execute/executor.h"
#include "execute/process_launcher.h"
#include "judge/judge.h"
#include "report/outcome.h"

namespace sharkreg::core {
namespace {

constexpr std::chrono::seconds slow_fetch{1};

// "20260203-040506-1234": sorts by time, unique on a machine.
std::string new_run_id(const Clock& clock) {
  std::string id;
  for (const char c : to_iso_text(clock.now()).substr(0, 19)) {
    if (c == 'T') id += '-';
    if (c >= '0' && c <= '9') id += c;
  }
  return fmt::format("{}-{}", id, ::getpid());
}

// Joins the stages: reads and plans case by case as the executor asks, has steps judged as they
// end, and tells all of it as events.
class Session final : public PlanSource, public ExecutionObserver {
 public:
  Session(Context& context, std::vector<CaseFile> files, LoadOptions load_options,
          const Planner& planner, const Judge& judge, EventSink& sink, TraceFile* trace)
      : context_(context),
        files_(files.begin(), files.end()),
        load_options_(std::move(load_options)),
        planner_(planner),
        judge_(judge),
        sink_(sink),
        trace_(trace) {}

  std::shared_ptr<const CasePlan> next() override {
    if (files_.empty()) return nullptr;
    const CaseFile file = files_.front();
    files_.pop_front();
    return read_and_plan(file);
  }

  void fetch_started(const CasePlan& plan, std::size_t artifact) override {
    fetches_.push_back({&plan, artifact, context_.clock().steady(), false});
  }

  void fetch_finished(const CasePlan& plan, std::size_t artifact) override {
    std::erase_if(fetches_, [&](const Fetch& fetch) {
      if (fetch.plan != &plan || fetch.artifact != artifact) return false;
      if (fetch.announced) announce(plan, step_of(fetch), "waiting");
      return true;
    });
  }

  // Tells of fetches that take a while: most are links to files that are here anyway.
  void announce_slow_fetches() {
    for (Fetch& fetch : fetches_) {
      if (fetch.announced || context_.clock().steady() - fetch.since < slow_fetch) continue;
      fetch.announced = true;
      announce(*fetch.plan, step_of(fetch),
               "fetching " + fetch.plan->artifacts[fetch.artifact].source.file_name);
    }
  }

  void action_started(const CasePlan& plan, std::size_t action) override {
    announce(plan, plan.actions[action].step, plan.actions[action].action.name);
  }

  void action_waits(const CasePlan& plan, std::size_t action,
                    const std::string& for_what) override {
    announce(plan, plan.actions[action].step, "waiting for " + for_what);
  }

  void worked(const CasePlan& plan, const WorkSpan& work) override {
    if (trace_ == nullptr) return;
    trace_->add(trace_span(plan, work));
    if (work.kind != WorkSpan::Kind::conclusion) return;
    trace_->judged(plan.name(), plan.steps[work.index].name, std::string(name_of(last_verdict_)));
  }

  bool blames_device(const CasePlan& plan, std::size_t action,
                     const ActionResult& result) override {
    return judge_.blames_device(plan, action, result);
  }

  std::function<void()> conclude(const CasePlan& plan, std::size_t step,
                                 const CaseResults& results) override {
    StepFinished record =
        judged_step(context_, plan, plan.steps[step], results, judge_.judge(plan, step, results));
    return [this, record = std::move(record)] { finish(record); };
  }

  const Tally& tally() const { return tally_; }
  std::size_t cases_left() const { return files_.size(); }

 private:
  struct Fetch {
    const CasePlan* plan;
    std::size_t artifact;
    std::chrono::steady_clock::time_point since;
    bool announced;
  };

  // The first step that needs what is fetched.
  static std::size_t step_of(const Fetch& fetch) {
    const auto& steps = fetch.plan->steps;
    const auto found = std::ranges::find_if(steps, [&](const PlannedStep& step) {
      return std::ranges::find(step.artifacts, fetch.artifact) != step.artifacts.end();
    });
    return static_cast<std::size_t>(found - steps.begin());
  }

  // A plan without steps for a file that cannot be read as a case.
  std::shared_ptr<const CasePlan> read_and_plan(const CaseFile& file) {
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

  void announce(const CasePlan& plan, std::size_t step, std::string doing) {
    sink_.on(StepStarted{to_iso_text(context_.clock().now()), plan.model, plan.submodel,
                         plan.steps[step].name, std::move(doing)});
  }

  void finish(const StepFinished& record) {
    tally_.add(record.verdict);
    last_verdict_ = record.verdict;
    sink_.on(record);
  }

  Context& context_;
  std::deque<CaseFile> files_;
  LoadOptions load_options_;
  std::set<std::string> directories_;
  const Planner& planner_;
  const Judge& judge_;
  EventSink& sink_;
  TraceFile* trace_;  // or null
  Verdict last_verdict_ = Verdict::not_run;
  std::vector<Fetch> fetches_;
  Tally tally_;
};

// A place that cannot be written to is told once, before every step fails for it.
Result<void> prepare_places(const Places& places, const std::filesystem::path& run_dir) {
  const auto cannot_use = [](const std::string& why, const char* option) {
    return Error{ErrorKind::infrastructure, why,
                 fmt::format("name another directory by {}", option)};
  };
  const std::pair<std::filesystem::path, const char*> directories[] = {
      {run_dir, "--cache-dir"},
      {places.output_dir, "--output-dir"},
      {places.artifacts_dir, "--artifacts-dir"},
  };
  for (const auto& [directory, option] : directories) {
    if (const auto made = make_directories(directory); !made) {
      return cannot_use(made.error().message, option);
    }
  }
  // Artifacts may lie in a read-only directory as long as all of them are there.
  if (::access(places.output_dir.c_str(), W_OK) != 0) {
    return cannot_use(fmt::format("cannot write into \"{}\": {}", places.output_dir.string(),
                                  std::strerror(errno)),
                      "--output-dir");
  }
  return {};
}

DeviceCheck device_check(const Context& context, const std::vector<ChosenBackend>& backends) {
  return [&](const std::string& name, const Device& device) {
    return context.trouble_of(*std::ranges::find(backends, name, &ChosenBackend::name), device);
  };
}

// Null if none was asked for.
Result<std::unique_ptr<TraceFile>> trace_file(const Context& context) {
  const std::string file = context.settings().text("trace");
  if (file.empty()) return std::unique_ptr<TraceFile>();
  return TraceFile::create(file, context.clock().steady());
}

}  // namespace

Result<int> run_command(Context& context) {
  if (auto fine = expect_no_positional(context, "run"); !fine) return fine.error();
  auto files = context.select();
  if (!files) return files.error();
  auto load_options = context.load_options();
  if (!load_options) return load_options.error();
  if (const auto pinned = require_pins(context, *files, *load_options); !pinned) {
    return pinned.error();
  }
  auto backends = context.choose_backends(!context.settings().is_true("no-probe"));
  if (!backends) return backends.error();
  const std::string sku = context.sku(*backends);
  const std::string run = new_run_id(context.clock());
  const std::filesystem::path run_dir = context.places().cache_dir / "runs" / run;
  auto options = context.plan_options(sku, run_dir);
  if (!options) return options.error();
  auto resolver = context.tuner_resolver();
  if (!resolver) return resolver.error();
  auto scheduling = scheduling_options(context.settings());
  if (!scheduling) return scheduling.error();
  const auto store = context.artifact_store();
  if (!store) return store.error();
  if (const auto ready = prepare_places(context.places(), run_dir); !ready) return ready.error();

  const auto trace = trace_file(context);
  if (!trace) return trace.error();
  auto reporting = Reporting::create(context, run_dir);
  if (!reporting) return reporting.error();
  const auto started = context.clock().steady();
  (*reporting)->on(run_started(context, run, sku, *backends, files->size()));
  for (std::string& note : context.take_notes()) (*reporting)->on(RunNote{std::move(note)});

  const Planner planner(std::move(*options), *backends, **resolver);
  Comparators comparators(context.registry());
  const Judge judge(*backends, [&](const std::string& name) { return comparators.lend(name); });
  OutcomeOptions outcome;
  outcome.strict_xfail = context.settings().is_true("strict-xfail");
  Session session(context, std::move(*files), std::move(*load_options), planner, judge, **reporting,
                  trace->get());

  EventLoop loop(blocking_threads(*scheduling));
  ProcessLauncher launcher(loop.io(), context.installation().supervisor);
  scheduling->worker = context.installation().worker;
  scheduling->check_device = device_check(context, *backends);
  scheduling->clock = &context.clock();
  Executor executor(loop, launcher, **store, std::move(*scheduling));
  loop.on_signal([&](int signal) {
    outcome.signal = signal;
    executor.interrupt();
  });
  loop.every(std::chrono::milliseconds(100), [&] {
    session.announce_slow_fetches();
    (*reporting)->refresh();
  });
  executor.run(session, session);

  if (session.cases_left() > 0) {
    (*reporting)->on(RunNote{fmt::format("{} more models were not started", session.cases_left())});
  }
  if (*trace) {
    if (const auto written = (*trace)->finish(); !written) {
      (*reporting)->on(RunNote{"the trace is not whole: " + written.error().message});
    }
  }
  RunFinished finished;
  finished.time = to_iso_text(context.clock().now());
  finished.seconds = std::chrono::duration<double>(context.clock().steady() - started).count();
  finished.counts = session.tally().counts();
  finished.judged = session.tally().judged();
  finished.exit_status = session.tally().exit_status(outcome);
  finished.conclusion = session.tally().conclusion(outcome);
  finished.interrupted = outcome.signal.has_value();
  (*reporting)->on(finished);
  return (*reporting)->conclude(static_cast<int>(finished.exit_status));
}

}  // namespace sharkreg::core
