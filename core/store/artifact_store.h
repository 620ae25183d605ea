// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <sharkreg/fetcher.h>

#include "base/artifact.h"
#include "base/clock.h"
#include "base/error.h"
#include "store/download.h"
#include "store/fetcher_pool.h"
#include "store/index.h"
#include "store/key_locks.h"
#include "store/layout.h"
#include "store/leases.h"
#include "store/placer.h"

namespace sharkreg::core {

// Whether a server is asked again for what the store has already.
enum class Revalidate {
  never,
  etag,  // when that was last done longer ago than StoreSettings::revalidate_after
  always,
};

// What begins with `from` is looked for at `to` first.
struct Mirror {
  std::string from;
  std::string to;
};

struct StoreSettings {
  std::filesystem::path directory;  // of the store; made when it is needed first
  Revalidate revalidate = Revalidate::etag;
  std::chrono::seconds revalidate_after = std::chrono::hours(24);
  bool offline = false;              // nothing is asked or fetched over the network
  std::vector<Mirror> mirrors = {};  // earlier ones first; the URL itself comes last
  std::uint64_t max_size = 0;        // bytes that the store may have; 0: any
  bool copies = false;               // at the destinations, in place of links
  TransferLimits limits = {};
  FetcherPool::Limits connections = {};
  // How much of how much of an artifact is there, in bytes; a total of 0 is not known. Called for
  // each piece that comes, by any thread, for one artifact by one at a time.
  std::function<void(const std::string& location, std::uint64_t done, std::uint64_t total)>
      progress = {};
  // Somebody else fetches this one; called once, when waiting for it begins.
  std::function<void(const std::string& location)> waiting = {};
};

// An artifact that is wanted.
struct ArtifactRequest {
  std::string location;  // a URL, or an absolute path
  Pin pin = {};
  Unpacking unpacking = {};
};

// What came of providing an artifact.
struct Provided {
  std::string note;  // a remark for people; may be empty
};

// Brings artifacts to the places where actions expect them.
//
// What is not on this machine anyway is kept in the store (layout.h), by content. A blob whose size,
// inode and modification time are those of the index is trusted; else it is read and, if it is no
// longer what its name says, moved to bad/ and fetched again. Several processes may use one store: of
// those that want one URL one fetches it, the others wait, and take over if it dies. A process that
// is killed at any moment leaves nothing wrong. What this object provided is not removed by others
// (garbage.h) while it lives.
//
// Threads: any; calls for one destination must not overlap.
class ArtifactStore {
 public:
  // `make_fetcher` makes an instance of the fetcher for a location, each time it is called.
  ArtifactStore(StoreSettings settings, FetcherPool::Make make_fetcher, const Clock& clock);
  ~ArtifactStore();

  // Makes `destination` a link to the artifact: to the file itself if it is on this machine, else to
  // the store's. A file that lies there already is used as it is when nothing can be learned of the
  // URL (there is no fetcher for its scheme, nobody answers, offline); the note says so.
  //
  // Such a file is taken into the store instead of being fetched if it is what the URL has: by its
  // pin, or by the digest and the size that the server tells. It makes way for the link then.
  //
  // A content that is pinned by its SHA-256 is looked for in the store first, whatever its URL, and
  // nobody is asked whether it is current; nor for URLs that name a commit.
  //
  // Errors: not_found, interrupted (by `stop`), infrastructure; those of Download. A content that is
  // not the pinned one is an error that names both digests, and kept in bad/.
  Result<Provided> provide(const ArtifactRequest& wanted, const std::filesystem::path& destination,
                           const std::stop_token& stop = {});

  // The same, but need not wait until what came is on the disk: `done` is called once with what came
  // of it, by this thread or by another one that is in here.
  using Done = std::function<void(Result<Provided>)>;
  void provide(const ArtifactRequest& wanted, const std::filesystem::path& destination,
               const std::stop_token& stop, Done done);

  struct Placed {
    ArtifactRequest wanted;
    std::filesystem::path destination;
  };

  // Provides those of them that are in the store and of which no server has to be asked, all
  // together: in one transaction, and without a fetcher. Absent, in the order of `all`: provide()
  // has to be asked for it, which also tells of errors.
  std::vector<std::optional<Provided>> provide_present(const std::vector<Placed>& all);

  // The store's file of what the location had last. Absent: it is not there. Asks nobody.
  struct StoredFile {
    std::filesystem::path path;
    std::string sha256;
    std::uint64_t size = 0;  // bytes
  };
  Result<std::optional<StoredFile>> look_up(const std::string& location);

 private:
  struct Found {
    std::filesystem::path file;
    std::string sha256;  // empty: not in the store
    std::string note;
  };
  // An artifact that is being brought.
  struct Delivery {
    const ArtifactRequest& wanted;
    std::string key;  // of its location
    std::filesystem::path destination;
    std::stop_token stop;
    std::shared_ptr<std::optional<KeyLocks::Held>> lock;  // of its location
    Done done;
    std::optional<Placer::Coming> coming;  // while it is fetched
  };
  // Whether the caller may move files of a URL about: the holder of its lock alone may.
  enum class Rights { look, mend };

  Result<StoreIndex*> index();
  std::chrono::sys_seconds now() const;
  Result<void> expect_fetcher(const std::string& location, const std::stop_token& stop);
  bool is_current(const KnownSource& known, const std::string& location) const;
  std::vector<std::string> candidates(const std::string& location) const;
  Result<std::filesystem::path> trusted_file(StoreIndex& index, const std::string& part_key,
                                             const Blob& blob, Rights rights) const;
  Result<std::optional<Found>> find_pinned(StoreIndex& index, const ArtifactRequest& wanted,
                                           Rights rights) const;
  Result<std::optional<Found>> find(StoreIndex& index, const ArtifactRequest& wanted,
                                    const std::string& key, Rights rights,
                                    const std::stop_token& stop);
  Result<bool> is_unchanged(const KnownSource& known, const std::string& location,
                            const std::stop_token& stop);
  Result<std::optional<Provided>> bring(Delivery& delivery);
  Result<std::optional<Provided>> bring_by_store(Delivery& delivery);
  Result<Provided> finish(const Delivery& delivery, const Found& raw);
  Result<std::optional<Found>> adopted(StoreIndex& index, Delivery& delivery);
  // Absent, of this one and the next two: it is being placed, and `done` will be called.
  Result<std::optional<Found>> fetched(StoreIndex& index, Delivery& delivery,
                                       bool& nothing_learned);
  Result<std::optional<Found>> fetch_from(StoreIndex& index, Delivery& delivery,
                                          const std::string& candidate,
                                          const TransferLimits& limits, bool& nothing_learned);
  Result<std::optional<Found>> place_blob(StoreIndex& index, Delivery& delivery,
                                          const std::string& candidate,
                                          const Downloaded& downloaded);
  bool may_be_left_to_others(const Delivery& delivery, const Downloaded& downloaded) const;
  Result<void> place_and_wait(Placement placement);
  Result<StoreIndex*> placing_index();
  Result<void> make_room(StoreIndex& index, std::uint64_t bytes);
  Result<Found> local_file(const ArtifactRequest& wanted, const std::filesystem::path& file);
  Result<Pin> digests_of(StoreIndex& index, const std::filesystem::path& file, const Pin& wanted);
  Result<Found> unpacked(const ArtifactRequest& wanted, Found raw, const std::stop_token& stop);
  Result<Found> unpack_into_store(StoreIndex& index, const ArtifactRequest& wanted,
                                  const Found& raw, const std::string& key,
                                  const std::stop_token& stop);
  Result<Found> without_pointer(Found found, const std::string& location);
  std::optional<Found> find_present(StoreIndex& index, const ArtifactRequest& wanted) const;
  Result<Provided> hand_out(const Found& found, const std::filesystem::path& destination);
  Result<Provided> place(const Found& found, const std::filesystem::path& destination) const;
  Result<void> place_at(const std::filesystem::path& file,
                        const std::filesystem::path& destination) const;

  const StoreSettings settings_;
  const StoreLayout layout_;
  FetcherPool fetchers_;
  Placer placer_;
  const Clock& clock_;
  KeyLocks locks_;  // of URLs
  Leases leases_;
  std::mutex mutex_;                   // guards all below
  std::unique_ptr<StoreIndex> index_;  // null until it is needed
  // The placer's own, so that nobody who only looks something up waits for it.
  std::unique_ptr<StoreIndex> placing_index_;
  std::set<std::string> dead_mirrors_;  // hosts of mirrors at which nobody answered
};

// "https" for a URL; "file" for a path.
std::string scheme_of(std::string_view location);

// Whether the URL names a commit, by a component of 40 hexadecimal digits: its content never changes.
bool names_a_commit(std::string_view location);

}  // namespace sharkreg::core
