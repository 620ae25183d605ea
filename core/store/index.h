// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

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
};

// What is there of a download that has not ended. Its file holds the chunks that are done.
struct PartialDownload {
  std::string validator;
  std::int64_t size = 0;        // of the whole, bytes
  std::int64_t chunk_size = 0;  // bytes; the last one may be shorter
  std::vector<bool> done;       // by chunk

  bool operator==(const PartialDownload&) const = default;
};

// The store's memory: one SQLite database. URLs are known by the SHA-256 of their text alone, since
// they may hold signatures.
//
// Threads: any. Safe under other processes and kill -9. Errors are those of Database.
class StoreIndex {
 public:
  static Result<std::unique_ptr<StoreIndex>> open(const std::filesystem::path& file);

  Result<std::optional<KnownSource>> source(const std::string& url_key);
  Result<void> remember(const std::string& url_key, const KnownSource& source);

  Result<void> remember_blob(const Blob& blob);
  Result<void> forget_blob(const std::string& sha256);

  Result<std::optional<PartialDownload>> part(const std::string& url_key);
  Result<void> remember_part(const std::string& url_key, const PartialDownload& part);
  Result<void> forget_part(const std::string& url_key);

 private:
  explicit StoreIndex(Database database) : database_(std::move(database)) {}
  Result<std::vector<Database::Row>> run(const std::string& statement,
                                         const std::vector<Database::Value>& values = {});

  std::mutex mutex_;
  Database database_;
};

}  // namespace sharkreg::core
