// SPDX-License-Identifier: Apache-2.0
// How what is wanted comes into the store.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <sys/stat.h>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/files.h"
#include "base/secrets.h"
#include "store/adoption.h"
#include "store/agreement.h"
#include "store/artifact_store.h"
#include "store/chunked_download.h"
#include "store/garbage.h"
#include "store/git_lfs.h"
#include "store/placing.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

// One that a mirror is given: the URL itself is there as well.
constexpr int attempts_at_mirrors = 2;

Error cannot_place(const fs::path& file, int number) {
  return {ErrorKind::infrastructure,
          "cannot place " + file.native() + ": " + std::strerror(number),
          {}};
}

}  // namespace

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

// Whether all that is left to do for it, once it is placed, is a link. What was adopted is not
// fetched, and has a note.
bool ArtifactStore::may_be_left_to_others(const Delivery& delivery,
                                          const Downloaded& downloaded) const {
  return delivery.coming && downloaded.size < static_cast<std::uint64_t>(smallest_chunk) &&
         downloaded.size > static_cast<std::uint64_t>(largest_git_lfs_pointer) &&
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
       {{sha256, *identity}, downloaded.information.validator, now(), part_key},
       *process,
       link}};
  const bool is_left = may_be_left_to_others(delivery, downloaded);
  delivery.coming.reset();
  if (is_left) {
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

// What lies at the destination already, if it is the artifact. To be called by the holder of the
// location's lock. Whatever is in the way of that, and is no error of the store, fetching tells.
Result<std::optional<ArtifactStore::Found>> ArtifactStore::adopted(StoreIndex& index,
                                                                   Delivery& delivery) {
  const ArtifactRequest& wanted = delivery.wanted;
  const fs::path& file = delivery.destination;
  const std::optional<Found> none;
  if (wanted.unpacking.kind != Unpacking::Kind::none || !is_plain_file(file)) return none;
  const auto begun = index.part(delivery.key);
  if (!begun) return begun.error();
  if (*begun) return none;
  ArtifactInformation information;
  Pin told = wanted.pin;
  if (told.is_empty()) {
    if (settings_.offline) return none;
    TransferLimits once = settings_.limits;
    once.attempts = 1;
    auto stated = stat_artifact(wanted.location, fetchers_, once, delivery.stop);
    if (!stated || stated->local_path || !stated->size) return none;
    information = *std::move(stated);
    told = digests_told_by(information);
  }
  if (const auto made = make_directories(layout_.parts()); !made) return made.error();
  if (const auto lies_there = identity_of(file)) {
    auto room = make_room(index, static_cast<std::uint64_t>(lies_there->size));
    if (!room) return room.error();
  }
  const auto downloaded = adopt(file, information, told, layout_.part(delivery.key));
  if (!downloaded) return none;
  auto found = place_blob(index, delivery, wanted.location, *downloaded);
  if (found && *found) {
    (*found)->note =
        file.native() + " was there already, and is what the URL has: it was not fetched";
  }
  return found;
}

}  // namespace sharkreg::core
