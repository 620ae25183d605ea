// SPDX-License-Identifier: Apache-2.0
#include "store/artifact_store.h"

#include <future>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/secrets.h"
#include "store/placing.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

// What somebody else put there counts when nothing can be learned of the URL.
Result<Provided> what_lies_there(const fs::path& destination, const Error& error) {
  std::error_code ignored;
  if (error.kind == ErrorKind::interrupted || !fs::is_regular_file(destination, ignored))
    return error;
  return Provided{fmt::format("{} was there already; {}", destination.string(), error.message)};
}

Result<std::optional<Provided>> with_value(Result<Provided> provided) {
  if (!provided) return provided.error();
  return std::optional(std::move(*provided));
}

}  // namespace

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

std::chrono::sys_seconds ArtifactStore::now() const {
  return std::chrono::time_point_cast<std::chrono::seconds>(clock_.now());
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

Result<void> ArtifactStore::place_at(const fs::path& file, const fs::path& destination) const {
  return settings_.copies ? place_copy(file, destination) : place_link(file, destination);
}

Result<Provided> ArtifactStore::hand_out(const Found& found, const fs::path& destination) {
  if (!found.sha256.empty()) {
    const auto index = this->index();
    if (!index) return index.error();
    if (auto leased = leases_.take(**index, {{found.sha256, destination}}); !leased) {
      return leased.error();
    }
  }
  return place(found, destination);
}

Result<Provided> ArtifactStore::place(const Found& found, const fs::path& destination) const {
  // Before the lease somebody may have taken it away.
  if (!found.sha256.empty() && !identity_of(found.file)) {
    return Error{ErrorKind::infrastructure,
                 found.file.native() + " was removed while it was looked for", "try again"};
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
  if (!*known) {
    if (auto able = expect_fetcher(wanted.location, delivery.stop); !able) {
      return with_value(what_lies_there(delivery.destination, able.error()));
    }
  }
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
  delivery.lock = std::make_shared<std::optional<KeyLocks::Held>>(std::move(*lock));
  const auto adopted = this->adopted(**index, delivery);
  if (!adopted) return adopted.error();
  if (*adopted) return finished(**adopted);
  if (settings_.offline) {
    return with_value(what_lies_there(
        delivery.destination,
        {ErrorKind::infrastructure,
         redacted(wanted.location) + " is not in the store, and --offline forbids to fetch it",
         "run `sharkreg fetch` once without --offline; the store is " +
             settings_.directory.native()}));
  }
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

Result<void> ArtifactStore::expect_fetcher(const std::string& location,
                                           const std::stop_token& stop) {
  if (const auto fetcher = fetchers_.lend(location, stop); !fetcher) return fetcher.error();
  return {};
}

Result<std::optional<Provided>> ArtifactStore::bring(Delivery& delivery) {
  const std::string& location = delivery.wanted.location;
  if (scheme_of(location) == "file") {
    // On this machine: nothing of it is kept, and nothing is asked of the store.
    if (auto able = expect_fetcher(location, delivery.stop); !able) {
      return with_value(what_lies_there(delivery.destination, able.error()));
    }
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

}  // namespace sharkreg::core
