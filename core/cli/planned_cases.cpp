// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <iterator>

#include <fmt/format.h>

#include "base/secrets.h"
#include "cli/commands.h"
#include "cli/pinning.h"
#include "cli/run_history.h"
#include "cli/run_options.h"
#include "cli/sharding.h"

namespace sharkreg::core {

Result<PlannedCases> plan_selected_cases(Context& context, bool probe_devices) {
  Result<std::vector<CaseFile>> files = context.select();
  if (!files) return files.error();
  const Result<LoadOptions> load_options = context.load_options();
  if (!load_options) return load_options.error();
  if (const auto pinned = require_pins(context, *files, *load_options); !pinned) {
    return pinned.error();
  }
  PlannedCases result;
  auto backends = context.choose_backends(probe_devices);
  if (!backends) return backends.error();
  result.backends = std::move(*backends);
  const std::string sku = context.sku(result.backends);
  auto options = context.plan_options(sku, context.places().cache_dir / "runs" / "by-hand");
  if (!options) return options.error();
  RunHistory history(context);
  if (const auto chosen = choose_steps(context, history, result.backends, *files, *options);
      !chosen) {
    return chosen.error();
  }
  if (const auto shard = take_shard(context, history, *files); !shard) return shard.error();
  print_notes(history.take_notes());
  auto resolver = context.tuner_resolver();
  if (!resolver) return resolver.error();
  const Planner planner(std::move(*options), result.backends, **resolver);
  for (const CaseFile& file : *files) {
    LoadedCase loaded = load_case(file, *load_options);
    std::ranges::move(loaded.diagnostics, std::back_inserter(result.diagnostics));
    if (loaded.test_case) {
      result.plans.push_back(planner.plan(*loaded.test_case));
    } else {
      result.invalid = true;
    }
  }
  return result;
}

Result<void> expect_no_positional(const Context& context, const std::string& subcommand) {
  if (context.positional().empty()) return {};
  return Error{
      ErrorKind::usage,
      fmt::format("{} takes no argument like \"{}\"", subcommand, context.positional().front()),
      "options begin with two dashes, such as --model=NAME"};
}

void print_notes(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) fmt::print(stderr, "note: {}\n", redacted(note));
}

void print_diagnostics(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    fmt::print(stderr, "{}: {}\n",
               diagnostic.severity == Diagnostic::Severity::error ? "error" : "warning",
               redacted(to_text(diagnostic)));
  }
}

}  // namespace sharkreg::core
