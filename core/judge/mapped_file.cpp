// SPDX-License-Identifier: Apache-2.0
#include "judge/mapped_file.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace sharkreg::core {
namespace {

Error cannot_read(const std::filesystem::path& path, int error) {
  return {error == ENOENT || error == ENOTDIR ? ErrorKind::not_found : ErrorKind::infrastructure,
          "cannot read " + path.string() + ": " + std::generic_category().message(error),
          {}};
}

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::filesystem::path& path) {
  // Non-blocking, since opening a named pipe would otherwise wait for its writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return cannot_read(path, errno);

  struct stat status {};
  void* data = nullptr;
  int error = ::fstat(descriptor, &status) == 0 ? 0 : errno;
  if (error == 0 && !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return Error{ErrorKind::infrastructure, path.string() + " is not a regular file", {}};
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  // Nothing can be mapped of an empty file.
  if (error == 0 && size > 0) {
    data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data == MAP_FAILED) error = errno;
  }
  ::close(descriptor);
  if (error != 0) return cannot_read(path, error);
  if (size > 0) ::madvise(data, size, MADV_SEQUENTIAL);
  return std::shared_ptr<const MappedFile>(new MappedFile(data, size));
}

MappedFile::~MappedFile() {
  if (size_ > 0) ::munmap(data_, size_);
}

}  // namespace sharkreg::core
