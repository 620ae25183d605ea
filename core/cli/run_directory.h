// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "store/file_lock.h"

namespace sharkreg::core {

// The directory of a run, which is locked as long as this object lives: whoever wants to resume the
// run sees whether it still goes on.
struct RunDirectory {
  std::string id;  // "20260203-040506-1234"; its name
  std::filesystem::path path;
  FileLock lock;

  // Makes one below `runs`. Its id is made of time and process; it sorts behind those of all runs
  // that are there, also when the clock was set back: then the time in it is a later one.
  static Result<RunDirectory> create(const std::filesystem::path& runs, const Clock& clock);
};

// Ids of the runs below `runs` that have results, oldest first.
std::vector<std::string> run_ids(const std::filesystem::path& runs);

// The lock of a run, to go on with it. An error if it is still going on, or somebody else goes on
// with it.
Result<FileLock> lock_to_resume(const std::filesystem::path& run_dir);

}  // namespace sharkreg::core
