// SPDX-License-Identifier: Apache-2.0
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
#include "cli/pinning.h"
#include "cli/records.h"
#include "cli/reporting.h"
#include "cli/resumption.h"
#include "cli/run_directory.h"
#include "cli/run_options.h"
#include "cli/session.h"
#include "cli/store_settings.h"
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

Judge::ComparatorByName comparators_of(const PluginRegistry& registry) {
  auto made = std::make_shared<std::map<std::string, std::shared_ptr<Comparator>>>();
  return [&registry, made](const std::string& name) -> Result<std::shared_ptr<Comparator>> {
    std::shared_ptr<Comparator>& comparator = (*made)[name];
    if (comparator == nullptr) {
      auto fresh = registry.comparator(name);
      if (!fresh) return fresh.error();
      comparator = std::move(*fresh);
    }
    return comparator;
  };
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
  if (const auto chosen = choose_steps(context, *backends, *files, *options); !chosen) {
    return chosen.error();
  }
  auto resolver = context.tuner_resolver();
  if (!resolver) return resolver.error();
  const auto jobs = fetch_jobs(context.settings());
  if (!jobs) return jobs.error();
  const auto store = context.artifact_store();
  if (!store) return store.error();
  if (const auto ready = prepare_places(context.places(), runs); !ready) return ready.error();
  auto resumption = resumption_of(context, runs);
  if (!resumption) return resumption.error();
  const auto run = RunDirectory::create(runs, context.clock());
  if (!run) return run.error();
  options->run_dir = run->path;

  auto reporting = Reporting::create(context, run->path);
  if (!reporting) return reporting.error();
  const auto started = context.clock().steady();
  RunStarted beginning = run_started(context, run->id, sku, *backends, files->size());
  if (*resumption) beginning.resumes = (*resumption)->run();
  (*reporting)->on(beginning);
  for (std::string& note : context.take_notes()) (*reporting)->on(RunNote{std::move(note)});
  if (options->stage == StageChoice::compile) {
    (*reporting)->on(RunNote{"runs are left out: --stage=compile"});
  }

  const Planner planner(std::move(*options), *backends, **resolver);
  Judge judge(*backends, comparators_of(context.registry()));
  OutcomeOptions outcome;
  outcome.strict_xfail = run_options->strict_xfail;
  Session session(context, std::move(*files), std::move(*load_options), *run_options, planner,
                  judge, resumption->get(), **reporting);

  EventLoop loop(2 + *jobs);  // two for what is staged, placed and judged
  ProcessLauncher launcher(loop.io(), context.installation().supervisor);
  Executor executor(loop, launcher, **store,
                    {1, *jobs, 64, context.installation().worker, run_options->retries > 0});
  session.on_too_many_failures([&] { executor.finish_up(); });
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
  if (*resumption) {
    (*reporting)
        ->on(RunNote{fmt::format("{} of {} finished steps of run {} were taken over",
                                 (*resumption)->taken_over(), (*resumption)->found(),
                                 (*resumption)->run())});
  }
  if (session.is_stopped()) outcome.stopped_by = run_options->stopped_by;
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
