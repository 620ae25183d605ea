// SPDX-License-Identifier: Apache-2.0
#include "execute/shared_lock.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

constexpr mode_t everybody = 01777;

Error cannot_use(const fs::path& path, const std::string& why) {
  return {ErrorKind::infrastructure, fmt::format("cannot lock by {}: {}", path.string(), why),
          "name a directory that all users of the machine's devices can write into by "
          "SHARKREG_LOCK_DIR"};
}

// The mode of the first one who makes it must not keep others out, whatever the umask. That of a
// directory which somebody else made is that one's affair.
Result<void> make_shared_directory(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) == 0) {
    if (::chmod(directory.c_str(), everybody) != 0) {
      return cannot_use(directory, std::strerror(errno));
    }
  } else if (errno == ENOENT) {
    if (const auto made = make_directories(directory.parent_path()); !made) return made.error();
    if (::mkdir(directory.c_str(), 0700) == 0) ::chmod(directory.c_str(), everybody);
  }
  struct stat status {};
  if (::lstat(directory.c_str(), &status) != 0) {
    return cannot_use(directory, std::strerror(errno));
  }
  if (!S_ISDIR(status.st_mode)) return cannot_use(directory, "that is no directory");
  return {};
}

// Not O_CREAT for a file that is there: in a directory that all can write into the kernel refuses
// that for the files of others (fs.protected_regular). Opened for reading, which is enough to lock.
Result<Descriptor> open_lock_file(const fs::path& file) {
  constexpr int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  for (;;) {
    Descriptor opened(::open(file.c_str(), flags));
    if (!opened && errno == ENOENT) {
      opened = Descriptor(::open(file.c_str(), flags | O_CREAT | O_EXCL, 0666));
      if (opened) ::fchmod(opened.get(), 0666);
      if (!opened && errno == EEXIST) continue;
    }
    if (!opened) return cannot_use(file, std::strerror(errno));
    struct stat status {};
    if (::fstat(opened.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
      return cannot_use(file, "that is no regular file");
    }
    return opened;
  }
}

// Somebody who cleans up may have removed it since it was opened.
bool is_at(const Descriptor& file, const fs::path& path) {
  struct stat open {};
  struct stat there {};
  return ::fstat(file.get(), &open) == 0 && ::lstat(path.c_str(), &there) == 0 &&
         open.st_ino == there.st_ino && open.st_dev == there.st_dev;
}

}  // namespace

fs::path default_lock_directory() {
  if (const char* named = std::getenv("SHARKREG_LOCK_DIR"); named != nullptr && *named != '\0') {
    return fs::absolute(named);
  }
  struct stat status {};
  const bool usable = ::stat("/run/lock", &status) == 0 && S_ISDIR(status.st_mode) &&
                      (status.st_mode & S_IWOTH) != 0;
  return usable ? "/run/lock/sharkreg" : "/tmp/sharkreg-locks";
}

Result<std::optional<SharedLock>> SharedLock::try_to_take(const fs::path& directory,
                                                          const std::string& name, Kind kind) {
  if (const auto made = make_shared_directory(directory); !made) return made.error();
  const fs::path path = directory / name;
  for (;;) {
    auto file = open_lock_file(path);
    if (!file) return file.error();
    const int operation = kind == Kind::exclusive ? LOCK_EX : LOCK_SH;
    if (::flock(file->get(), operation | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) return cannot_use(path, std::strerror(errno));
      return std::optional<SharedLock>();
    }
    if (is_at(*file, path)) return std::optional(SharedLock(std::move(*file)));
  }
}

std::optional<pid_t> holder_of(const fs::path& directory, const std::string& name) {
  struct stat status {};
  if (::stat((directory / name).c_str(), &status) != 0) return std::nullopt;
  const auto locks = read_file("/proc/locks");
  if (!locks) return std::nullopt;
  const std::string wanted =
      fmt::format("{:02x}:{:02x}:{}", major(status.st_dev), minor(status.st_dev), status.st_ino);
  for (const std::string& line : split(*locks, '\n')) {
    // "1: FLOCK  ADVISORY  WRITE 4711 00:1b:1234 0 EOF"; those who wait have "->" after the number.
    std::istringstream words(line);
    std::string number;
    std::string type;
    std::string advice;
    std::string access;
    std::string file;
    pid_t pid = 0;
    if (words >> number >> type >> advice >> access >> pid >> file && type == "FLOCK" &&
        file == wanted && pid > 0) {
      return pid;
    }
  }
  return std::nullopt;
}

std::string lock_name(const std::string& kind, const std::string& identity) {
  constexpr std::size_t most = 80;
  std::string readable;
  for (const char c : identity.substr(0, most)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    readable += plain || c == '-' || c == '.' ? c : '_';
  }
  return fmt::format("{}.{}.{}", kind, readable, sha256_of(identity).substr(0, 12));
}

}  // namespace sharkreg::core
