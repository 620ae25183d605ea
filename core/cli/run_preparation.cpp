// SPDX-License-Identifier: Apache-2.0
#include "cli/run_preparation.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/files.h"
#include "cli/pinning.h"
#include "cli/reporting.h"
#include "cli/scheduling.h"
#include "cli/sharding.h"
#include "execute/delegated_group.h"

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

// Adds the control group for limits, where one is wanted.
Result<void> find_control_group(const Settings& settings, PlanOptions& options) {
  if (!options.limits.memory_bytes && !settings.given("cgroup")) return {};
  auto group = delegated_group(settings.text("cgroup"));
  if (!group) return group.error();
  options.limits.control_group = std::move(*group);
  return {};
}

}  // namespace

Result<RunPreparation> prepare_run(Context& context, RunHistory& history) {
  const Settings& settings = context.settings();
  auto run_options = run_options_of(settings);
  if (!run_options) return run_options.error();
  auto files = context.select();
  if (!files) return files.error();
  auto baseline = baseline_of(settings);
  if (!baseline) return baseline.error();
  auto load_options = context.load_options();
  if (!load_options) return load_options.error();
  if (const auto pinned = require_pins(context, *files, *load_options); !pinned) {
    return pinned.error();
  }
  auto backends = context.choose_backends(!settings.is_true("no-probe"));
  if (!backends) return backends.error();
  std::string sku = context.sku(*backends);
  auto options = context.plan_options(sku, {});
  if (!options) return options.error();
  if (auto chosen = choose_steps(context, history, *backends, *files, *options); !chosen) {
    return chosen.error();
  }
  auto shard = take_shard(context, history, *files);
  if (!shard) return shard.error();
  if (auto found = find_control_group(settings, *options); !found) return found.error();
  auto resolver = context.tuner_resolver();
  if (!resolver) return resolver.error();
  auto scheduling = scheduling_options(settings);
  if (!scheduling) return scheduling.error();
  auto store = context.artifact_store();
  if (!store) return store.error();
  const std::filesystem::path runs = context.places().cache_dir / "runs";
  if (auto ready = prepare_places(context.places(), runs); !ready) return ready.error();
  auto resumption = resumption_of(context, runs);
  if (!resumption) return resumption.error();
  auto trace = trace_file(context);
  if (!trace) return trace.error();
  auto directory = RunDirectory::create(runs, context.clock());
  if (!directory) return directory.error();
  options->run_dir = directory->path;
  return RunPreparation{std::move(*run_options), std::move(*files),    std::move(*load_options),
                        std::move(*baseline),    std::move(*backends), std::move(sku),
                        std::move(*options),     std::move(*shard),    std::move(*resolver),
                        std::move(*scheduling),  std::move(*store),    std::move(*resumption),
                        std::move(*directory),   std::move(*trace)};
}

}  // namespace sharkreg::core
