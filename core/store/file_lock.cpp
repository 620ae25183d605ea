// SPDX-License-Identifier: Apache-2.0
#include "store/file_lock.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/files.h"

namespace sharkreg::core {
namespace {

Error cannot_lock(const std::filesystem::path& file) {
  return {
      ErrorKind::infrastructure, "cannot lock " + file.native() + ": " + std::strerror(errno), {}};
}

// Whether the path leads to the open file still.
bool is_at(int descriptor, const std::filesystem::path& file) {
  struct stat open {};
  struct stat there {};
  return ::fstat(descriptor, &open) == 0 && ::stat(file.c_str(), &there) == 0 &&
         open.st_ino == there.st_ino && open.st_dev == there.st_dev;
}

}  // namespace

Result<std::optional<FileLock>> FileLock::try_to_take(const std::filesystem::path& file) {
  if (const auto made = make_directories(file.parent_path()); !made) return made.error();
  for (;;) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor < 0) return cannot_lock(file);
    FileLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) return cannot_lock(file);
      return std::optional<FileLock>();
    }
    if (is_at(descriptor, file)) return std::optional(std::move(lock));
  }
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace sharkreg::core
