// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "execute/staging.h"
#include "plan/plan.h"
#include "store/cached_result.h"
#include "store/index.h"

namespace sharkreg::core {

// All that decides the result of an action, and its digest.
struct CacheKey {
  std::string digest;  // SHA-256 of the components
  std::vector<KeyComponent> components;
  // The files that were digested, as they were then: whether they still are tells whether the action
  // saw them so.
  std::vector<std::pair<std::filesystem::path, FileIdentity>> files;
};

// What of the machine and the tools goes into keys.
struct CacheSurroundings {
  std::function<Result<std::string>(const std::filesystem::path&)> digest_of;  // SHA-256 of a file
  std::string host;                                  // see host_identity.h
  std::string kernel;                                // counts for actions that have a device
  std::vector<std::filesystem::path> system_files;   // that decide whatever the program is
  std::map<std::string, std::string> tool_versions;  // by path, for people
};

// The key of an action: its program and whatever else decides by its content, its arguments with
// file names in the place of paths, names and digests of what it reads, the whole environment that
// it gets, the processor unless it says that this cannot matter, its devices, its outputs' names.
// Where anything lies, what the case is called and when a file was written does not count.
//
// Errors: invalid, with the reason in words for people, if the result cannot be told from its key,
// such as that a flag names an output by its absolute path; else those of reading a file.
Result<CacheKey> cache_key(const CasePlan& plan, std::size_t action, const StagedAction& staged,
                           const std::vector<Device>& devices,
                           const CacheSurroundings& surroundings);

// Where a result is used: which action of which step of which case.
std::string cache_slot(const CasePlan& plan, std::size_t action);

}  // namespace sharkreg::core
