// SPDX-License-Identifier: Apache-2.0
#include "file_fetcher.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include <sharkreg/failure.h>

#include "file_url.h"

namespace file_fetcher {
namespace {

using sharkreg::Failure;

constexpr std::size_t buffer_size = std::size_t{1} << 20;

[[noreturn]] void fail(const std::string& path, int error) {
  throw Failure(Failure::Kind::failed,
                "cannot read " + path + ": " + std::generic_category().message(error),
                error == EACCES ? "give this user the right to read the file and to enter each "
                                  "directory above it"
                                : "");
}

// A regular file, open for reading.
class OpenFile {
 public:
  // Absent if there is no such file.
  static std::optional<OpenFile> open(const std::string& path) {
    // Non-blocking, since opening a named pipe would otherwise wait for its writer.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
      if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
      fail(path, errno);
    }
    OpenFile file(path, descriptor);
    if (::fstat(descriptor, &file.status_) != 0) fail(path, errno);
    if (!S_ISREG(file.status_.st_mode)) {
      throw Failure(
          Failure::Kind::invalid,
          path +
              (S_ISDIR(file.status_.st_mode) ? " is a directory" : " is a device, pipe or socket") +
              ", not a file");
    }
    return file;
  }

  OpenFile(OpenFile&& other) noexcept
      : path_(std::move(other.path_)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        status_(other.status_) {}
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  const struct stat& status() const { return status_; }
  std::uint64_t size() const { return static_cast<std::uint64_t>(status_.st_size); }

  // Bytes read, 0 at the end of the file.
  std::size_t read_at(std::uint64_t offset, char* buffer, std::size_t size) const {
    for (;;) {
      const ssize_t count = ::pread(descriptor_, buffer, size, static_cast<off_t>(offset));
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) fail(path_, errno);
    }
  }

 private:
  OpenFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  int descriptor_;
  struct stat status_ {};
};

std::string validator_of(const struct stat& status) {
  const std::string nanoseconds = std::to_string(status.st_mtim.tv_nsec);
  return std::to_string(status.st_mtim.tv_sec) + "." + std::string(9 - nanoseconds.size(), '0') +
         nanoseconds + "-" + std::to_string(status.st_size) + "-" + std::to_string(status.st_ino);
}

}  // namespace

sharkreg::FetcherDescription FileFetcher::describe() const {
  return {{"file"}};
}

std::optional<sharkreg::ArtifactInformation> FileFetcher::stat(const std::string& url) {
  const std::string path = path_from_url(url);
  const auto file = OpenFile::open(path);
  if (!file) return std::nullopt;
  sharkreg::ArtifactInformation information;
  information.size = static_cast<std::int64_t>(file->size());
  information.validator = validator_of(file->status());
  information.ranges = true;
  information.local_path = path;
  return information;
}

void FileFetcher::read(const std::string& url, const sharkreg::ArtifactPart& part,
                       const Receive& receive) {
  const auto& [offset, length, validator] = part;
  const std::string path = path_from_url(url);
  const auto file = OpenFile::open(path);
  if (!file) fail(path, ENOENT);
  if (!validator.empty() && validator != validator_of(file->status())) {
    throw Failure(Failure::Kind::changed, path + " was changed since it was looked at");
  }
  if (offset > file->size()) {
    throw Failure(Failure::Kind::invalid, path + " has " + std::to_string(file->size()) +
                                              " bytes, so none can be read from " +
                                              std::to_string(offset) + " on");
  }
  std::vector<char> buffer(static_cast<std::size_t>(
      std::min<std::uint64_t>(buffer_size, std::max<std::uint64_t>(length, 1))));
  for (std::uint64_t done = 0; done < length;) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), length - done));
    const std::size_t count = file->read_at(offset + done, buffer.data(), wanted);
    if (count == 0) {
      if (length == sharkreg::ArtifactPart::to_end) return;
      throw Failure(Failure::Kind::failed, path + " ended after " + std::to_string(done) + " of " +
                                               std::to_string(length) + " bytes from " +
                                               std::to_string(offset) + " on");
    }
    if (!receive(buffer.data(), count)) {
      throw Failure(Failure::Kind::cancelled, "reading " + path + " was cancelled");
    }
    done += count;
  }
}

}  // namespace file_fetcher
