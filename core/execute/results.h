// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "execute/launcher.h"

namespace sharkreg::core {

// What came of one artifact of a plan.
struct ArtifactResult {
  bool settled = false;  // it was tried, or will never be
  std::optional<Error> error;
  std::string note;

  bool is_there() const { return settled && !error; }
};

// What came of one action of a plan.
struct ActionResult {
  enum class Status {
    pending,
    succeeded,    // it ran, exited with 0 and left all its outputs
    failed,       // it ran and did not; or trouble
    not_started,  // something that it needs is not there
    interrupted,  // the user asked to stop, before or while it ran
  };
  Status status = Status::pending;

  // Of the host or the tool: it could not be staged or started, or left an output out.
  std::optional<Error> trouble;

  // Present if a process was started for it.
  std::optional<LaunchRequest> request;
  std::optional<LaunchResult> launch;

  std::vector<std::string> devices;  // ids of those that it was given
  bool cached = false;               // it did not run: what would come of it was known

  std::vector<std::filesystem::path> outputs;  // placed files: declared ones, then others
  std::map<std::string, std::string> names;    // by the name that the action saw: the file's path
};

// What came of a case so far. Indexed as the plan's vectors.
struct CaseResults {
  std::vector<ArtifactResult> artifacts;
  std::vector<ActionResult> actions;
};

}  // namespace sharkreg::core
