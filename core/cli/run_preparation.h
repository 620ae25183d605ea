// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/context.h"
#include "cli/resumption.h"
#include "cli/run_directory.h"
#include "cli/run_history.h"
#include "cli/run_options.h"
#include "execute/executor.h"
#include "plan/planner.h"
#include "report/baseline.h"
#include "report/event.h"
#include "report/trace.h"

namespace sharkreg::core {

// All that the command line, the machine and earlier runs say about a run, before anything of it
// begins: what is not right with that is an error here, and leaves nothing behind.
struct RunPreparation {
  RunOptions options;
  std::vector<CaseFile> files;
  LoadOptions load_options;
  std::optional<Baseline> baseline;
  std::vector<ChosenBackend> backends;
  std::string sku;
  PlanOptions plan_options;
  std::optional<ShardRecord> shard;
  std::unique_ptr<TunerResolver> resolver;
  ExecutorOptions executor_options;
  std::unique_ptr<ArtifactStore> store;
  std::unique_ptr<Resumption> resumption;  // null: no run is resumed
  RunDirectory directory;
  std::unique_ptr<TraceFile> trace;  // null: none was asked for
};

Result<RunPreparation> prepare_run(Context& context, RunHistory& history);

}  // namespace sharkreg::core
