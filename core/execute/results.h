// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
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

// An action whose result was there already. The times and the memory are of when it ran.
struct CacheHit {
  std::string from;               // the host of a cache shared by a team; empty: the own store
  std::string working_directory;  // in which it ran; empty: not known
  double seconds = 0;
  double user_seconds = 0;
  double system_seconds = 0;
  std::int64_t peak_memory_bytes = 0;
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
  // Its trouble is that what it takes is not there for anybody any more, as long as this run lasts.
  bool refused = false;

  // Present if a process was started for it, or would have been, were its result not cached.
  std::optional<LaunchRequest> request;
  std::optional<LaunchResult> launch;
  std::vector<std::string> devices;  // ids of those that it was given

  // Present if no process was started, since the result was known: `launch` says how long that took.
  std::optional<CacheHit> cached;
  std::vector<std::string> notes;     // of the cache, for people
  std::vector<std::string> findings;  // such as that a compiler did not give what it gave before

  std::vector<std::filesystem::path> outputs;  // placed files: declared ones, then others
  std::map<std::string, std::string> names;    // by the name that the action saw: the file's path
};

// "succeeded", "not started", …
constexpr std::string_view name_of(ActionResult::Status status) {
  switch (status) {
    case ActionResult::Status::pending:
      return "pending";
    case ActionResult::Status::succeeded:
      return "succeeded";
    case ActionResult::Status::failed:
      return "failed";
    case ActionResult::Status::not_started:
      return "not started";
    case ActionResult::Status::interrupted:
      return "interrupted";
  }
  return "";
}

// What came of a case so far. Indexed as the plan's vectors.
struct CaseResults {
  std::vector<ArtifactResult> artifacts;
  std::vector<ActionResult> actions;
};

}  // namespace sharkreg::core
