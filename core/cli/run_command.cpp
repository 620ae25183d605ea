// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/files.h"
#include "base/verdict.h"
#include "cli/commands.h"
#include "cli/comparators.h"
#include "cli/compile_caching.h"
#include "cli/pinning.h"
#include "cli/records.h"
#include "cli/reporting.h"
#include "cli/resumption.h"
#include "cli/run_directory.h"
#include "cli/run_history.h"
#include "cli/run_options.h"
#include "cli/scheduling.h"
#include "cli/session.h"
#include "cli/sharding.h"
#include "cli/tracing.h"
#include "execute/delegated_group.h"
#include "execute/event_loop.h"
#include "execute/executor.h"
#include "execute/process_launcher.h"
#include "judge/judge.h"
#include "report/outcome.h"

namespace sharkreg::core {
namespace {

// A place that cannot be written to is told once, before every step fails for it.
Result<void> prepare_places(const Places& places, const std::filesystem::path& runs) {
  const auto cannot_use = [](const std::string& why, const char* option) {
    return Error{ErrorKind::infrastructure, why,
                 fmt::format("name another directory by {}", option)};
  };
  const std::pair<std::filesystem::path, const char*> directories[] = {
      {runs, "--cache-dir"},
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

// Null if no run is to be resumed.
Result<std::unique_ptr<Resumption>> resumption_of(const Context& context,
                                                  const std::filesystem::path& runs) {
  const std::string run = context.settings().text("resume");
  if (run.empty()) return std::unique_ptr<Resumption>();
  return Resumption::open(runs, run);
}

}  // namespace

Result<int> run_command(Context& context) {
  if (auto fine = expect_no_positional(context, "run"); !fine) return fine.error();
  auto run_options = run_options_of(context.settings());
  if (!run_options) return run_options.error();
  auto files = context.select();
  if (!files) return files.error();
  const auto baseline = baseline_of(context.settings());
  if (!baseline) return baseline.error();
  auto load_options = context.load_options();
  if (!load_options) return load_options.error();
  if (const auto pinned = require_pins(context, *files, *load_options); !pinned) {
    return pinned.error();
  }
  auto backends = context.choose_backends(!context.settings().is_true("no-probe"));
  if (!backends) return backends.error();
  const std::string sku = context.sku(*backends);
  const std::filesystem::path runs = context.places().cache_dir / "runs";
  auto options = context.plan_options(sku, {});
  if (!options) return options.error();
  RunHistory history(context);
  if (const auto chosen = choose_steps(context, history, *backends, *files, *options); !chosen) {
    return chosen.error();
  }
  const auto shard = take_shard(context, history, *files);
  if (!shard) return shard.error();
  if (options->limits.memory_bytes || context.settings().given("cgroup")) {
    auto group = delegated_group(context.settings().text("cgroup"));
    if (!group) return group.error();
    options->limits.control_group = std::move(*group);
  }
  auto resolver = context.tuner_resolver();
  if (!resolver) return resolver.error();
  auto scheduling = scheduling_options(context.settings());
  if (!scheduling) return scheduling.error();
  const auto store = context.artifact_store();
  if (!store) return store.error();
  if (const auto ready = prepare_places(context.places(), runs); !ready) return ready.error();
  auto resumption = resumption_of(context, runs);
  if (!resumption) return resumption.error();
  const auto run = RunDirectory::create(runs, context.clock());
  if (!run) return run.error();
  options->run_dir = run->path;

  const auto trace = trace_file(context);
  if (!trace) return trace.error();
  auto reporting = Reporting::create(context, run->path);
  if (!reporting) return reporting.error();
  const auto started = context.clock().steady();
  RunStarted start = run_started(context, run->id, sku, *backends, files->size());
  start.shard = *shard;
  if (*resumption) start.resumes = (*resumption)->run();
  (*reporting)->on(start);
  for (std::string& note : history.take_notes()) (*reporting)->on(RunNote{std::move(note)});
  for (std::string& note : context.take_notes()) (*reporting)->on(RunNote{std::move(note)});

  if (options->stage == StageChoice::compile) {
    (*reporting)->on(RunNote{"runs are left out: --stage=compile"});
  }

  const Planner planner(std::move(*options), *backends, **resolver);
  Comparators comparators(context.registry());
  const Judge judge(*backends, [&](const std::string& name) { return comparators.lend(name); });
  OutcomeOptions outcome;
  outcome.strict_xfail = run_options->strict_xfail;
  Session session(context, std::move(*files), std::move(*load_options), *run_options, planner,
                  judge, resumption->get(), **reporting, trace->get());
  outcome.may_be_empty = shard->has_value();
  if (*baseline) session.compare_with(**baseline);

  auto caching = CompileCaching::create(context, *backends, run->id);
  if (!caching) return caching.error();
  EventLoop loop(blocking_threads(*scheduling));
  ProcessLauncher launcher(loop.io(), context.installation().supervisor);
  const auto estimates = history.estimates(sku);
  scheduling->scheduling.estimates = estimates.get();
  scheduling->worker = context.installation().worker;
  scheduling->cache = (*caching)->cache();
  scheduling->check_device = device_check(context, *backends);
  scheduling->may_do_again = run_options->retries > 0;
  scheduling->clock = &context.clock();
  Executor executor(loop, launcher, **store, std::move(*scheduling));
  session.on_too_many_failures([&] { executor.finish_up(); });
  loop.on_signal([&](int signal) {
    outcome.signal = signal;
    (*caching)->interrupt();
    executor.interrupt();
  });
  loop.every(std::chrono::milliseconds(100), [&] {
    session.announce_slow_fetches();
    (*reporting)->refresh();
  });
  executor.run(session, session);

  for (std::string& note : (*caching)->finish()) (*reporting)->on(RunNote{std::move(note)});
  if (session.cases_left() > 0) {
    (*reporting)->on(RunNote{fmt::format("{} more models were not started", session.cases_left())});
  }
  if (*resumption) {
    (*reporting)
        ->on(RunNote{fmt::format("{} of {} finished steps of run {} were taken over",
                                 (*resumption)->taken_over(), (*resumption)->found(),
                                 (*resumption)->run())});
  }
  if (session.is_stopped()) outcome.stopped_by = run_options->stopped_by;
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
  finished.findings = session.tally().findings();
  finished.exit_status = session.tally().exit_status(outcome);
  finished.conclusion = session.tally().conclusion(outcome);
  finished.interrupted = outcome.signal.has_value();
  (*reporting)->on(finished);
  const int status = (*reporting)->conclude(static_cast<int>(finished.exit_status));
  history.remember();
  return status;
}

}  // namespace sharkreg::core
