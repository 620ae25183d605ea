// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/comparators.h"
#include "cli/compile_caching.h"
#include "cli/records.h"
#include "cli/reporting.h"
#include "cli/run_preparation.h"
#include "cli/scheduling.h"
#include "cli/session.h"
#include "execute/event_loop.h"
#include "execute/executor.h"
#include "execute/process_launcher.h"
#include "judge/judge.h"
#include "report/outcome.h"

namespace sharkreg::core {
namespace {

DeviceCheck device_check(const Context& context, const std::vector<ChosenBackend>& backends) {
  return [&](const std::string& name, const Device& device) {
    return context.trouble_of(*std::ranges::find(backends, name, &ChosenBackend::name), device);
  };
}

void tell_beginning(Context& context, RunHistory& history, const RunPreparation& run,
                    EventSink& sink) {
  RunStarted started =
      run_started(context, run.directory.id, run.sku, run.backends, run.files.size());
  started.shard = run.shard;
  if (run.resumption) started.resumes = run.resumption->run();
  sink.on(started);
  for (std::string& note : history.take_notes()) sink.on(RunNote{std::move(note)});
  for (std::string& note : context.take_notes()) sink.on(RunNote{std::move(note)});
  if (run.plan_options.stage == StageChoice::compile) {
    sink.on(RunNote{"runs are left out: --stage=compile"});
  }
}

void tell_what_was_left(const RunPreparation& run, const Session& session, EventSink& sink) {
  if (session.cases_left() > 0) {
    sink.on(RunNote{fmt::format("{} more models were not started", session.cases_left())});
  }
  if (run.resumption) {
    sink.on(RunNote{fmt::format("{} of {} finished steps of run {} were taken over",
                                run.resumption->taken_over(), run.resumption->found(),
                                run.resumption->run())});
  }
  if (run.trace) {
    if (const auto written = run.trace->finish(); !written) {
      sink.on(RunNote{"the trace is not whole: " + written.error().message});
    }
  }
}

RunFinished conclusion_of(const Tally& tally, const OutcomeOptions& outcome) {
  RunFinished finished;
  finished.counts = tally.counts();
  finished.judged = tally.judged();
  finished.findings = tally.findings();
  finished.exit_status = tally.exit_status(outcome);
  finished.conclusion = tally.conclusion(outcome);
  finished.interrupted = outcome.signal.has_value();
  return finished;
}

// Has all steps done and told. Ends when they are, or what ran after a signal has.
OutcomeOptions execute(Context& context, RunPreparation& run, const Estimates& estimates,
                       CompileCaching& caching, Session& session, Reporting& reporting) {
  OutcomeOptions outcome;
  outcome.strict_xfail = run.options.strict_xfail;
  outcome.may_be_empty = run.shard.has_value();
  ExecutorOptions options = run.executor_options;
  options.estimates = &estimates;
  options.worker = context.installation().worker;
  options.cache = caching.cache();
  options.check_device = device_check(context, run.backends);
  options.may_do_again = run.options.retries > 0;
  options.clock = &context.clock();
  EventLoop loop(blocking_threads(options));
  ProcessLauncher launcher(loop.io(), context.installation().supervisor);
  Executor executor(loop, launcher, *run.store, std::move(options));
  session.on_too_many_failures([&] { executor.finish_up(); });
  loop.on_signal([&](int signal) {
    outcome.signal = signal;
    caching.interrupt();
    executor.interrupt();
  });
  loop.every(std::chrono::milliseconds(100), [&] {
    session.announce_slow_fetches();
    reporting.refresh();
  });
  executor.run(session, session);
  if (session.is_stopped()) outcome.stopped_by = run.options.stopped_by;
  return outcome;
}

}  // namespace

Result<int> run_command(Context& context) {
  if (auto fine = expect_no_positional(context, "run"); !fine) return fine.error();
  RunHistory history(context);
  auto run = prepare_run(context, history);
  if (!run) return run.error();
  auto caching = CompileCaching::create(context, run->backends, run->directory.id);
  if (!caching) return caching.error();
  auto reporting = Reporting::create(context, run->directory.path);
  if (!reporting) return reporting.error();
  EventSink& sink = **reporting;
  const auto started = context.clock().steady();
  tell_beginning(context, history, *run, sink);

  const Planner planner(run->plan_options, run->backends, *run->resolver);
  Comparators comparators(context.registry());
  const Judge judge(run->backends, [&](const std::string& name) { return comparators.lend(name); });
  Session session(context, run->files, run->load_options, run->options, planner, judge,
                  run->resumption.get(), sink, run->trace.get());
  if (run->baseline) session.compare_with(*run->baseline);
  const auto estimates = history.estimates(run->sku);
  const OutcomeOptions outcome =
      execute(context, *run, *estimates, **caching, session, **reporting);

  for (std::string& note : (*caching)->finish()) sink.on(RunNote{std::move(note)});
  tell_what_was_left(*run, session, sink);
  RunFinished finished = conclusion_of(session.tally(), outcome);
  finished.time = to_iso_text(context.clock().now());
  finished.seconds = std::chrono::duration<double>(context.clock().steady() - started).count();
  sink.on(finished);
  const int status = (*reporting)->conclude(static_cast<int>(finished.exit_status));
  history.remember();
  return status;
}

}  // namespace sharkreg::core
