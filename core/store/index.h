// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/artifact.h"
#include "base/error.h"
#include "store/database.h"

namespace sharkreg::core {

// What tells a file from another one, and from itself after it was changed.
struct FileIdentity {
  std::int64_t size = 0;  // bytes
  std::int64_t inode = 0;
  std::int64_t modified = 0;  // nanoseconds since 1970

  bool operator==(const FileIdentity&) const = default;
};

std::optional<FileIdentity> identity_of(const std::filesystem::path& file);

// A file of the store, named by what it holds.
struct Blob {
  std::string sha256;
  FileIdentity identity;  // by which it is trusted without being read
};

// What is known of a URL: which content it had, and when that was last known to be so.
struct KnownSource {
  Blob blob;
  std::string validator;  // see ArtifactInformation; empty: none
  std::chrono::sys_seconds checked;
  std::string
      origin;  // key of the URL it came from, whose the validator is: a mirror's, or its own
};

// What is there of a download that has not ended. Its file holds the chunks that are done.
struct PartialDownload {
  std::string validator;
  std::int64_t size = 0;        // of the whole, bytes
  std::int64_t chunk_size = 0;  // bytes; the last one may be shorter
  std::vector<bool> done;       // by chunk

  bool operator==(const PartialDownload&) const = default;
};

// What came from a URL, with the lease of who wanted it.
struct NewBlob {
  std::string url_key;
  KnownSource source;
  std::string process;  // that leases it
  std::filesystem::path link;
};

// That a process reads a blob, through a link of this path (which may be empty).
struct Lease {
  std::string sha256;
  std::filesystem::path link;
};

// A blob, for those who clean up.
struct StoredBlob {
  Blob blob;
  std::chrono::sys_seconds used;  // last
  bool leased = false;            // a process that is known may read it now
};

// The result of an action, as it is known.
struct KnownResult {
  std::string key;
  std::string record;                                     // see CachedResult
  std::chrono::sys_time<std::chrono::milliseconds> used;  // last, in the slot that was asked for
};

// A result, with the slot it is of: which action of which step of which case.
struct NewResult {
  std::string key;
  std::string slot;
  std::string record;
  std::vector<Blob> blobs;
};

struct ResultStatistics {
  std::int64_t results = 0;
  std::int64_t blobs = 0;  // that results have; artifacts may have the same
  std::int64_t bytes = 0;  // of those
};

// The store's memory: one SQLite database. URLs are known by the SHA-256 of their text alone, since
// they may hold signatures. Later versions add tables, so that several versions can share one.
//
// When it is destroyed, what it was told is on the disk; but for leases and uses, which a loss of
// power ends or does not matter to.
//
// Threads: any. Safe under other processes and kill -9. Errors are those of Database.
class StoreIndex {
 public:
  ~StoreIndex();

  static Result<std::unique_ptr<StoreIndex>> open(const std::filesystem::path& file);

  Result<std::optional<KnownSource>> source(const std::string& url_key);
  Result<void> remember(const std::string& url_key, const KnownSource& source);
  // On the disk when this returns.
  Result<void> remember_all(const std::vector<NewBlob>& blobs);
  Result<std::int64_t> count_of_sources();

  Result<std::optional<Blob>> blob(const std::string& sha256);
  Result<void> remember_blob(const Blob& blob);
  Result<void> forget_blob(const std::string& sha256);

  Result<std::optional<PartialDownload>> part(const std::string& url_key);
  // On the disk when this returns, so that a loss of power costs no range that was finished.
  Result<void> remember_part(const std::string& url_key, const PartialDownload& part);
  Result<void> forget_part(const std::string& url_key);
  Result<std::int64_t> bytes_of_parts();  // that they will have in the end

  // The digests of a file outside the store, or of a blob's MD5; absent if it is another file now.
  Result<std::optional<Pin>> digests(const std::filesystem::path& file,
                                     const FileIdentity& identity);
  Result<void> remember_digests(const std::filesystem::path& file, const FileIdentity& identity,
                                const Pin& digests);

  // What was unpacked from a blob: the SHA-256 of the result, by a key that says from what and how.
  Result<std::optional<std::string>> derived(const std::string& key);
  Result<void> remember_derived(const std::string& key, const std::string& sha256);

  // A process reads these blobs from now on.
  Result<void> lease(const std::string& process, const std::vector<Lease>& leases,
                     std::chrono::sys_seconds now);
  Result<void> end_leases(const std::string& process);
  Result<std::vector<std::string>> lessees();

  Result<std::vector<StoredBlob>> blobs();

  // Results of actions, by the SHA-256 of all that decides them. One of which a blob is dropped is
  // forgotten. (index_results.cpp)
  Result<std::optional<KnownResult>> result(const std::string& key, const std::string& slot);
  Result<void> remember_result(const NewResult& result,
                               std::chrono::sys_time<std::chrono::milliseconds> now);
  // It was used now, in that slot; so were its blobs.
  Result<void> note_use(const std::string& key, const std::string& slot,
                        std::chrono::sys_time<std::chrono::milliseconds> now);
  Result<void> forget_result(const std::string& key);
  // Returns how many were not used since then, and are forgotten.
  Result<std::int64_t> forget_results_before(std::chrono::sys_seconds time);
  // Returns how many lacked a blob that the index knows, and are forgotten.
  Result<std::int64_t> forget_broken_results();
  // Of one slot, those used last first.
  Result<std::vector<KnownResult>> results_of(const std::string& slot, std::int64_t most);
  Result<ResultStatistics> result_statistics();

  // Forgets a blob, all that refers to it and its links, unless it is leased or was used after
  // `seen`; calls `remove` with the links while nobody else can write. False: it was kept.
  Result<bool> drop(const std::string& sha256, std::chrono::sys_seconds seen,
                    const std::function<void(const std::vector<std::filesystem::path>&)>& remove);

 private:
  explicit StoreIndex(Database database) : database_(std::move(database)) {}
  Result<std::vector<Database::Row>> run(const std::string& statement,
                                         const std::vector<Database::Value>& values = {});
  struct Statement {
    const char* text;
    std::vector<Database::Value> values;
  };
  Result<void> run_as_one(const std::vector<Statement>& statements);
  Result<void> run_flushed(const std::vector<Statement>& statements);
  Result<void> run_as_one_unflushed(const std::vector<Statement>& statements);  // with mutex_ held
  static void add_source(std::vector<Statement>& statements, const std::string& url_key,
                         const KnownSource& source);
  static void add_lease(std::vector<Statement>& statements, const std::string& process,
                        const std::string& sha256, const std::filesystem::path& link,
                        std::chrono::sys_seconds now);

  std::mutex mutex_;  // guards all below
  Database database_;
  bool is_to_be_flushed_ = false;
};

}  // namespace sharkreg::core
