// SPDX-License-Identifier: Apache-2.0
#include "store/artifact_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "base/files.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

Error failed(const std::string& what, int number) {
  return {ErrorKind::infrastructure, what + ": " + std::strerror(number), {}};
}

// Whether the link at `destination` leads to `target` already.
bool links_to(const fs::path& destination, const fs::path& target) {
  std::error_code error;
  return fs::is_symlink(destination, error) && fs::read_symlink(destination, error) == target;
}

// Replaces what lies at `destination` in one step: readers find the old file or the new link.
Result<void> place_link(const fs::path& target, const fs::path& destination) {
  if (links_to(destination, target)) return {};
  auto temporary = TemporaryDirectory::create(destination.parent_path(), "link-");
  if (!temporary) return temporary.error();
  const fs::path link = temporary->path() / "link";
  if (::symlink(target.c_str(), link.c_str()) != 0 ||
      ::rename(link.c_str(), destination.c_str()) != 0) {
    return failed("cannot link " + destination.string(), errno);
  }
  return {};
}

// A file that is written piece by piece.
class Part {
 public:
  explicit Part(const fs::path& path)
      : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444)),
        trouble_(file_ < 0 ? errno : 0) {}
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  ~Part() {
    if (file_ >= 0) ::close(file_);
  }

  // False, as all that follow, if something could not be written.
  bool write(const void* bytes, std::size_t size) {
    for (const char* at = static_cast<const char*>(bytes); size > 0 && trouble_ == 0;) {
      const ssize_t written = ::write(file_, at, size);
      if (written < 0) {
        if (errno != EINTR) trouble_ = errno;
        continue;
      }
      at += written;
      size -= static_cast<std::size_t>(written);
      size_ += static_cast<std::uint64_t>(written);
    }
    return trouble_ == 0;
  }

  // On the disk, also after a power loss.
  void complete() {
    if (trouble_ == 0 && ::fsync(file_) != 0) trouble_ = errno;
    if (::close(std::exchange(file_, -1)) != 0 && trouble_ == 0) trouble_ = errno;
  }

  int trouble() const { return trouble_; }
  std::uint64_t size() const { return size_; }

 private:
  int file_;
  int trouble_;
  std::uint64_t size_ = 0;
};

Result<void> place_copy(ArtifactFetcher& fetcher, const std::string& location,
                        std::optional<std::int64_t> size, const fs::path& destination) {
  auto temporary = TemporaryDirectory::create(destination.parent_path(), "fetch-");
  if (!temporary) return temporary.error();
  const fs::path path = temporary->path() / "part";
  Part part(path);
  const auto cannot_write = [&] {
    return failed("cannot write " + destination.string(), part.trouble());
  };
  if (part.trouble() != 0) return cannot_write();
  try {
    fetcher.read(location, {},
                 [&](const void* bytes, std::size_t count) { return part.write(bytes, count); });
  } catch (const Failure& failure) {
    // A fetcher also throws when it was told to stop, since nothing can be written any more.
    if (part.trouble() != 0) return cannot_write();
    return Error{ErrorKind::infrastructure, failure.what(), failure.hint()};
  }
  if (size && part.trouble() == 0 && std::cmp_not_equal(*size, part.size())) {
    return Error{ErrorKind::infrastructure,
                 fmt::format("{}: {} bytes came, but it has {}", location, part.size(), *size),
                 {}};
  }
  part.complete();
  if (part.trouble() != 0) return cannot_write();
  if (::rename(path.c_str(), destination.c_str()) != 0) {
    return failed("cannot place " + destination.string(), errno);
  }
  return {};
}

}  // namespace

std::string scheme_of(std::string_view location) {
  const std::size_t colon = location.find("://");
  return location.starts_with('/') || colon == std::string_view::npos
             ? "file"
             : std::string(location.substr(0, colon));
}

Result<Provided> ArtifactStore::provide(const std::string& location, const fs::path& destination) {
  const Result<std::shared_ptr<ArtifactFetcher>> fetcher = fetcher_for_scheme_(scheme_of(location));
  if (!fetcher) {
    std::error_code error;
    if (!fs::is_regular_file(destination, error)) return fetcher.error();
    return Provided{
        fmt::format("{} was there already; {}", destination.string(), fetcher.error().message)};
  }
  std::optional<ArtifactInformation> information;
  try {
    information = (*fetcher)->stat(location);
  } catch (const Failure& failure) {
    return Error{ErrorKind::infrastructure, failure.what(), failure.hint()};
  }
  if (!information) return Error{ErrorKind::not_found, location + ": there is no such file", {}};
  if (const auto made = make_directories(destination.parent_path()); !made) return made.error();
  const Result<void> placed = information->local_path
                                  ? place_link(*information->local_path, destination)
                                  : place_copy(**fetcher, location, information->size, destination);
  if (!placed) return placed.error();
  return Provided{};
}

}  // namespace sharkreg::core
