// SPDX-License-Identifier: Apache-2.0
#include "store/artifact_store.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/files.h"
#include "base/secrets.h"
#include "store/adoption.h"
#include "store/garbage.h"
#include "store/git_lfs.h"
#include "store/placing.h"
#include "store/unpack.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

// One that a mirror is given: the URL itself is there as well.
constexpr int attempts_at_mirrors = 2;

constexpr std::int64_t largest_pointer = 1024;  // bytes; of git-lfs

Error cannot_place(const fs::path& file, int number) {
  return {ErrorKind::infrastructure,
          "cannot place " + file.native() + ": " + std::strerror(number),
          {}};
}

// What somebody else put there counts when nothing can be learned of the URL.
Result<Provided> what_lies_there(const fs::path& destination, const Error& error) {
  std::error_code ignored;
  if (error.kind == ErrorKind::interrupted || !fs::is_regular_file(destination, ignored))
    return error;
  return Provided{fmt::format("{} was there already; {}", destination.string(), error.message)};
}

std::chrono::sys_seconds now(const Clock& clock) {
  return std::chrono::time_point_cast<std::chrono::seconds>(clock.now());
}

// None where one of the two does not say.
std::optional<std::string> disagreement(const Pin& wanted, const Pin& found) {
  if (!wanted.sha256.empty() && !found.sha256.empty() && wanted.sha256 != found.sha256) {
    return fmt::format("its SHA-256 is {}, but {} is pinned", found.sha256, wanted.sha256);
  }
  if (!wanted.md5.empty() && !found.md5.empty() && wanted.md5 != found.md5) {
    return fmt::format("its MD5 is {}, but {} is pinned", found.md5, wanted.md5);
  }
  return std::nullopt;
}

// As above, of what the server said.
std::optional<std::string> broken_promise(const ArtifactInformation& information,
                                          const Pin& found) {
  const auto says = [&](const char* algorithm) {
    const auto said = information.digests.find(algorithm);
    return said == information.digests.end() ? std::string() : said->second;
  };
  if (const std::string said = says("sha256"); !said.empty() && said != found.sha256) {
    return fmt::format("its SHA-256 is {}, but the server says {}", found.sha256, said);
  }
  const std::string said = says("md5");
  if (!said.empty() && !found.md5.empty() && said != found.md5) {
    return fmt::format("its MD5 is {}, but the server says {}", found.md5, said);
  }
  return std::nullopt;
}

std::string new_process_name() {
  std::random_device random;
  return fmt::format("{}-{:08x}{:08x}", ::getpid(), random(), random());
}

}  // namespace

std::string scheme_of(std::string_view location) {
  const std::size_t colon = location.find("://");
  return location.starts_with('/') || colon == std::string_view::npos
             ? "file"
             : std::string(location.substr(0, colon));
}

bool names_a_commit(std::string_view location) {
  constexpr std::size_t digits = 40;
  location = location.substr(0, location.find_first_of("?#"));
  std::size_t run = 0;
  for (std::size_t at = 0; at <= location.size(); ++at) {
    const char c = at < location.size() ? location[at] : '/';
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    const bool ends = c == '/' || c == '@';
    if (run == digits && ends) return true;
    // A run counts from a component's beginning alone.
    run = ends ? 0 : digit && run <= digits ? run + 1 : digits + 1;
  }
  return false;
}

ArtifactStore::ArtifactStore(StoreSettings settings, FetcherPool::Make make_fetcher,
                             const Clock& clock)
    : settings_(std::move(settings)),
      layout_{settings_.directory},
      fetchers_(std::move(make_fetcher), settings_.connections),
      clock_(clock) {}

ArtifactStore::~ArtifactStore() {
  if (!process_lock_) return;
  (void)index_->end_leases(process_);
  std::error_code ignored;
  fs::remove(layout_.processes() / process_, ignored);
}

Result<StoreIndex*> ArtifactStore::index() {
  const std::scoped_lock lock(mutex_);
  if (!index_) {
    auto opened = StoreIndex::open(layout_.index());
    if (!opened) return opened.error();
    index_ = std::move(*opened);
  }
  return index_.get();
}

// The file of a blob whose content is what its name says. Absent (not_found): there is none, or
// none that can be told without a right to mend it.
Result<fs::path> ArtifactStore::trusted_file(StoreIndex& index, const std::string& part_key,
                                             const Blob& blob, Rights rights) const {
  const fs::path file = layout_.blob(blob.sha256);
  const auto identity = identity_of(file);
  if (identity == blob.identity) return file;
  const Error absent{ErrorKind::not_found, file.native() + " is not there", {}};
  if (rights == Rights::look) return absent;
  if (!identity) {
    // Whoever fetched it was killed between the index and the rename.
    const fs::path part = layout_.part(part_key);
    if (part_key.empty() || identity_of(part) != blob.identity) return absent;
    if (auto placed = place_durably(part, file); !placed) return placed.error();
    return file;
  }
  const auto digest = sha256_of_file(file);
  if (!digest) return digest.error();
  if (*digest == blob.sha256) {
    if (auto noted = index.remember_blob({blob.sha256, *identity}); !noted) return noted.error();
    return file;
  }
  if (auto kept = place_durably(file, layout_.bad() / blob.sha256); !kept) return kept.error();
  if (auto forgotten = index.forget_blob(blob.sha256); !forgotten) return forgotten.error();
  return absent;
}

bool ArtifactStore::is_current(const KnownSource& known, const std::string& location) const {
  switch (settings_.revalidate) {
    case Revalidate::never:
      return true;
    case Revalidate::always:
      return settings_.offline;
    case Revalidate::etag:
      break;
  }
  return settings_.offline || names_a_commit(location) ||
         now(clock_) - known.checked < settings_.revalidate_after;
}

// The URLs at which the artifact may be, the best first.
std::vector<std::string> ArtifactStore::candidates(const std::string& location) const {
  std::vector<std::string> urls;
  for (const Mirror& mirror : settings_.mirrors) {
    if (!location.starts_with(mirror.from)) continue;
    urls.push_back(mirror.to + location.substr(mirror.from.size()));
  }
  urls.push_back(location);
  return urls;
}

// By its content alone: it does not matter where it came from.
Result<std::optional<ArtifactStore::Found>> ArtifactStore::find_pinned(
    StoreIndex& index, const ArtifactRequest& wanted, Rights rights) const {
  if (wanted.pin.sha256.empty()) return std::optional<Found>();
  const auto blob = index.blob(wanted.pin.sha256);
  if (!blob) return blob.error();
  if (!*blob) return std::optional<Found>();
  auto file = trusted_file(index, {}, **blob, rights);
  if (!file && file.error().kind != ErrorKind::not_found) return file.error();
  if (!file) return std::optional<Found>();
  return std::optional(Found{std::move(*file), wanted.pin.sha256, {}});
}

// Whether the URL that it came from has the same content still. Errors: those of stat_artifact; of
// kind infrastructure too if no mirror that is named is that URL.
Result<bool> ArtifactStore::is_unchanged(const KnownSource& known, const std::string& location,
                                         const std::stop_token& stop) {
  Result<bool> answer =
      Error{ErrorKind::infrastructure, "the mirror that it came from is not named any more", {}};
  for (const std::string& candidate : candidates(location)) {
    if (sha256_of(candidate) != known.origin) continue;
    const auto information = stat_artifact(candidate, fetchers_, settings_.limits, stop);
    if (!information) {
      answer = information.error();
    } else {
      return !information->validator.empty() && information->validator == known.validator;
    }
  }
  return answer;
}

// The store's file of what the URL had when it was last asked for. Absent: it has to be fetched.
Result<std::optional<ArtifactStore::Found>> ArtifactStore::find(StoreIndex& index,
                                                                const ArtifactRequest& wanted,
                                                                const std::string& key,
                                                                Rights rights,
                                                                const std::stop_token& stop) {
  auto pinned = find_pinned(index, wanted, rights);
  if (!pinned || *pinned) return pinned;
  auto known = index.source(key);
  if (!known) return known.error();
  if (!*known) return std::optional<Found>();
  if (disagreement(wanted.pin, {(*known)->blob.sha256, {}})) return std::optional<Found>();
  auto file = trusted_file(index, (*known)->origin, (*known)->blob, rights);
  if (!file && file.error().kind == ErrorKind::not_found) return std::optional<Found>();
  if (!file) return file.error();
  Found found{std::move(*file), (*known)->blob.sha256, {}};
  if (!wanted.pin.md5.empty()) {
    const auto digests = digests_of(index, found.file, wanted.pin);
    if (!digests) return digests.error();
    if (disagreement(wanted.pin, *digests)) return std::optional<Found>();
    return std::optional(std::move(found));
  }
  if (is_current(**known, wanted.location)) return std::optional(std::move(found));
  const auto unchanged = is_unchanged(**known, wanted.location, stop);
  if (!unchanged) {
    // It may be there still, and the store's copy is what it was.
    if (unchanged.error().kind != ErrorKind::infrastructure) return unchanged.error();
    found.note = "it could not be asked whether it is still current: " + unchanged.error().message;
    return std::optional(std::move(found));
  }
  if (!*unchanged) return std::optional<Found>();
  KnownSource current = **known;
  current.checked = now(clock_);
  if (auto remembered = index.remember(key, current); !remembered) return remembered.error();
  return std::optional(std::move(found));
}

Result<void> ArtifactStore::make_room(StoreIndex& index, std::uint64_t bytes) {
  if (settings_.max_size == 0) return {};
  const auto parts = index.bytes_of_parts();
  if (!parts) return parts.error();
  const std::uint64_t coming = bytes + static_cast<std::uint64_t>(*parts);
  const Error refusal{ErrorKind::infrastructure,
                      fmt::format("{} bytes are needed in the store, which may have {} "
                                  "(--max-size)",
                                  coming, settings_.max_size),
                      "allow more by --max-size; what running processes use is never removed"};
  if (coming > settings_.max_size) return refusal;
  const auto collected =
      collect_garbage(index, layout_, {.max_size = settings_.max_size - coming}, clock_.now());
  if (!collected) return collected.error();
  if (collected->left_bytes + coming > settings_.max_size) return refusal;
  return {};
}

// `link`: through which it will be read first; none if it is unpacked before that.
Result<ArtifactStore::Found> ArtifactStore::place_blob(
    StoreIndex& index, const ArtifactRequest& wanted, const std::string& key,
    const std::string& candidate, const fs::path& link, const Downloaded& downloaded) {
  const std::string part_key = sha256_of(candidate);
  const fs::path part = layout_.part(part_key);
  auto trouble = disagreement(wanted.pin, downloaded.digests);
  if (!trouble) trouble = broken_promise(downloaded.information, downloaded.digests);
  if (trouble) {
    const fs::path bad = layout_.bad() / part_key;
    if (auto kept = place_durably(part, bad); !kept) return kept.error();
    if (auto forgotten = index.forget_part(part_key); !forgotten) return forgotten.error();
    return Error{ErrorKind::infrastructure, fmt::format("{}: {}", redacted(candidate), *trouble),
                 "what came is kept as " + bad.native()};
  }
  if (::chmod(part.c_str(), 0444) != 0) return cannot_place(part, errno);
  const auto identity = identity_of(part);
  if (!identity) return cannot_place(part, ENOENT);
  const std::string& sha256 = downloaded.digests.sha256;
  if (auto may = become_lessee(); !may) return may.error();
  const fs::path file = layout_.blob(sha256);
  const KnownSource source{
      {sha256, *identity}, downloaded.information.validator, now(clock_), part_key};
  if (auto placed = placer_.place(index, {part, file, {key, source, process_, link}}); !placed) {
    return placed.error();
  }
  {
    const std::scoped_lock lock(mutex_);
    leased_.insert(sha256 + link.native());
  }
  if (!downloaded.digests.md5.empty()) {
    if (auto noted = index.remember_digests(file, *identity, downloaded.digests); !noted) {
      return noted.error();
    }
  }
  return Found{file, sha256, {}};
}

// To be called by the holder of the location's lock.
Result<ArtifactStore::Found> ArtifactStore::fetch_from(
    StoreIndex& index, const ArtifactRequest& wanted, const std::string& key,
    const std::string& candidate, const fs::path& link, const TransferLimits& limits,
    const std::stop_token& stop, bool& nothing_learned) {
  const std::string part_key = sha256_of(candidate);
  std::optional<FileLock> lock;
  if (part_key != key) {
    auto taken = FileLock::wait_for(layout_.lock(part_key), stop);
    if (!taken) return taken.error();
    lock.emplace(std::move(*taken));
  }
  Download download;
  download.url = candidate;
  download.url_key = part_key;
  download.file = layout_.part(part_key);
  download.wants_md5 = !wanted.pin.md5.empty();
  download.on_information = [&](const ArtifactInformation& information) -> Result<void> {
    nothing_learned = false;
    return make_room(index, static_cast<std::uint64_t>(information.size.value_or(0)));
  };
  if (settings_.progress) {
    download.progress = [&](std::uint64_t done, std::uint64_t total) {
      settings_.progress(wanted.location, done, total);
    };
  }
  if (const auto made = make_directories(layout_.parts()); !made) return made.error();
  const auto downloaded = sharkreg::core::fetch(download, fetchers_, index, limits, stop);
  if (!downloaded) return downloaded.error();
  if (downloaded->information.local_path) {
    return local_file(wanted, *downloaded->information.local_path);
  }
  return place_blob(index, wanted, key, candidate, link, *downloaded);
}

// What lies at the destination already, if it is the artifact. To be called by the holder of the
// location's lock. Whatever is in the way of that, and is no error of the store, fetching tells.
Result<std::optional<ArtifactStore::Found>> ArtifactStore::adopted(StoreIndex& index,
                                                                   const ArtifactRequest& wanted,
                                                                   const std::string& key,
                                                                   const fs::path& link,
                                                                   const std::stop_token& stop) {
  const auto begun = index.part(key);
  if (!begun) return begun.error();
  if (*begun || wanted.unpacking.kind != Unpacking::Kind::none || !is_plain_file(link)) {
    return std::optional<Found>();
  }
  ArtifactInformation information;
  Pin told = wanted.pin;
  if (told.is_empty()) {
    if (settings_.offline) return std::optional<Found>();
    TransferLimits once = settings_.limits;
    once.attempts = 1;
    auto stated = stat_artifact(wanted.location, fetchers_, once, stop);
    if (!stated || stated->local_path || !stated->size) return std::optional<Found>();
    information = *std::move(stated);
    told = digests_told_by(information);
  }
  if (const auto made = make_directories(layout_.parts()); !made) return made.error();
  if (const auto lies_there = identity_of(link)) {
    auto room = make_room(index, static_cast<std::uint64_t>(lies_there->size));
    if (!room) return room.error();
  }
  const auto downloaded = adopt(link, information, told, layout_.part(key));
  if (!downloaded) return std::optional<Found>();
  auto found = place_blob(index, wanted, key, wanted.location, link, *downloaded);
  if (!found) return found.error();
  found->note = link.native() + " was there already, and is what the URL has: it was not fetched";
  return std::optional(*std::move(found));
}

// From the first candidate that gives it. The error is the URL's own.
Result<ArtifactStore::Found> ArtifactStore::fetched(StoreIndex& index,
                                                    const ArtifactRequest& wanted,
                                                    const std::string& key, const fs::path& link,
                                                    const std::stop_token& stop,
                                                    bool& nothing_learned) {
  std::string tried;
  for (const std::string& candidate : candidates(wanted.location)) {
    const bool is_mirror = candidate != wanted.location;
    const std::string host = candidate.substr(0, candidate.find('/', candidate.find("://") + 3));
    TransferLimits limits = settings_.limits;
    if (is_mirror) {
      limits.attempts = std::min(limits.attempts, attempts_at_mirrors);
      const std::scoped_lock lock(mutex_);
      if (dead_mirrors_.contains(host)) continue;
    }
    bool learned_nothing = true;
    auto found = fetch_from(index, wanted, key, candidate, link, limits, stop, learned_nothing);
    if (found) {
      if (!tried.empty()) found->note = "it came from the URL itself: " + tried;
      return found;
    }
    if (found.error().kind == ErrorKind::interrupted || !is_mirror) {
      nothing_learned = learned_nothing;
      Error error = found.error();
      if (!tried.empty()) error.message += "; before that: " + tried;
      return error;
    }
    tried += (tried.empty() ? "" : "; ") + found.error().message;
    if (found.error().kind == ErrorKind::infrastructure && learned_nothing) {
      const std::scoped_lock lock(mutex_);
      dead_mirrors_.insert(host);
    }
  }
  return Error{ErrorKind::infrastructure, redacted(wanted.location) + " has no place", {}};
}

Result<Pin> ArtifactStore::digests_of(StoreIndex& index, const fs::path& file, const Pin& wanted) {
  const auto identity = identity_of(file);
  if (!identity) return Error{ErrorKind::not_found, file.native() + " is not there", {}};
  const auto known = index.digests(file, *identity);
  if (!known) return known.error();
  Pin digests = known->value_or(Pin{});
  const Pin before = digests;
  if (!wanted.sha256.empty() && digests.sha256.empty()) {
    auto digest = sha256_of_file(file);
    if (!digest) return digest.error();
    digests.sha256 = std::move(*digest);
  }
  if (!wanted.md5.empty() && digests.md5.empty()) {
    auto digest = md5_of_file(file);
    if (!digest) return digest.error();
    digests.md5 = std::move(*digest);
  }
  if (!(digests == before)) {
    if (auto noted = index.remember_digests(file, *identity, digests); !noted) {
      return noted.error();
    }
  }
  return digests;
}

// A file of this machine: used where it lies. The index is opened only if something is to be known
// of its content.
Result<ArtifactStore::Found> ArtifactStore::local_file(const ArtifactRequest& wanted,
                                                       const fs::path& file) {
  Found found{file, {}, {}};
  if (wanted.pin.is_empty()) return found;
  const auto index = this->index();
  if (!index) return index.error();
  const auto digests = digests_of(**index, file, wanted.pin);
  if (!digests) return digests.error();
  if (const auto trouble = disagreement(wanted.pin, *digests)) {
    return Error{ErrorKind::infrastructure, fmt::format("{}: {}", file.native(), *trouble),
                 "correct the pin, or the file"};
  }
  return found;
}

Result<ArtifactStore::Found> ArtifactStore::unpack_into_store(StoreIndex& index,
                                                              const ArtifactRequest& wanted,
                                                              const Found& raw,
                                                              const std::string& key,
                                                              const std::stop_token& stop) {
  const fs::path part = layout_.part(key);
  if (const auto made = make_directories(part.parent_path()); !made) return made.error();
  UnpackLimits limits;
  if (settings_.max_size > 0) limits.largest = settings_.max_size;
  if (auto done = unpack(raw.file, wanted.unpacking, part, limits, stop); !done) {
    Error error = done.error();
    error.message = redacted(wanted.location) + ": " + error.message;
    return error;
  }
  const auto digest = sha256_of_file(part);
  if (!digest) return digest.error();
  if (::chmod(part.c_str(), 0444) != 0) return cannot_place(part, errno);
  const auto identity = identity_of(part);
  if (!identity) return cannot_place(part, ENOENT);
  if (auto room = make_room(index, static_cast<std::uint64_t>(identity->size)); !room) {
    return room.error();
  }
  if (auto leased = lease(index, {{*digest, {}}}); !leased) return leased.error();
  const fs::path file = layout_.blob(*digest);
  // Here the file comes first: one without a row is no harm.
  if (auto placed = place_durably(part, file); !placed) return placed.error();
  if (auto noted = index.remember_blob({*digest, *identity}); !noted) return noted.error();
  if (auto noted = index.remember_derived(key, *digest); !noted) return noted.error();
  return Found{file, *digest, raw.note};
}

Result<ArtifactStore::Found> ArtifactStore::unpacked(const ArtifactRequest& wanted, Found raw,
                                                     const std::stop_token& stop) {
  if (wanted.unpacking.kind == Unpacking::Kind::none) return raw;
  const auto index = this->index();
  if (!index) return index.error();
  std::string content = raw.sha256;
  if (content.empty()) {
    const auto digests = digests_of(**index, raw.file, {"wanted", {}});
    if (!digests) return digests.error();
    content = digests->sha256;
  }
  const std::string key = sha256_of("unpacked\n" + content + "\n" + wanted.unpacking.member);
  const auto known = [&](Rights rights) -> Result<std::optional<Found>> {
    const auto derived = (*index)->derived(key);
    if (!derived) return derived.error();
    if (!*derived) return std::optional<Found>();
    ArtifactRequest result;
    result.pin.sha256 = **derived;
    auto found = find_pinned(**index, result, rights);
    if (found && *found) (*found)->note = raw.note;
    return found;
  };
  auto found = known(Rights::look);
  if (!found) return found.error();
  if (*found) return std::move(**found);
  const auto lock = FileLock::wait_for(layout_.lock(key), stop);
  if (!lock) return lock.error();
  found = known(Rights::mend);
  if (!found) return found.error();
  if (*found) return std::move(**found);
  return unpack_into_store(**index, wanted, raw, key, stop);
}

// A pointer of git-lfs is never the artifact; what it points to may be in the store.
Result<ArtifactStore::Found> ArtifactStore::without_pointer(Found found,
                                                            const std::string& location) {
  const auto identity = identity_of(found.file);
  if (!identity || identity->size > largest_pointer) return found;
  const auto pointer = git_lfs_pointer(found.file);
  if (!pointer) return found;
  const auto index = this->index();
  if (!index) return index.error();
  ArtifactRequest content;
  content.pin.sha256 = pointer->sha256;
  auto stored = find_pinned(**index, content, Rights::look);
  if (stored && *stored) return std::move(**stored);
  return git_lfs_error(*pointer, location);
}

// The name under which this object leases is locked as long as it lives.
Result<void> ArtifactStore::become_lessee() {
  const std::scoped_lock lock(mutex_);
  if (process_lock_) return {};
  process_ = new_process_name();
  auto taken = FileLock::try_to_take(layout_.processes() / process_);
  if (!taken) return taken.error();
  if (!*taken) return Error{ErrorKind::infrastructure, "cannot lock " + process_, {}};
  process_lock_.emplace(std::move(**taken));
  return {};
}

Result<void> ArtifactStore::lease(StoreIndex& index, const std::vector<Lease>& leases) {
  if (auto may = become_lessee(); !may) return may;
  const std::scoped_lock lock(mutex_);
  std::vector<Lease> fresh;
  for (const Lease& lease : leases) {
    if (leased_.insert(lease.sha256 + lease.link.native()).second) fresh.push_back(lease);
  }
  if (fresh.empty()) return {};
  return index.lease(process_, fresh, now(clock_));
}

Result<Provided> ArtifactStore::hand_out(const Found& found, const fs::path& destination) {
  if (!found.sha256.empty()) {
    const auto index = this->index();
    if (!index) return index.error();
    if (auto leased = lease(**index, {{found.sha256, destination}}); !leased) {
      return leased.error();
    }
  }
  return place(found, destination);
}

Result<Provided> ArtifactStore::place(const Found& found, const fs::path& destination) const {
  if (!found.sha256.empty()) {
    // Before the lease somebody may have taken it away.
    if (!identity_of(found.file)) {
      return Error{ErrorKind::infrastructure,
                   found.file.native() + " was removed while it was looked for", "try again"};
    }
  }
  const auto placed =
      settings_.copies ? place_copy(found.file, destination) : place_link(found.file, destination);
  if (!placed) return placed.error();
  return Provided{found.note};
}

// What provide() would find without asking anybody, but for errors.
std::optional<ArtifactStore::Found> ArtifactStore::find_present(
    StoreIndex& index, const ArtifactRequest& wanted) const {
  if (wanted.unpacking.kind != Unpacking::Kind::none || scheme_of(wanted.location) == "file") {
    return std::nullopt;
  }
  std::optional<Blob> blob;
  if (!wanted.pin.sha256.empty()) {
    if (const auto pinned = index.blob(wanted.pin.sha256)) blob = *pinned;
  } else if (wanted.pin.md5.empty()) {
    const auto known = index.source(sha256_of(wanted.location));
    if (known && *known && is_current(**known, wanted.location)) blob = (*known)->blob;
  }
  // What is that small may be a pointer of git-lfs.
  if (!blob || blob->identity.size <= largest_pointer) return std::nullopt;
  auto file = trusted_file(index, {}, *blob, Rights::look);
  if (!file) return std::nullopt;
  return Found{std::move(*file), blob->sha256, {}};
}

std::vector<std::optional<Provided>> ArtifactStore::provide_present(
    const std::vector<Placed>& all) {
  std::vector<std::optional<Provided>> provided(all.size());
  const auto index = this->index();
  if (!index) return provided;
  std::vector<std::optional<Found>> found;
  std::vector<Lease> leases;
  for (const Placed& one : all) {
    found.push_back(find_present(**index, one.wanted));
    if (found.back()) leases.push_back({found.back()->sha256, one.destination});
  }
  if (const auto leased = lease(**index, leases); !leased) return provided;
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (!found[at]) continue;
    if (auto placed = place(*found[at], all[at].destination); placed) provided[at] = *placed;
  }
  return provided;
}

Result<void> ArtifactStore::expect_fetcher(const std::string& location,
                                           const std::stop_token& stop) {
  if (const auto fetcher = fetchers_.lend(location, stop); !fetcher) return fetcher.error();
  return {};
}

Result<Provided> ArtifactStore::provide(const ArtifactRequest& wanted, const fs::path& destination,
                                        const std::stop_token& stop) {
  const auto finish = [&](const Found& raw) -> Result<Provided> {
    auto ready = unpacked(wanted, raw, stop);
    if (!ready) return ready.error();
    auto found = without_pointer(std::move(*ready), redacted(wanted.location));
    if (!found) return found.error();
    return hand_out(*found, destination);
  };
  if (scheme_of(wanted.location) == "file") {
    // On this machine: nothing of it is kept, and nothing is asked of the store.
    if (auto able = expect_fetcher(wanted.location, stop); !able) {
      return what_lies_there(destination, able.error());
    }
    const auto information = stat_artifact(wanted.location, fetchers_, settings_.limits, stop);
    if (!information) return information.error();
    if (information->local_path) {
      const auto local = local_file(wanted, *information->local_path);
      if (!local) return local.error();
      return finish(*local);
    }
  }
  const auto index = this->index();
  if (!index) return index.error();
  const std::string key = sha256_of(wanted.location);
  auto known = find(**index, wanted, key, Rights::look, stop);
  if (!known) return known.error();
  if (*known) return finish(**known);
  if (auto able = expect_fetcher(wanted.location, stop); !able) {
    return what_lies_there(destination, able.error());
  }

  auto lock = FileLock::try_to_take(layout_.lock(key));
  if (!lock) return lock.error();
  if (!*lock) {
    if (settings_.waiting) settings_.waiting(wanted.location);
    auto waited = FileLock::wait_for(layout_.lock(key), stop);
    if (!waited) return waited.error();
    lock->emplace(std::move(*waited));
  }
  // Somebody else may have fetched it in the meantime.
  known = find(**index, wanted, key, Rights::mend, stop);
  if (!known) return known.error();
  if (*known) return finish(**known);
  auto adopted = this->adopted(**index, wanted, key, destination, stop);
  if (!adopted) return adopted.error();
  if (*adopted) return finish(**adopted);
  if (settings_.offline) {
    return what_lies_there(
        destination,
        {ErrorKind::infrastructure,
         redacted(wanted.location) + " is not in the store, and --offline forbids to fetch it",
         "run `sharkreg fetch` once without --offline; the store is " +
             settings_.directory.native()});
  }
  bool nothing_learned = false;
  const bool is_raw = wanted.unpacking.kind == Unpacking::Kind::none;
  const auto found =
      fetched(**index, wanted, key, is_raw ? destination : fs::path(), stop, nothing_learned);
  if (found) return finish(*found);
  if (nothing_learned && found.error().kind == ErrorKind::infrastructure) {
    return what_lies_there(destination, found.error());
  }
  return found.error();
}

Result<std::optional<ArtifactStore::StoredFile>> ArtifactStore::look_up(
    const std::string& location) {
  const auto index = this->index();
  if (!index) return index.error();
  const auto known = (*index)->source(sha256_of(location));
  if (!known) return known.error();
  if (!*known) return std::optional<StoredFile>();
  const Blob& blob = (*known)->blob;
  auto file = trusted_file(**index, {}, blob, Rights::look);
  if (!file) return std::optional<StoredFile>();
  return std::optional(
      StoredFile{std::move(*file), blob.sha256, static_cast<std::uint64_t>(blob.identity.size)});
}

}  // namespace sharkreg::core
