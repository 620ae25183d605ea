// SPDX-License-Identifier: Apache-2.0
#include "store/placing.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/files.h"
#include "store/clone_file.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

Error failed(const char* what, const fs::path& file, int number) {
  return {ErrorKind::infrastructure,
          std::string("cannot ") + what + " " + file.native() + ": " + std::strerror(number),
          {}};
}

// Whether the link at `destination` leads to `target` already.
bool links_to(const fs::path& destination, const fs::path& target) {
  std::string text(target.native().size() + 1, '\0');  // one more, to tell a longer one
  const ssize_t length = ::readlink(destination.c_str(), text.data(), text.size());
  return length >= 0 && text.compare(0, static_cast<std::size_t>(length), target.native()) == 0;
}

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

// Whether a file is as place_copy() left it: an edit would change its time.
bool is_copy(const fs::path& destination, const fs::path& target) {
  struct stat copy {};
  struct stat original {};
  return ::lstat(destination.c_str(), &copy) == 0 && S_ISREG(copy.st_mode) &&
         ::stat(target.c_str(), &original) == 0 && copy.st_size == original.st_size &&
         copy.st_mtim.tv_sec == original.st_mtim.tv_sec &&
         copy.st_mtim.tv_nsec == original.st_mtim.tv_nsec;
}

// 0, or what errno says.
int take_time_of(const fs::path& target, const fs::path& copy) {
  struct stat status {};
  if (::stat(target.c_str(), &status) != 0) return errno;
  const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, status.st_mtim};
  return ::utimensat(AT_FDCWD, copy.c_str(), times.data(), 0) == 0 ? 0 : errno;
}

enum class Form { link_or_copy, copy };

Result<void> put(const fs::path& target, const fs::path& destination, Form form) {
  if (const auto made = make_directories(destination.parent_path()); !made) return made.error();
  auto temporary = TemporaryDirectory::create(destination.parent_path(), "link-");
  if (!temporary) return temporary.error();
  const fs::path made = temporary->path() / "file";
  bool is_made = form == Form::link_or_copy && ::symlink(target.c_str(), made.c_str()) == 0;
  if (!is_made && form == Form::link_or_copy && errno != EPERM && errno != EOPNOTSUPP &&
      errno != ENOSYS) {
    return failed("link", destination, errno);
  }
  if (!is_made) {
    if (auto copied = copy_durably(target, made); !copied) return copied;
    if (const int trouble = take_time_of(target, made); trouble != 0) {
      return failed("copy to", destination, trouble);
    }
  }
  if (::rename(made.c_str(), destination.c_str()) != 0) return failed("link", destination, errno);
  return {};
}

}  // namespace

Result<void> copy_durably(const fs::path& from, const fs::path& to) {
  if (auto copied = clone_file(from, to); !copied) return copied;
  const Descriptor copy{::open(to.c_str(), O_RDONLY | O_CLOEXEC)};
  if (copy.number < 0 || ::fdatasync(copy.number) != 0) return failed("copy to", to, errno);
  return {};
}

Result<void> place_durably(const fs::path& from, const fs::path& to) {
  if (const auto made = make_directories(to.parent_path()); !made) return made.error();
  if (::rename(from.c_str(), to.c_str()) != 0) return failed("place", to, errno);
  const Descriptor directory{::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.number < 0 || ::fsync(directory.number) != 0) return failed("place", to, errno);
  return {};
}

Result<void> place_link(const fs::path& target, const fs::path& destination) {
  if (links_to(destination, target)) return {};
  // Where nothing is, that is one step already.
  if (::symlink(target.c_str(), destination.c_str()) == 0) return {};
  return put(target, destination, Form::link_or_copy);
}

Result<void> place_copy(const fs::path& target, const fs::path& destination) {
  if (is_copy(destination, target)) return {};
  return put(target, destination, Form::copy);
}

}  // namespace sharkreg::core
