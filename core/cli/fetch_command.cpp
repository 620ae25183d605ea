// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>

#include "base/secrets.h"
#include "base/verdict.h"
#include "cli/commands.h"

namespace sharkreg::core {

Result<int> fetch_command(Context& context) {
  if (auto fine = expect_no_positional(context, "fetch"); !fine) return fine.error();
  // Without looking for devices: artifacts are often fetched before, or elsewhere.
  auto planned = plan_selected_cases(context, false);
  if (!planned) return planned.error();
  print_notes(context.take_notes());
  print_diagnostics(planned->diagnostics);
  const auto store = context.artifact_store();
  std::size_t failed = 0;
  std::size_t fetched = 0;
  for (const CasePlan& plan : planned->plans) {
    for (const PlannedArtifact& artifact : plan.artifacts) {
      const auto provided = store->provide(artifact.source.location, artifact.path);
      if (!provided) {
        ++failed;
        fmt::print(stderr, "sharkreg: {}: cannot provide {}: {}\n", plan.name(),
                   redacted(artifact.source.text), redacted(to_text(provided.error())));
        continue;
      }
      ++fetched;
      fmt::print("{}\n", artifact.path.string());
      if (!provided->note.empty()) print_notes({provided->note});
    }
  }
  fmt::print(stderr, "{} artifacts are there, {} are not\n", fetched, failed);
  if (failed > 0) return exit_infrastructure;
  return planned->invalid ? exit_usage : exit_fine;
}

}  // namespace sharkreg::core
