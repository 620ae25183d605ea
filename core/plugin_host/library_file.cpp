// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/library_file.h"

#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

std::string errno_text(int number) {
  return std::generic_category().message(number);
}

Error refusal(std::string message, std::string hint) {
  return Error{ErrorKind::infrastructure, std::move(message), std::move(hint)};
}

// --- Who can write it ----------------------------------------------------------------------------

enum class Noun { file, directory };

// Taking a right away may be wrong for a directory: it can be a public one, such as /tmp.
std::string advice(const fs::path& path, Noun noun, const char* right) {
  return noun == Noun::file
             ? fmt::format("take that right away: chmod {} {}", right, path.native())
             : "move the plugin to a directory that nobody else can write, or make this one such";
}

Result<void> check_writers(const fs::path& path, Noun noun) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return refusal(fmt::format("{} cannot be examined: {}", path.native(), errno_text(errno)), "");
  }
  const std::string what =
      fmt::format("the {} {}", noun == Noun::file ? "file" : "directory", path.native());
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return refusal(fmt::format("{} belongs to user {}, who is neither root nor the user that runs "
                               "this program ({})",
                               what, status.st_uid, ::geteuid()),
                   "plugins run with your rights: copy it to a place of your own, or change the "
                   "owner by chown");
  }
  if ((status.st_mode & S_IWOTH) != 0) {
    return refusal(
        fmt::format("{} can be written by everybody (mode {:04o})", what, status.st_mode & 07777),
        advice(path, noun, "o-w"));
  }
  if ((status.st_mode & S_IWGRP) != 0 && status.st_gid != 0 && status.st_gid != ::getegid()) {
    return refusal(fmt::format("{} can be written by group {}, which is neither root's nor yours "
                               "(mode {:04o})",
                               what, status.st_gid, status.st_mode & 07777),
                   advice(path, noun, "g-w"));
  }
  return {};
}

// --- What it is ----------------------------------------------------------------------------------

#if defined(__x86_64__)
constexpr Elf64_Half this_machine = EM_X86_64;
constexpr const char* this_machine_name = "x86-64";
#elif defined(__aarch64__)
constexpr Elf64_Half this_machine = EM_AARCH64;
constexpr const char* this_machine_name = "AArch64";
#else
#error "name this machine's ELF number and name here"
#endif

constexpr unsigned char this_byte_order =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

class OpenFile {
 public:
  explicit OpenFile(const fs::path& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }

  bool is_open() const { return number_ >= 0; }

  bool read(std::uint64_t offset, void* to, std::size_t size) const {
    return ::pread(number_, to, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
  }

 private:
  int number_;
};

// A file without its last part keeps valid headers: they tell how long it should be.
struct Extent {
  std::uint64_t end = 0;
  void take(std::uint64_t offset, std::uint64_t size) {
    if (offset + size > end) end = offset + size;
  }
};

Result<void> check_header(const Elf64_Ehdr& header, const std::string& name) {
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return refusal(name + " is not a shared library: it does not begin as an ELF file does",
                   "name the library that the plugin's build made, such as libacme.so");
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != this_byte_order ||
      header.e_machine != this_machine) {
    return refusal(
        fmt::format("{} is built for another machine (ELF machine {}, {}-bit); wanted is "
                    "{} (ELF machine {}, 64-bit)",
                    name, header.e_machine, header.e_ident[EI_CLASS] == ELFCLASS32 ? 32 : 64,
                    this_machine_name, this_machine),
        "build or download the plugin for this machine");
  }
  if (header.e_type != ET_DYN) {
    return refusal(
        fmt::format("{} is an ELF file, but not a shared library (type {}, wanted is {})", name,
                    header.e_type, ET_DYN),
        "link the plugin with -shared");
  }
  return {};
}

Result<void> check_length(const OpenFile& file, const Elf64_Ehdr& header, std::uint64_t size,
                          const std::string& name) {
  Extent wanted;
  wanted.take(header.e_phoff, std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr));
  wanted.take(header.e_shoff, std::uint64_t{header.e_shnum} * header.e_shentsize);
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  if (file.read(header.e_phoff, segments.data(), segments.size() * sizeof(Elf64_Phdr))) {
    for (const auto& segment : segments) wanted.take(segment.p_offset, segment.p_filesz);
  }
  if (wanted.end <= size) return {};
  return refusal(fmt::format("{} is cut short: it has {} bytes, its headers speak of {}", name,
                             size, wanted.end),
                 "build, copy or download it again");
}

}  // namespace

Result<void> check_nobody_else_can_write(const fs::path& path) {
  std::error_code trouble;
  const fs::path real = fs::canonical(path, trouble);
  if (trouble) {
    return refusal(fmt::format("{} cannot be examined: {}", path.native(), trouble.message()), "");
  }
  if (auto file = check_writers(real, Noun::file); !file) return file;
  if (auto directory = check_writers(real.parent_path(), Noun::directory); !directory)
    return directory;
  if (path.parent_path() == real.parent_path()) return {};
  return check_writers(path.parent_path(), Noun::directory);
}

Result<void> check_is_shared_library(const fs::path& path) {
  const std::string& name = path.native();
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    const ErrorKind kind = errno == ENOENT ? ErrorKind::not_found : ErrorKind::infrastructure;
    return Error{kind, fmt::format("{} cannot be opened: {}", name, errno_text(errno)), ""};
  }
  if (S_ISDIR(status.st_mode)) {
    return refusal(name + " is a directory; wanted is a shared library", "name a file in it");
  }
  if (!S_ISREG(status.st_mode)) {
    return refusal(name + " is no regular file; wanted is a shared library", "");
  }
  const OpenFile file(path);
  if (!file.is_open()) {
    return refusal(fmt::format("{} cannot be read: {}", name, errno_text(errno)), "");
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size == 0) return refusal(name + " is empty; wanted is a shared library", "build it again");
  Elf64_Ehdr header{};
  // What a shorter file lacks stays zero, and is told from its beginning.
  const std::size_t available = size < sizeof header ? size : sizeof header;
  if (!file.read(0, &header, available)) {
    return refusal(fmt::format("{} cannot be read: {}", name, errno_text(errno)), "");
  }
  if (available < sizeof header && std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0) {
    return refusal(fmt::format("{} is cut short: it has {} bytes, an ELF header alone has {}", name,
                               size, sizeof header),
                   "build, copy or download it again");
  }
  if (auto checked = check_header(header, name); !checked) return checked;
  return check_length(file, header, size, name);
}

}  // namespace sharkreg::core
