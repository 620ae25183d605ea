// SPDX-License-Identifier: Apache-2.0
#include "store/artifact_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/digest.h"
#include "base/files.h"
#include "base/secrets.h"

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
  if (const auto made = make_directories(destination.parent_path()); !made) return made.error();
  auto temporary = TemporaryDirectory::create(destination.parent_path(), "link-");
  if (!temporary) return temporary.error();
  const fs::path link = temporary->path() / "link";
  if (::symlink(target.c_str(), link.c_str()) != 0 ||
      ::rename(link.c_str(), destination.c_str()) != 0) {
    return failed("cannot link " + destination.string(), errno);
  }
  return {};
}

// Renames, and sees to it that the new name is on the disk.
Result<void> place(const fs::path& from, const fs::path& to) {
  if (const auto made = make_directories(to.parent_path()); !made) return made.error();
  if (::rename(from.c_str(), to.c_str()) != 0) return failed("cannot place " + to.string(), errno);
  const int directory = ::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int trouble = directory < 0 || ::fsync(directory) != 0 ? errno : 0;
  if (directory >= 0) ::close(directory);
  if (trouble != 0) return failed("cannot place " + to.string(), trouble);
  return {};
}

// The right to fetch one URL: a lock on a file, which the kernel lets go when its holder ends.
class FetchLock {
 public:
  static Result<FetchLock> wait_for(const fs::path& file, const std::stop_token& stop) {
    if (const auto made = make_directories(file.parent_path()); !made) return made.error();
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor < 0) return failed("cannot lock " + file.string(), errno);
    FetchLock lock(descriptor);
    while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) {
        return failed("cannot lock " + file.string(), errno);
      }
      if (stop.stop_requested()) return Error{ErrorKind::interrupted, "interrupted", {}};
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return lock;
  }
  FetchLock(FetchLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FetchLock& operator=(FetchLock&&) = delete;
  ~FetchLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

 private:
  explicit FetchLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

// What somebody else put there counts when nothing can be learned of the URL.
Result<Provided> what_lies_there(const fs::path& destination, const Error& error) {
  std::error_code ignored;
  if (!fs::is_regular_file(destination, ignored)) return error;
  return Provided{fmt::format("{} was there already; {}", destination.string(), error.message)};
}

std::chrono::sys_seconds now(const Clock& clock) {
  return std::chrono::time_point_cast<std::chrono::seconds>(clock.now());
}

}  // namespace

std::string scheme_of(std::string_view location) {
  const std::size_t colon = location.find("://");
  return location.starts_with('/') || colon == std::string_view::npos
             ? "file"
             : std::string(location.substr(0, colon));
}

ArtifactStore::ArtifactStore(StoreSettings settings, FetcherPool::Make make_fetcher,
                             const Clock& clock)
    : settings_(std::move(settings)), fetchers_(std::move(make_fetcher)), clock_(clock) {}

fs::path ArtifactStore::blob_file(const std::string& sha256) const {
  return settings_.directory / "blobs" / sha256.substr(0, 2) / sha256.substr(2);
}

fs::path ArtifactStore::part_file(const std::string& key) const {
  return settings_.directory / "parts" / key;
}

Result<StoreIndex*> ArtifactStore::index() {
  const std::scoped_lock lock(mutex_);
  if (!index_) {
    auto opened = StoreIndex::open(settings_.directory / "index.sqlite");
    if (!opened) return opened.error();
    index_ = std::move(*opened);
  }
  return index_.get();
}

// The file of a blob whose content is what its name says. Absent (not_found): there is none, or
// none that can be told without a right to mend it.
Result<fs::path> ArtifactStore::trusted_file(StoreIndex& index, const std::string& key,
                                             const Blob& blob, Rights rights) const {
  const fs::path file = blob_file(blob.sha256);
  const auto identity = identity_of(file);
  if (identity == blob.identity) return file;
  const Error absent{ErrorKind::not_found, file.native() + " is not there", {}};
  if (rights == Rights::look) return absent;
  if (!identity) {
    // Whoever fetched it was killed between the index and the rename.
    const fs::path part = part_file(key);
    if (identity_of(part) != blob.identity) return absent;
    if (auto placed = place(part, file); !placed) return placed.error();
    return file;
  }
  const auto digest = sha256_of_file(file);
  if (!digest) return digest.error();
  if (*digest == blob.sha256) {
    if (auto noted = index.remember_blob({blob.sha256, *identity}); !noted) return noted.error();
    return file;
  }
  if (auto kept = place(file, settings_.directory / "bad" / blob.sha256); !kept) {
    return kept.error();
  }
  if (auto forgotten = index.forget_blob(blob.sha256); !forgotten) return forgotten.error();
  return absent;
}

bool ArtifactStore::is_current(const KnownSource& known) const {
  switch (settings_.revalidate) {
    case Revalidate::never:
      return true;
    case Revalidate::always:
      return settings_.offline;
    case Revalidate::etag:
      break;
  }
  return settings_.offline || now(clock_) - known.checked < settings_.revalidate_after;
}

// The store's file of what the URL had when it was last asked for. Absent: it has to be fetched.
Result<std::optional<ArtifactStore::Found>> ArtifactStore::find(StoreIndex& index,
                                                                const std::string& location,
                                                                const std::string& key,
                                                                Rights rights,
                                                                const std::stop_token& stop) {
  auto known = index.source(key);
  if (!known) return known.error();
  if (!*known) return std::optional<Found>();
  auto file = trusted_file(index, key, (*known)->blob, rights);
  if (!file && file.error().kind == ErrorKind::not_found) return std::optional<Found>();
  if (!file) return file.error();
  if (is_current(**known)) return std::optional(Found{std::move(*file), {}});
  const auto information =
      stat_artifact(location, scheme_of(location), fetchers_, settings_.limits, stop);
  if (!information) {
    // It may be there still, and the store's copy is what it was.
    if (information.error().kind != ErrorKind::infrastructure) return information.error();
    return std::optional(
        Found{std::move(*file),
              "it could not be asked whether it is still current: " + information.error().message});
  }
  if (information->validator.empty() || information->validator != (*known)->validator) {
    return std::optional<Found>();
  }
  KnownSource current = **known;
  current.checked = now(clock_);
  if (auto remembered = index.remember(key, current); !remembered) return remembered.error();
  return std::optional(Found{std::move(*file), {}});
}

// To be called by the holder of the URL's lock.
Result<fs::path> ArtifactStore::fetch_and_place(StoreIndex& index, const std::string& location,
                                                const std::string& key,
                                                const ArtifactInformation& information,
                                                const std::stop_token& stop) {
  const fs::path part = part_file(key);
  if (const auto made = make_directories(part.parent_path()); !made) return made.error();
  Download download{location, scheme_of(location), key, part};
  if (settings_.progress) {
    download.progress = [&](std::uint64_t done, std::uint64_t total) {
      settings_.progress(location, done, total);
    };
  }
  const auto fetched = fetch(download, information, fetchers_, index, settings_.limits, stop);
  if (!fetched) return fetched.error();
  const auto promised = fetched->digests.find("sha256");
  if (promised != fetched->digests.end() && promised->second != fetched->sha256) {
    const fs::path bad = settings_.directory / "bad" / key;
    if (auto kept = place(part, bad); !kept) return kept.error();
    if (auto forgotten = index.forget_part(key); !forgotten) return forgotten.error();
    return Error{ErrorKind::infrastructure,
                 fmt::format("{}: its SHA-256 is {}, but the server says {}", redacted(location),
                             fetched->sha256, promised->second),
                 "what came is kept as " + bad.native()};
  }
  if (::chmod(part.c_str(), 0444) != 0) return failed("cannot place " + part.string(), errno);
  const auto identity = identity_of(part);
  if (!identity) return failed("cannot place " + part.string(), ENOENT);
  // First the index: who is killed before the rename left a part that is known to be this blob.
  const KnownSource source{{fetched->sha256, *identity}, fetched->validator, now(clock_)};
  if (auto remembered = index.remember(key, source); !remembered) return remembered.error();
  const fs::path file = blob_file(fetched->sha256);
  if (auto placed = place(part, file); !placed) return placed.error();
  return file;
}

Result<Provided> ArtifactStore::link_to(const Found& found, const fs::path& destination) {
  if (auto placed = place_link(found.file, destination); !placed) return placed.error();
  return Provided{found.note};
}

Result<Provided> ArtifactStore::provide(const std::string& location, const fs::path& destination,
                                        const std::stop_token& stop) {
  const std::string scheme = scheme_of(location);
  // Asked first, since without one nothing can be learned of the URL.
  if (const auto fetcher = fetchers_.lend(scheme); !fetcher) {
    return what_lies_there(destination, fetcher.error());
  }
  if (scheme == "file") {
    // On this machine: nothing of it is kept, and nothing is asked of the store.
    const auto information = stat_artifact(location, scheme, fetchers_, settings_.limits, stop);
    if (!information) return information.error();
    if (information->local_path) return link_to({*information->local_path, {}}, destination);
  }
  const auto index = this->index();
  if (!index) return index.error();
  const std::string key = sha256_of(location);
  const auto known = find(**index, location, key, Rights::look, stop);
  if (!known) return known.error();
  if (*known) return link_to(**known, destination);
  return provide_fetched(**index, location, key, destination, stop);
}

Result<Provided> ArtifactStore::provide_fetched(StoreIndex& index, const std::string& location,
                                                const std::string& key, const fs::path& destination,
                                                const std::stop_token& stop) {
  const auto lock = FetchLock::wait_for(settings_.directory / "locks" / key, stop);
  if (!lock) return lock.error();
  // Somebody else may have fetched it in the meantime.
  const auto known = find(index, location, key, Rights::mend, stop);
  if (!known) return known.error();
  if (*known) return link_to(**known, destination);
  if (settings_.offline) {
    return what_lies_there(
        destination,
        {ErrorKind::infrastructure,
         redacted(location) + " is not in the store, and --offline forbids to fetch it",
         "run `sharkreg fetch` once without --offline; the store is " +
             settings_.directory.native()});
  }
  const auto information =
      stat_artifact(location, scheme_of(location), fetchers_, settings_.limits, stop);
  if (!information && information.error().kind == ErrorKind::infrastructure) {
    return what_lies_there(destination, information.error());
  }
  if (!information) return information.error();
  if (information->local_path) return link_to({*information->local_path, {}}, destination);
  const auto file = fetch_and_place(index, location, key, *information, stop);
  if (!file) return file.error();
  return link_to({*file, {}}, destination);
}

}  // namespace sharkreg::core
