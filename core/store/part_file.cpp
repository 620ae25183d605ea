// SPDX-License-Identifier: Apache-2.0
#include "store/part_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/files.h"

namespace sharkreg::core {

namespace fs = std::filesystem;

// Bytes: written as soon as its room could be looked for.
constexpr std::int64_t too_small_to_reserve = std::int64_t{256} << 10;

Error write_trouble(const fs::path& file, int number) {
  const bool full = number == ENOSPC || number == EDQUOT;
  return {ErrorKind::infrastructure,
          fmt::format("cannot write {}: {}", file.native(), std::strerror(number)),
          full ? "make room there, or name a directory on another disk by --cache-dir" : ""};
}

Result<PartFile> PartFile::open(const fs::path& path) {
  constexpr int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  int descriptor = ::open(path.c_str(), flags | O_EXCL, 0644);
  const bool is_new = descriptor >= 0 || errno == ENOENT;
  if (descriptor < 0 && errno == ENOENT) {
    if (const auto made = make_directories(path.parent_path()); !made) return made.error();
    descriptor = ::open(path.c_str(), flags | O_EXCL, 0644);
  }
  if (descriptor < 0 && errno == EEXIST) descriptor = ::open(path.c_str(), flags, 0644);
  // Whoever fetched it was killed when it was about to be placed.
  if (descriptor < 0 && errno == EACCES && ::chmod(path.c_str(), 0644) == 0) {
    descriptor = ::open(path.c_str(), flags, 0644);
  }
  if (descriptor < 0) return write_trouble(path, errno);
  return PartFile(path, descriptor, is_new);
}

PartFile::PartFile(fs::path path, int descriptor, bool is_new)
    : path_(std::move(path)), descriptor_(descriptor), is_new_(is_new) {}

PartFile::PartFile(PartFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      is_new_(other.is_new_) {}

PartFile::~PartFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> PartFile::reserve(std::int64_t size) const {
  if (size <= too_small_to_reserve) return {};
  struct stat status {};
  struct statvfs room {};
  if (::fstat(descriptor_, &status) != 0 || ::fstatvfs(descriptor_, &room) != 0) {
    return write_trouble(path_, errno);
  }
  const auto free =
      static_cast<std::int64_t>(room.f_bavail) * static_cast<std::int64_t>(room.f_frsize);
  const std::int64_t missing = size - status.st_blocks * 512;
  if (missing > free) {
    return Error{ErrorKind::infrastructure,
                 fmt::format("{} bytes are needed in {}, {} are free", missing,
                             path_.parent_path().native(), free),
                 "make room there, or name a directory on another disk by --cache-dir"};
  }
  if (status.st_size > size && ::ftruncate(descriptor_, size) != 0)
    return write_trouble(path_, errno);
  if (size > 0 && ::fallocate(descriptor_, 0, 0, size) != 0) {
    // Some file systems cannot; then it is a file with holes.
    if (errno != EOPNOTSUPP && errno != ENOSYS) return write_trouble(path_, errno);
    if (::ftruncate(descriptor_, size) != 0) return write_trouble(path_, errno);
  }
  return {};
}

Result<void> PartFile::empty() const {
  if (::ftruncate(descriptor_, 0) != 0) return write_trouble(path_, errno);
  return {};
}

int PartFile::write(const void* bytes, std::size_t size, std::int64_t offset) const {
  for (const char* at = static_cast<const char*>(bytes); size > 0;) {
    const ssize_t written = ::pwrite(descriptor_, at, size, offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    at += written;
    offset += written;
    size -= static_cast<std::size_t>(written);
  }
  return 0;
}

Result<void> PartFile::read(char* to, std::size_t size, std::int64_t offset) const {
  while (size > 0) {
    const ssize_t got = ::pread(descriptor_, to, size, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return write_trouble(path_, got < 0 ? errno : EIO);
    to += got;
    offset += got;
    size -= static_cast<std::size_t>(got);
  }
  return {};
}

Result<void> PartFile::sync() const {
  if (::fdatasync(descriptor_) != 0) return write_trouble(path_, errno);
  return {};
}

}  // namespace sharkreg::core
