// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sharkreg/fetcher.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "store/download.h"
#include "store/fetcher_pool.h"
#include "store/index.h"

namespace sharkreg::core {

// Whether a server is asked again for what the store has already.
enum class Revalidate {
  never,
  etag,  // when that was last done longer ago than StoreSettings::revalidate_after
  always,
};

struct StoreSettings {
  std::filesystem::path directory;  // of the store; made when it is needed first
  Revalidate revalidate = Revalidate::etag;
  std::chrono::seconds revalidate_after = std::chrono::hours(24);
  bool offline = false;  // nothing is asked or fetched over the network
  TransferLimits limits = {};
  // How much of how much of an artifact is there, in bytes; a total of 0 is not known. Called for
  // each piece that comes, by any thread, for one artifact by one at a time.
  std::function<void(const std::string& location, std::uint64_t done, std::uint64_t total)>
      progress = {};
};

// What came of providing an artifact.
struct Provided {
  std::string note;  // a remark for people; may be empty
};

// Brings artifacts to the places where actions expect them.
//
// What is not on this machine anyway is kept in the store, by content:
//
//   blobs/01/23…   files, read-only, named by their SHA-256
//   parts/         downloads that have not ended, by the SHA-256 of the URL
//   locks/         one file for each URL that is being fetched
//   index.sqlite   which URL had which content when; see index.h
//
// A blob whose size, inode and modification time are those of the index is trusted; else it is read
// and, if it is no longer what its name says, moved to bad/ and fetched again. Several processes may
// use one store: of those that want one URL one fetches it, the others wait, and take over if it
// dies. A process that is killed at any moment leaves nothing wrong.
//
// Threads: any; calls for one destination must not overlap.
class ArtifactStore {
 public:
  // `make_fetcher` makes an instance of the fetcher for a URL scheme, each time it is called.
  ArtifactStore(StoreSettings settings, FetcherPool::Make make_fetcher, const Clock& clock);

  // Makes `destination` a link to the artifact at `location` (a URL, or an absolute path): to the
  // file itself if it is on this machine, else to the store's. A file that lies there already is used
  // as it is when nothing can be learned of the URL (there is no fetcher for its scheme, nobody
  // answers, offline); the note says so.
  //
  // Errors: not_found, interrupted (by `stop`), infrastructure; those of Download.
  Result<Provided> provide(const std::string& location, const std::filesystem::path& destination,
                           const std::stop_token& stop = {});

 private:
  struct Found {
    std::filesystem::path file;
    std::string note;
  };

  Result<StoreIndex*> index();
  std::filesystem::path blob_file(const std::string& sha256) const;
  std::filesystem::path part_file(const std::string& key) const;
  bool is_current(const KnownSource& known) const;
  // Whether the caller may move files of a URL about: the holder of its lock alone may.
  enum class Rights { look, mend };
  Result<std::filesystem::path> trusted_file(StoreIndex& index, const std::string& key,
                                             const Blob& blob, Rights rights) const;
  Result<std::optional<Found>> find(StoreIndex& index, const std::string& location,
                                    const std::string& key, Rights rights,
                                    const std::stop_token& stop);
  Result<Provided> provide_fetched(StoreIndex& index, const std::string& location,
                                   const std::string& key, const std::filesystem::path& destination,
                                   const std::stop_token& stop);
  Result<std::filesystem::path> fetch_and_place(StoreIndex& index, const std::string& location,
                                                const std::string& key,
                                                const ArtifactInformation& information,
                                                const std::stop_token& stop);
  static Result<Provided> link_to(const Found& found, const std::filesystem::path& destination);

  StoreSettings settings_;
  FetcherPool fetchers_;
  const Clock& clock_;
  std::mutex mutex_;                   // guards index_
  std::unique_ptr<StoreIndex> index_;  // null until it is needed
};

// "https" for a URL; "file" for a path.
std::string scheme_of(std::string_view location);

}  // namespace sharkreg::core
