// SPDX-License-Identifier: Apache-2.0
#include "store/unpacked_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>

namespace sharkreg::core {
namespace {

constexpr const char* make_room =
    "make room there, or name a directory on another disk by --cache-dir";

// The room on the disk is looked at whenever so many bytes have come.
constexpr std::uint64_t check_interval = std::uint64_t{8} << 20;

Error trouble_with(const std::filesystem::path& path, int number) {
  const bool full = number == ENOSPC || number == EDQUOT;
  return {ErrorKind::infrastructure,
          fmt::format("cannot write {}: {}", path.native(), std::strerror(number)),
          full ? make_room : ""};
}

}  // namespace

Result<UnpackedFile> UnpackedFile::create(const std::filesystem::path& path,
                                          const UnpackLimits& limits) {
  // A new one, whatever was there: a link, or what somebody still reads.
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return trouble_with(path, errno);
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (descriptor < 0) return trouble_with(path, errno);
  return UnpackedFile(path, limits, descriptor);
}

UnpackedFile::~UnpackedFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(path_.c_str());
}

Error UnpackedFile::trouble(int number) const {
  return trouble_with(path_, number);
}

Result<void> UnpackedFile::check_size(std::uint64_t size) const {
  if (!limits_.largest || size <= *limits_.largest) return {};
  return Error{ErrorKind::infrastructure,
               fmt::format("it has more than the {} bytes that are allowed", *limits_.largest),
               {}};
}

Result<void> UnpackedFile::check_room(std::uint64_t bytes) const {
  struct statvfs room {};
  if (::fstatvfs(descriptor_, &room) != 0) return trouble(errno);
  const std::uint64_t free = std::uint64_t{room.f_bavail} * room.f_frsize;
  if (free >= limits_.reserve && bytes <= free - limits_.reserve) return {};
  return Error{ErrorKind::infrastructure,
               fmt::format("{} more bytes are needed in {}, where {} are free and {} stay so",
                           bytes, path_.parent_path().native(), free, limits_.reserve),
               make_room};
}

Result<void> UnpackedFile::begin(std::uint64_t size, std::uint64_t stored) {
  if (::ftruncate(descriptor_, 0) != 0) return trouble(errno);
  if (const Result<void> fits = check_size(size); !fits) return fits.error();
  return check_room(stored);
}

Result<void> UnpackedFile::write(std::string_view bytes, std::uint64_t offset) {
  if (const Result<void> fits = check_size(offset + bytes.size()); !fits) return fits.error();
  unchecked_ += bytes.size();
  if (unchecked_ >= check_interval) {
    if (const Result<void> fits = check_room(bytes.size()); !fits) return fits.error();
    unchecked_ = 0;
  }
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return trouble(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<void> UnpackedFile::finish(std::uint64_t size) {
  if (const Result<void> fits = check_size(size); !fits) return fits.error();
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0 || ::fdatasync(descriptor_) != 0) {
    return trouble(errno);
  }
  ::close(std::exchange(descriptor_, -1));
  return {};
}

}  // namespace sharkreg::core
