// SPDX-License-Identifier: Apache-2.0
#include "store/garbage.h"

#include <algorithm>
#include <functional>
#include <map>
#include <sys/stat.h>
#include <system_error>

#include "base/digest.h"
#include "store/file_lock.h"
#include "store/key_locks.h"
#include "store/placing.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds a_week = std::chrono::hours(24 * 7);
constexpr std::size_t digest_length = 64;

// Files directly below a directory, and the blocks that they have on the disk.
void for_files(const fs::path& directory, const std::function<void(const fs::path&)>& visit) {
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored) && !at->is_symlink(ignored)) visit(at->path());
  }
}

std::uint64_t bytes_on_disk(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

std::chrono::sys_seconds time_of(const FileIdentity& identity) {
  return std::chrono::sys_seconds(std::chrono::seconds(identity.modified / 1'000'000'000));
}

// Every file of blobs/, by its SHA-256.
std::map<std::string, fs::path> blob_files(const StoreLayout& layout) {
  std::map<std::string, fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(layout.blobs(), error), end; !error && at != end;
       at.increment(error)) {
    for_files(at->path(), [&](const fs::path& file) {
      std::string sha256 = at->path().filename().native() + file.filename().native();
      if (sha256.size() == digest_length) files.emplace(std::move(sha256), file);
    });
  }
  return files;
}

// Leases of processes whose lock nobody holds any more.
Result<void> end_dead_leases(StoreIndex& index, const StoreLayout& layout) {
  const auto lessees = index.lessees();
  if (!lessees) return lessees.error();
  for (const std::string& process : *lessees) {
    const auto lock = FileLock::try_to_take(layout.processes() / process);
    if (!lock) return lock.error();
    if (!*lock) continue;
    if (auto ended = index.end_leases(process); !ended) return ended;
    std::error_code ignored;
    fs::remove(layout.processes() / process, ignored);
  }
  return {};
}

void remove_links(const std::vector<fs::path>& links, const fs::path& target) {
  for (const fs::path& link : links) {
    std::error_code error;
    if (fs::is_symlink(link, error) && fs::read_symlink(link, error) == target) {
      fs::remove(link, error);
    }
  }
}

// Files of that age; of parts, those that nobody fetches now.
void remove_leftovers(StoreIndex& index, const StoreLayout& layout, std::chrono::sys_seconds oldest,
                      Collected& collected) {
  const auto remove = [&](const fs::path& file) {
    const auto identity = identity_of(file);
    if (!identity || time_of(*identity) > oldest) return false;
    const std::uint64_t bytes = bytes_on_disk(file);
    std::error_code error;
    if (!fs::remove(file, error)) return false;
    ++collected.removed_files;
    collected.removed_bytes += bytes;
    return true;
  };
  for_files(layout.bad(), remove);
  KeyLocks locks(layout.locks());
  for_files(layout.parts(), [&](const fs::path& file) {
    const std::string key = file.filename();
    const auto lock = locks.try_to_take(key);
    if (!lock || !*lock) return;
    if (remove(file)) (void)index.forget_part(key);
  });
}

// Files that the index has forgotten, or never knew, count as used when they were made. They are
// read before they are trusted, since their identity is none.
Result<std::vector<StoredBlob>> all_blobs(StoreIndex& index, const StoreLayout& layout) {
  auto blobs = index.blobs();
  if (!blobs) return blobs;
  auto files = blob_files(layout);
  for (StoredBlob& stored : *blobs) {
    files.erase(stored.blob.sha256);
    stored.used = std::max(stored.used, time_of(stored.blob.identity));
  }
  for (const auto& [sha256, file] : files) {
    const auto identity = identity_of(file);
    if (!identity) continue;
    const Blob blob{sha256, {identity->size, 0, 0}};
    if (auto noted = index.remember_blob(blob); !noted) return noted.error();
    blobs->push_back({blob, time_of(*identity), false});
  }
  return blobs;
}

}  // namespace

Result<Collected> collect_garbage(StoreIndex& index, const StoreLayout& layout,
                                  const CollectOptions& options,
                                  std::chrono::system_clock::time_point now) {
  if (auto ended = end_dead_leases(index, layout); !ended) return ended.error();
  auto blobs = all_blobs(index, layout);
  if (!blobs) return blobs.error();
  std::ranges::sort(*blobs, {}, &StoredBlob::used);
  const auto time = std::chrono::time_point_cast<std::chrono::seconds>(now);

  Collected collected;
  if (options.older_than) {
    const auto forgotten = index.forget_results_before(time - *options.older_than);
    if (!forgotten) return forgotten.error();
    collected.removed_results = static_cast<std::uint64_t>(*forgotten);
  }
  const auto before = index.result_statistics();
  if (!before) return before.error();
  for (const StoredBlob& stored : *blobs) {
    ++collected.left_files;
    collected.left_bytes += static_cast<std::uint64_t>(stored.blob.identity.size);
    if (!stored.leased) continue;
    ++collected.in_use_files;
    collected.in_use_bytes += static_cast<std::uint64_t>(stored.blob.identity.size);
  }
  for (const StoredBlob& stored : *blobs) {
    const bool too_old = options.older_than && stored.used < time - *options.older_than;
    const bool too_much = options.max_size && collected.left_bytes > *options.max_size;
    if (stored.leased || (!too_old && !too_much)) continue;
    const fs::path file = layout.blob(stored.blob.sha256);
    const auto dropped =
        index.drop(stored.blob.sha256, stored.used, [&](const std::vector<fs::path>& links) {
          remove_links(links, file);
          std::error_code error;
          fs::remove(file, error);
        });
    if (!dropped) return dropped.error();
    if (!*dropped) continue;
    const auto bytes = static_cast<std::uint64_t>(stored.blob.identity.size);
    ++collected.removed_files;
    collected.removed_bytes += bytes;
    --collected.left_files;
    collected.left_bytes -= bytes;
  }
  const auto after = index.result_statistics();
  if (!after) return after.error();
  // Of which a file was removed.
  if (before->results > after->results) {
    collected.removed_results += static_cast<std::uint64_t>(before->results - after->results);
  }
  collected.left_results = static_cast<std::uint64_t>(after->results);
  remove_leftovers(index, layout, time - options.older_than.value_or(a_week), collected);
  return collected;
}

Result<StoreStatistics> statistics_of(StoreIndex& index, const StoreLayout& layout) {
  if (auto ended = end_dead_leases(index, layout); !ended) return ended.error();
  const auto blobs = all_blobs(index, layout);
  if (!blobs) return blobs.error();
  const auto urls = index.count_of_sources();
  if (!urls) return urls.error();
  const auto results = index.result_statistics();
  if (!results) return results.error();
  StoreStatistics statistics;
  statistics.results = static_cast<std::uint64_t>(results->results);
  statistics.result_blobs = static_cast<std::uint64_t>(results->blobs);
  statistics.result_bytes = static_cast<std::uint64_t>(results->bytes);
  statistics.urls = static_cast<std::uint64_t>(*urls);
  for (const StoredBlob& stored : *blobs) {
    ++statistics.blobs;
    statistics.blob_bytes += static_cast<std::uint64_t>(stored.blob.identity.size);
    if (stored.leased) ++statistics.in_use;
    statistics.oldest_use = std::min(statistics.oldest_use.value_or(stored.used), stored.used);
  }
  for_files(layout.parts(), [&](const fs::path& file) {
    ++statistics.parts;
    statistics.part_bytes += bytes_on_disk(file);
  });
  for_files(layout.bad(), [&](const fs::path& file) {
    ++statistics.bad;
    statistics.bad_bytes += bytes_on_disk(file);
  });
  return statistics;
}

Result<Verified> verify_blobs(StoreIndex& index, const StoreLayout& layout) {
  Verified verified;
  auto files = blob_files(layout);
  const auto known = index.blobs();
  if (!known) return known.error();
  for (const StoredBlob& stored : *known) {
    if (files.contains(stored.blob.sha256)) continue;
    // Perhaps it is just being placed.
    if (identity_of(layout.blob(stored.blob.sha256)) || stored.leased) continue;
    if (auto forgotten = index.forget_blob(stored.blob.sha256); !forgotten) {
      return forgotten.error();
    }
    verified.missing.push_back(stored.blob.sha256);
  }
  for (const auto& [sha256, file] : files) {
    const auto identity = identity_of(file);
    const auto digest = sha256_of_file(file);
    if (!identity || !digest) {
      if (!identity_of(file)) continue;  // somebody cleans up meanwhile
      return digest.error();
    }
    if (*digest != sha256) {
      const fs::path bad = layout.bad() / sha256;
      if (auto kept = place_durably(file, bad); !kept) return kept.error();
      if (auto forgotten = index.forget_blob(sha256); !forgotten) return forgotten.error();
      verified.wrong.push_back(bad);
      continue;
    }
    ++verified.right;
    const bool is_known = std::ranges::any_of(
        *known, [&](const StoredBlob& stored) { return stored.blob.sha256 == sha256; });
    if (!is_known) ++verified.adopted;
    if (auto noted = index.remember_blob({sha256, *identity}); !noted) return noted.error();
  }
  const auto broken = index.forget_broken_results();
  if (!broken) return broken.error();
  verified.broken_results = static_cast<std::uint64_t>(*broken);
  return verified;
}

}  // namespace sharkreg::core
