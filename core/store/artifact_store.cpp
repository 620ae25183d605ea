// SPDX-License-Identifier: Apache-2.0
#include "store/artifact_store.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <sys/stat.h>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/files.h"
#include "base/secrets.h"
#include "store/agreement.h"
#include "store/chunked_download.h"
#include "store/garbage.h"
#include "store/git_lfs.h"
#include "store/placing.h"

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
  if (!fs::is_regular_file(destination, ignored)) return error;
  return Provided{fmt::format("{} was there already; {}", destination.string(), error.message)};
}

Result<std::optional<Provided>> with_value(Result<Provided> provided) {
  if (!provided) return provided.error();
  return std::optional(std::move(*provided));
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
      clock_(clock),
      locks_(layout_.locks()),
      leases_(layout_, clock) {}

ArtifactStore::~ArtifactStore() {
  if (index_) leases_.end(*index_);
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

Result<StoreIndex*> ArtifactStore::placing_index() {
  const std::scoped_lock lock(mutex_);
  if (!placing_index_) {
    auto opened = StoreIndex::open(layout_.index());
    if (!opened) return opened.error();
    placing_index_ = std::move(*opened);
  }
  return placing_index_.get();
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

// Whether all that is left to do for it, once it is placed, is a link.
bool ArtifactStore::may_be_left_to_others(const Delivery& delivery,
                                          const Downloaded& downloaded) const {
  return downloaded.size < static_cast<std::uint64_t>(smallest_chunk) &&
         downloaded.size > static_cast<std::uint64_t>(largest_pointer) &&
         downloaded.digests.md5.empty() && settings_.mirrors.empty() && !settings_.copies &&
         delivery.wanted.unpacking.kind == Unpacking::Kind::none;
}

Result<void> ArtifactStore::place_and_wait(Placement placement) {
  const auto index = placing_index();
  if (!index) return index.error();
  // The other thread may still be about to leave it when this one has its result.
  const auto result = std::make_shared<std::promise<Result<void>>>();
  auto placed = result->get_future();
  placer_.place(**index, std::move(placement),
                [result](const Result<void>& its) { result->set_value(its); });
  return placed.get();
}

Result<std::optional<ArtifactStore::Found>> ArtifactStore::place_blob(
    StoreIndex& index, Delivery& delivery, const std::string& candidate,
    const Downloaded& downloaded) {
  const std::string part_key = sha256_of(candidate);
  const fs::path part = layout_.part(part_key);
  auto trouble = disagreement(delivery.wanted.pin, downloaded.digests);
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
  const auto process = leases_.process();
  if (!process) return process.error();
  // It is unpacked before anybody reads it through a link.
  const bool is_raw = delivery.wanted.unpacking.kind == Unpacking::Kind::none;
  const fs::path link = is_raw ? delivery.destination : fs::path();
  const fs::path file = layout_.blob(sha256);
  Placement placement{
      part,
      file,
      {delivery.key,
       {{sha256, *identity}, downloaded.information.validator, now(clock_), part_key},
       *process,
       link}};
  delivery.coming.reset();
  if (may_be_left_to_others(delivery, downloaded)) {
    const auto placing = placing_index();
    if (!placing) return placing.error();
    placer_.place(**placing, std::move(placement),
                  [this, sha256, file, link, lock = delivery.lock,
                   done = delivery.done](const Result<void>& placed) {
                    Result<void> result = placed;
                    if (result) {
                      leases_.note(sha256, link);
                      result = place_at(file, link);
                    }
                    lock->reset();
                    done(result ? Result<Provided>(Provided{}) : result.error());
                  });
    return std::optional<Found>();
  }
  if (auto placed = place_and_wait(std::move(placement)); !placed) return placed.error();
  leases_.note(sha256, link);
  if (!downloaded.digests.md5.empty()) {
    if (auto noted = index.remember_digests(file, *identity, downloaded.digests); !noted) {
      return noted.error();
    }
  }
  return std::optional(Found{file, sha256, {}});
}

// To be called by the holder of the location's lock.
Result<std::optional<ArtifactStore::Found>> ArtifactStore::fetch_from(StoreIndex& index,
                                                                      Delivery& delivery,
                                                                      const std::string& candidate,
                                                                      const TransferLimits& limits,
                                                                      bool& nothing_learned) {
  const ArtifactRequest& wanted = delivery.wanted;
  const std::string part_key = sha256_of(candidate);
  std::optional<KeyLocks::Held> lock;
  if (part_key != delivery.key) {
    auto taken = locks_.wait_for(part_key, delivery.stop);
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
  const auto downloaded = sharkreg::core::fetch(download, fetchers_, index, limits, delivery.stop);
  if (!downloaded) return downloaded.error();
  if (downloaded->information.local_path) {
    auto local = local_file(wanted, *downloaded->information.local_path);
    if (!local) return local.error();
    return std::optional(std::move(*local));
  }
  return place_blob(index, delivery, candidate, *downloaded);
}

// From the first candidate that gives it. The error is the URL's own.
Result<std::optional<ArtifactStore::Found>> ArtifactStore::fetched(StoreIndex& index,
                                                                   Delivery& delivery,
                                                                   bool& nothing_learned) {
  const std::string& location = delivery.wanted.location;
  std::string tried;
  for (const std::string& candidate : candidates(location)) {
    const bool is_mirror = candidate != location;
    const std::string host = candidate.substr(0, candidate.find('/', candidate.find("://") + 3));
    TransferLimits limits = settings_.limits;
    if (is_mirror) {
      limits.attempts = std::min(limits.attempts, attempts_at_mirrors);
      const std::scoped_lock lock(mutex_);
      if (dead_mirrors_.contains(host)) continue;
    }
    bool learned_nothing = true;
    auto found = fetch_from(index, delivery, candidate, limits, learned_nothing);
    if (found) {
      if (*found && !tried.empty()) (*found)->note = "it came from the URL itself: " + tried;
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
  return Error{ErrorKind::infrastructure, redacted(location) + " has no place", {}};
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

Result<void> ArtifactStore::place_at(const fs::path& file, const fs::path& destination) const {
  return settings_.copies ? place_copy(file, destination) : place_link(file, destination);
}

Result<Provided> ArtifactStore::hand_out(const Found& found, const fs::path& destination) {
  if (!found.sha256.empty()) {
    const auto index = this->index();
    if (!index) return index.error();
    if (auto leased = leases_.take(**index, found.sha256, destination); !leased)
      return leased.error();
    // Before the lease somebody may have taken it away.
    if (!identity_of(found.file)) {
      return Error{ErrorKind::infrastructure,
                   found.file.native() + " was removed while it was looked for", "try again"};
    }
  }
  if (const auto placed = place_at(found.file, destination); !placed) return placed.error();
  return Provided{found.note};
}

Result<Provided> ArtifactStore::finish(const Delivery& delivery, const Found& raw) {
  auto ready = unpacked(delivery.wanted, raw, delivery.stop);
  if (!ready) return ready.error();
  auto found = without_pointer(std::move(*ready), redacted(delivery.wanted.location));
  if (!found) return found.error();
  return hand_out(*found, delivery.destination);
}

// From the store, or into it. Absent: it is being placed, and `done` will be called.
Result<std::optional<Provided>> ArtifactStore::bring_by_store(Delivery& delivery) {
  const ArtifactRequest& wanted = delivery.wanted;
  const auto finished = [&](const Found& raw) { return with_value(finish(delivery, raw)); };
  const auto index = this->index();
  if (!index) return index.error();
  delivery.key = sha256_of(wanted.location);
  auto lock = locks_.try_to_take(delivery.key);
  if (!lock) return lock.error();
  const Rights rights = *lock ? Rights::mend : Rights::look;
  auto known = find(**index, wanted, delivery.key, rights, delivery.stop);
  if (!known) return known.error();
  if (!*known && !*lock) {
    if (settings_.waiting) settings_.waiting(wanted.location);
    auto waited = locks_.wait_for(delivery.key, delivery.stop);
    if (!waited) return waited.error();
    lock->emplace(std::move(*waited));
    // Somebody else may have fetched it in the meantime.
    known = find(**index, wanted, delivery.key, Rights::mend, delivery.stop);
    if (!known) return known.error();
  }
  if (*known) {
    lock->reset();
    return finished(**known);
  }
  if (settings_.offline) {
    return with_value(what_lies_there(
        delivery.destination,
        {ErrorKind::infrastructure,
         redacted(wanted.location) + " is not in the store, and --offline forbids to fetch it",
         "run `sharkreg fetch` once without --offline; the store is " +
             settings_.directory.native()}));
  }
  delivery.lock = std::make_shared<std::optional<KeyLocks::Held>>(std::move(*lock));
  bool nothing_learned = false;
  delivery.coming.emplace(placer_);
  const auto found = fetched(**index, delivery, nothing_learned);
  if (found && !*found) return std::optional<Provided>();
  if (found) return finished(**found);
  if (nothing_learned && found.error().kind == ErrorKind::infrastructure) {
    return with_value(what_lies_there(delivery.destination, found.error()));
  }
  return found.error();
}

Result<std::optional<Provided>> ArtifactStore::bring(Delivery& delivery) {
  const std::string& location = delivery.wanted.location;
  if (const auto fetcher = fetchers_.lend(location, delivery.stop); !fetcher) {
    if (fetcher.error().kind == ErrorKind::interrupted) return fetcher.error();
    return with_value(what_lies_there(delivery.destination, fetcher.error()));
  }
  if (scheme_of(location) == "file") {
    // On this machine: nothing of it is kept, and nothing is asked of the store.
    const auto information = stat_artifact(location, fetchers_, settings_.limits, delivery.stop);
    if (!information) return information.error();
    if (information->local_path) {
      const auto local = local_file(delivery.wanted, *information->local_path);
      if (!local) return local.error();
      return with_value(finish(delivery, *local));
    }
  }
  return bring_by_store(delivery);
}

void ArtifactStore::provide(const ArtifactRequest& wanted, const fs::path& destination,
                            const std::stop_token& stop, Done done) {
  Delivery delivery{wanted, {}, destination, stop, {}, std::move(done), {}};
  auto brought = bring(delivery);
  if (!brought) return delivery.done(brought.error());
  if (*brought) delivery.done(std::move(**brought));
}

Result<Provided> ArtifactStore::provide(const ArtifactRequest& wanted, const fs::path& destination,
                                        const std::stop_token& stop) {
  // Whoever gives the result may still be about to leave it when this thread has it.
  const auto result = std::make_shared<std::promise<Result<Provided>>>();
  auto provided = result->get_future();
  provide(wanted, destination, stop,
          [result](Result<Provided> its) { result->set_value(std::move(its)); });
  return provided.get();
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
