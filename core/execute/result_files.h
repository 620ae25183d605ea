// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "execute/staging.h"
#include "plan/plan.h"
#include "store/cached_results.h"

namespace sharkreg::core {

// What an action left in its directory.
struct LeftFiles {
  std::vector<FileToKeep> files;         // sorted by path
  std::vector<std::string> directories;  // relative, each after the one it lies in
};

// Errors (invalid, with the reason in words for people): an output is missing, or it left what
// cannot be kept, such as a link or a file whose name is not UTF-8.
Result<LeftFiles> left_files(const PlannedAction& planned, const StagedAction& staged);

// Compares what an action left with what it left before, byte for byte. `stored` finds files of
// before by their SHA-256. Absent: nothing differs; else one sentence: "1 of 2 files differs:
// model.vmfb, first at byte 17".
Result<std::optional<std::string>> difference_between(
    const CachedResult& before, const LeftFiles& now,
    const std::function<std::filesystem::path(const std::string& sha256)>& stored);

}  // namespace sharkreg::core
