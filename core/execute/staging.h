// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <sharkreg/backend.h>

#include "base/error.h"
#include "base/files.h"
#include "execute/action_starter.h"
#include "execute/launcher.h"
#include "plan/plan.h"

namespace sharkreg::core {

// An action that is ready to start.
struct StagedAction {
  TemporaryDirectory directory;
  LaunchRequest request;
  std::map<std::string, std::string> names;  // by the name that the action sees: the file's path
};

// Makes the directory of an action next to where its outputs go, links its inputs into it and binds
// its arguments. `worker` runs what is in_process. Fails if an input is not a readable file, or a
// program is missing.
Result<StagedAction> stage(const CasePlan& plan, std::size_t action, const Allotment& allotment,
                           const std::filesystem::path& worker);

// An error if a disk that the action wrote to is full: then its failure says nothing of the program.
// To be asked before the action's files are removed.
Result<void> require_room(const PlannedAction& planned);

// The entries of the action's directory that are not its inputs: what it left there, sorted.
std::vector<std::string> left_entries(const StagedAction& staged);

// Moves what the action left to its places. With `succeeded`, an output that it did not write is an
// error; without, its declared outputs are removed, also those of earlier runs. Other files are kept
// in both cases. Returns the placed files, declared ones first.
Result<std::vector<std::filesystem::path>> place_outputs(const CasePlan& plan, std::size_t action,
                                                         const StagedAction& staged,
                                                         bool succeeded);

}  // namespace sharkreg::core
