// SPDX-License-Identifier: Apache-2.0
#include "store/artifact_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

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

Result<void> place_copy(ArtifactFetcher& fetcher, const std::string& location,
                        const fs::path& destination) {
  auto temporary = TemporaryDirectory::create(destination.parent_path(), "fetch-");
  if (!temporary) return temporary.error();
  const fs::path part = temporary->path() / "part";
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
  if (file < 0) return failed("cannot write " + part.string(), errno);

  int trouble = 0;
  const auto receive = [&](const void* bytes, std::size_t size) {
    for (const char* at = static_cast<const char*>(bytes); size > 0;) {
      const ssize_t written = ::write(file, at, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        trouble = errno;
        return false;
      }
      at += written;
      size -= static_cast<std::size_t>(written);
    }
    return true;
  };
  std::optional<Error> failure;
  try {
    fetcher.read(location, 0, ArtifactFetcher::to_end, receive);
    if (::fsync(file) != 0) trouble = errno;
  } catch (const Failure& thrown) {
    failure = Error{ErrorKind::infrastructure, thrown.what(), thrown.hint()};
  }
  if (::close(file) != 0 && trouble == 0) trouble = errno;
  if (trouble != 0) return failed("cannot write " + destination.string(), trouble);
  if (failure) return *failure;
  if (::rename(part.c_str(), destination.c_str()) != 0) {
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
  const Result<std::shared_ptr<ArtifactFetcher>> fetcher =
      fetcher_for_scheme_(scheme_of(location));
  if (!fetcher) {
    std::error_code error;
    if (!fs::is_regular_file(destination, error)) return fetcher.error();
    return Provided{fmt::format("{} was there already; {}", destination.string(),
                                fetcher.error().message)};
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
                                  : place_copy(**fetcher, location, destination);
  if (!placed) return placed.error();
  return Provided{};
}

}  // namespace sharkreg::core
