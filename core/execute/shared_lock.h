// SPDX-License-Identifier: Apache-2.0
// Locks among all sharkreg processes of the machine, whoever started them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>

#include "base/error.h"
#include "execute/descriptor.h"

namespace sharkreg::core {

// Where the locks lie: $SHARKREG_LOCK_DIR, else sharkreg/ below /run/lock if everybody may write
// there, else /tmp/sharkreg-locks. Containers see each other's locks only in a directory that they
// share.
std::filesystem::path default_lock_directory();

// A lock on a file of a directory that all users share. The kernel lets it go when its holder ends,
// however that happens, and no program that the holder starts inherits it. Never waits.
//
// The file is never removed by sharkreg, and is empty.
class SharedLock {
 public:
  enum class Kind {
    exclusive,
    shared,  // several may have it, but none the exclusive one
  };

  // Absent: somebody else has it. Makes the directory, for all users, if it is not there. Errors
  // (infrastructure): it cannot be used, or is somebody's trap, such as a symbolic link.
  static Result<std::optional<SharedLock>> try_to_take(const std::filesystem::path& directory,
                                                       const std::string& name, Kind kind);

 private:
  explicit SharedLock(Descriptor file) : file_(std::move(file)) {}

  Descriptor file_;
};

// The process that has the lock; absent if nobody has it, or the kernel does not tell.
std::optional<pid_t> holder_of(const std::filesystem::path& directory, const std::string& name);

// A name for a lock file from any text: readable as far as it can be, and unique.
std::string lock_name(const std::string& kind, const std::string& identity);

}  // namespace sharkreg::core
