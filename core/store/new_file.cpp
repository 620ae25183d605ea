// SPDX-License-Identifier: Apache-2.0
#include "store/new_file.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "store/part_file.h"

namespace sharkreg::core {

NewFile::NewFile(std::filesystem::path path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

NewFile::~NewFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(path_.c_str());
}

Result<NewFile> NewFile::create(const std::filesystem::path& path, bool is_executable) {
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, is_executable ? 0755 : 0644);
  if (descriptor < 0) return write_trouble(path, errno);
  return NewFile(path, descriptor);
}

int NewFile::write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

Result<void> NewFile::keep() {
  if (::close(std::exchange(descriptor_, -1)) == 0) return {};
  const int number = errno;
  ::unlink(path_.c_str());
  return write_trouble(path_, number);
}

}  // namespace sharkreg::core
