// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <random>
#include <stdlib.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

constexpr std::uint64_t smallest_piece = std::uint64_t{1} << 12;
constexpr std::uint64_t largest_piece = std::uint64_t{1} << 18;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

  // Some file systems report a failed write only now.
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

Error failure(std::string_view verb, const std::filesystem::path& path, std::string_view reason,
              ErrorKind kind = ErrorKind::infrastructure) {
  return {kind, fmt::format("cannot {} \"{}\": {}", verb, printable(path.native()), reason), ""};
}

Error system_failure(std::string_view verb, const std::filesystem::path& path, int code) {
  if (code == ENOENT) return failure(verb, path, "there is no such file", ErrorKind::not_found);
  return failure(verb, path, std::generic_category().message(code));
}

// A regular file that was opened; nothing else can be read to its end for sure.
struct OpenFile {
  std::unique_ptr<Descriptor> descriptor;
  std::uint64_t size;  // when it was opened
};

Result<OpenFile> open_file(const std::filesystem::path& path) {
  // Without O_NONBLOCK, opening a pipe would wait for its other end.
  auto file = std::make_unique<Descriptor>(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file->is_open() || ::fstat(file->number(), &status) != 0) {
    return system_failure("read", path, errno);
  }
  if (S_ISREG(status.st_mode)) {
    return OpenFile{std::move(file), static_cast<std::uint64_t>(status.st_size)};
  }
  return failure("read", path,
                 S_ISDIR(status.st_mode) ? "it is a directory, not a file"
                                         : "it is a pipe or a device, not a file",
                 ErrorKind::invalid);
}

Result<void> read_pieces(const OpenFile& file, const std::filesystem::path& path,
                         const std::function<bool(std::string_view)>& take) {
  // No larger than the file, since most files are small; and some of those that the kernel makes
  // up say that they are empty.
  std::string piece(std::clamp(file.size, smallest_piece, largest_piece), '\0');
  for (;;) {
    const ssize_t count = ::read(file.descriptor->number(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("read", path, errno);
    if (count == 0) return {};
    if (!take(std::string_view(piece.data(), static_cast<std::size_t>(count)))) return {};
  }
}

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A name that no other process takes at the same time. It does not contain the final name, which
// may already be as long as names can be.
std::filesystem::path temporary_name_in(const std::filesystem::path& directory) {
  static std::atomic<unsigned> counter = std::random_device()();
  return directory / fmt::format(".sharkreg-{}-{:08x}", ::getpid(), counter++);
}

// A rename is only kept through a power loss when its directory was written as well.
void write_through(const std::filesystem::path& directory) {
  const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) ::fsync(opened.number());
}

Result<void> write_in_place(const std::filesystem::path& path, std::string_view content) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.is_open() || !write_all(file.number(), content) || !file.close()) {
    return system_failure("write", path, errno);
  }
  return {};
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
  const std::filesystem::path temporary = temporary_name_in(directory);
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file.is_open()) return system_failure("write", path, errno);
  const bool placed = write_all(file.number(), content) && ::fsync(file.number()) == 0 &&
                      file.close() && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!placed) {
    const int code = errno;
    ::unlink(temporary.c_str());
    return system_failure("write", path, code);
  }
  write_through(directory);
  return {};
}

// Where a cut that leaves whole lines may be, if there is a line's end near the wanted place.
std::size_t end_of_head(std::string_view text, std::size_t wanted) {
  const std::size_t newline = text.rfind('\n', wanted == 0 ? 0 : wanted - 1);
  return newline != std::string_view::npos && newline >= wanted / 2 ? newline + 1 : wanted;
}

// A tool may leave directories without write permission; what is in them could not be removed.
void make_removable(const std::filesystem::path& directory) {
  std::error_code ignored;
  using std::filesystem::perms;
  std::filesystem::permissions(directory, perms::owner_all, std::filesystem::perm_options::add,
                               ignored);
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) make_removable(entry.path());
  }
}

void remove_directory(const std::filesystem::path& path) {
  if (path.empty()) return;
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (!error) return;
  make_removable(path);
  std::filesystem::remove_all(path, error);
}

}  // namespace

Result<void> read_pieces(const std::filesystem::path& path,
                         const std::function<bool(std::string_view)>& take) {
  const Result<OpenFile> file = open_file(path);
  if (!file) return file.error();
  return read_pieces(*file, path, take);
}

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit) {
  const Result<OpenFile> file = open_file(path);
  if (!file) return file.error();
  std::string content;
  bool fits = file->size <= limit;
  if (fits) {
    content.reserve(file->size);
    // It may grow while it is read.
    const Result<void> read = read_pieces(*file, path, [&](std::string_view piece) {
      fits = piece.size() <= limit - content.size();
      if (fits) content += piece;
      return fits;
    });
    if (!read) return read.error();
  }
  if (fits) return content;
  return failure("read", path, fmt::format("it is larger than {} bytes", limit),
                 ErrorKind::invalid);
}

Result<std::string> read_excerpt(const std::filesystem::path& path, std::size_t most) {
  std::string head;
  std::string tail;  // of what follows the head; trimmed now and then
  std::uint64_t size = 0;
  const std::size_t half = most / 2;
  const Result<void> read = read_pieces(path, [&](std::string_view piece) {
    size += piece.size();
    const std::size_t room = std::min(most - half - head.size(), piece.size());
    head += piece.substr(0, room);
    tail += piece.substr(room);
    if (tail.size() > 2 * most + piece.size()) tail.erase(0, tail.size() - most);
    return true;
  });
  if (!read) return read.error();
  if (size <= most) return printable(head + tail);

  head.resize(end_of_head(head, head.size()));
  std::size_t start = tail.size() - half;
  const std::size_t newline = tail.find('\n', start);
  if (newline != std::string::npos && newline - start < half / 2) start = newline + 1;
  tail.erase(0, start);
  return fmt::format("{}{}[… {} bytes left out …]\n{}", printable(head),
                     head.ends_with('\n') || head.empty() ? "" : "\n",
                     size - head.size() - tail.size(), printable(tail));
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  if (!path.has_filename()) return failure("write", path, "it names no file", ErrorKind::usage);
  std::error_code absent;
  const std::filesystem::path target = std::filesystem::canonical(path, absent);
  if (absent) {
    const Result<void> made = make_directories(path.parent_path());
    if (!made) return made.error();
    return replace_file(path, content);
  }
  struct stat status {};
  if (::stat(target.c_str(), &status) != 0) return system_failure("write", path, errno);
  if (S_ISDIR(status.st_mode)) {
    return failure("write", path, "it is a directory, not a file", ErrorKind::usage);
  }
  return S_ISREG(status.st_mode) ? replace_file(target, content) : write_in_place(path, content);
}

Result<void> make_directories(const std::filesystem::path& path) {
  std::error_code error;
  if (path.empty() || std::filesystem::is_directory(path, error)) return {};
  std::filesystem::create_directories(path, error);
  if (error) return failure("make the directory", path, error.message());
  return {};
}

TemporaryDirectory::TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}

Result<TemporaryDirectory> TemporaryDirectory::create(const std::filesystem::path& parent,
                                                      std::string_view prefix) {
  const Result<void> made = make_directories(parent);
  if (!made) return made.error();
  std::string name = (parent / fmt::format(".{}XXXXXX", prefix)).native();
  if (::mkdtemp(name.data()) == nullptr) {
    return failure("make a directory in", parent, std::generic_category().message(errno));
  }
  return TemporaryDirectory(std::move(name));
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
  if (this != &other) {
    remove_directory(path_);
    path_ = std::exchange(other.path_, {});
  }
  return *this;
}

TemporaryDirectory::~TemporaryDirectory() {
  remove_directory(path_);
}

}  // namespace sharkreg::core
