// SPDX-License-Identifier: Apache-2.0
#include "store/clone_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/fs.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

Error cannot_copy(const fs::path& to, int number) {
  return {ErrorKind::infrastructure,
          "cannot copy to " + to.native() + ": " + std::strerror(number),
          {}};
}

// From `position` on, by reading and writing. 0, or what errno says.
int copy_bytes(int from, int to, off_t position) {
  std::vector<char> buffer(std::size_t{1} << 18U);
  for (;;) {
    const ssize_t got = ::pread(from, buffer.data(), buffer.size(), position);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return 0;
    for (ssize_t done = 0; done < got;) {
      const ssize_t written =
          ::pwrite(to, buffer.data() + done, static_cast<std::size_t>(got - done), position + done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return errno;
      done += written;
    }
    position += got;
  }
}

// Whether the kernel does not copy between these two file systems, or this one, by itself.
bool is_left_to_us(int number) {
  return number == EXDEV || number == EOPNOTSUPP || number == EINVAL || number == ENOSYS;
}

// 0, or what errno says. Does not use the descriptor's own position, which others may share.
int fill(int from, int to) {
  if (::ioctl(to, FICLONE, from) == 0) return 0;
  struct stat status {};
  if (::fstat(from, &status) != 0) return errno;
  off_t position = 0;
  while (position < status.st_size) {
    const ssize_t copied = ::copy_file_range(
        from, &position, to, nullptr, static_cast<std::size_t>(status.st_size - position), 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0 && is_left_to_us(errno)) return copy_bytes(from, to, position);
    if (copied < 0) return errno;
    if (copied == 0) return EIO;  // it became shorter
  }
  return 0;
}

}  // namespace

Result<void> clone_file(int from, const fs::path& to, mode_t mode) {
  const Descriptor made{::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
  if (made.number < 0) return cannot_copy(to, errno);
  const int trouble = fill(from, made.number);
  if (trouble == 0) return {};
  ::unlink(to.c_str());
  return cannot_copy(to, trouble);
}

Result<void> clone_file(const fs::path& from, const fs::path& to, mode_t mode) {
  const Descriptor source{::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat status {};
  if (source.number < 0 || ::fstat(source.number, &status) != 0) return cannot_copy(from, errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorKind::infrastructure, from.native() + " is not a regular file", {}};
  }
  return clone_file(source.number, to, mode);
}

}  // namespace sharkreg::core
