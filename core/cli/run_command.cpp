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
#include "cli/session.h"
#include "cli/store_settings.h"
#include "execute/event_loop.h"
#include "execute/executor.h"
#include "execute/process_launcher.h"
#include "judge/judge.h"
#include "report/outcome.h"

namespace sharkreg::core {
namespace {

// "20260203-040506-1234": sorts by time, unique on a machine.
std::string new_run_id(const Clock& clock) {
  std::string id;
  for (const char c : to_iso_text(clock.now()).substr(0, 19)) {
    if (c == 'T') id += '-';
    if (c >= '0' && c <= '9') id += c;
  }
  return fmt::format("{}-{}", id, ::getpid());
}

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
  const auto jobs = fetch_jobs(context.settings());
  if (!jobs) return jobs.error();
  const auto store = context.artifact_store();
  if (!store) return store.error();
  if (const auto ready = prepare_places(context.places(), run_dir); !ready) return ready.error();

  auto reporting = Reporting::create(context, run_dir);
  if (!reporting) return reporting.error();
  const auto started = context.clock().steady();
  (*reporting)->on(run_started(context, run, sku, *backends, files->size()));
  for (std::string& note : context.take_notes()) (*reporting)->on(RunNote{std::move(note)});

  const Planner planner(std::move(*options), *backends, **resolver);
  Judge judge(*backends, comparators_of(context.registry()));
  OutcomeOptions outcome;
  outcome.strict_xfail = context.settings().is_true("strict-xfail");
  Session session(context, std::move(*files), std::move(*load_options), planner, judge,
                  **reporting);

  EventLoop loop(2 + *jobs);  // two for what is staged, placed and judged
  ProcessLauncher launcher(loop.io(), context.installation().supervisor);
  Executor executor(loop, launcher, **store, {1, *jobs, 64, context.installation().worker});
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
