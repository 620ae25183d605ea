// SPDX-License-Identifier: Apache-2.0
#include "store/placing.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
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
  std::error_code error;
  return fs::is_symlink(destination, error) && fs::read_symlink(destination, error) == target;
}

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

// As an artifact it is to be there after a power loss too.
Result<void> copy_flushed(const fs::path& from, const fs::path& to) {
  if (auto copied = clone_file(from, to); !copied) return copied;
  const Descriptor copy{::open(to.c_str(), O_RDONLY | O_CLOEXEC)};
  if (copy.number < 0 || ::fdatasync(copy.number) != 0) return failed("copy to", to, errno);
  return {};
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
    if (auto copied = copy_flushed(target, made); !copied) return copied;
  }
  if (::rename(made.c_str(), destination.c_str()) != 0) return failed("link", destination, errno);
  return {};
}

}  // namespace

Result<void> place_durably(const fs::path& from, const fs::path& to) {
  if (const auto made = make_directories(to.parent_path()); !made) return made.error();
  if (::rename(from.c_str(), to.c_str()) != 0) return failed("place", to, errno);
  const Descriptor directory{::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.number < 0 || ::fsync(directory.number) != 0) return failed("place", to, errno);
  return {};
}

Result<void> place_link(const fs::path& target, const fs::path& destination) {
  // Where nothing is, that is one step already.
  if (::symlink(target.c_str(), destination.c_str()) == 0) return {};
  if (links_to(destination, target)) return {};
  return put(target, destination, Form::link_or_copy);
}

Result<void> place_copy(const fs::path& target, const fs::path& destination) {
  return put(target, destination, Form::copy);
}

}  // namespace sharkreg::core
