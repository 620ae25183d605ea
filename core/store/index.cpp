// SPDX-License-Identifier: Apache-2.0
#include "store/index.h"

#include <sys/stat.h>
#include <utility>

namespace sharkreg::core {
namespace {

using Values = std::vector<Database::Value>;

constexpr const char* schema = R"(
  CREATE TABLE IF NOT EXISTS blobs(
    sha256 TEXT PRIMARY KEY, size INTEGER, inode INTEGER, modified INTEGER) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sources(
    url TEXT PRIMARY KEY, sha256 TEXT, validator TEXT, checked INTEGER) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS parts(
    url TEXT PRIMARY KEY, validator TEXT, size INTEGER, chunk_size INTEGER, done TEXT) WITHOUT ROWID;
)";

std::int64_t number(const Database::Value& value) {
  const auto* found = std::get_if<std::int64_t>(&value);
  return found == nullptr ? 0 : *found;
}

std::string text(const Database::Value& value) {
  const auto* found = std::get_if<std::string>(&value);
  return found == nullptr ? std::string() : *found;
}

// From the columns sha256, size, inode, modified.
Blob blob_of(const Database::Row& row) {
  return {text(row[0]), {number(row[1]), number(row[2]), number(row[3])}};
}

template <class T>
Result<void> only_errors(const Result<T>& result) {
  if (!result) return result.error();
  return {};
}

}  // namespace

std::optional<FileIdentity> identity_of(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return FileIdentity{status.st_size, static_cast<std::int64_t>(status.st_ino),
                      status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

Result<std::unique_ptr<StoreIndex>> StoreIndex::open(const std::filesystem::path& file) {
  auto database = Database::open(file, schema);
  if (!database) return database.error();
  return std::unique_ptr<StoreIndex>(new StoreIndex(std::move(*database)));
}

Result<std::vector<Database::Row>> StoreIndex::run(const std::string& statement,
                                                   const Values& values) {
  const std::scoped_lock lock(mutex_);
  return database_.run(statement, values);
}

Result<std::optional<KnownSource>> StoreIndex::source(const std::string& url_key) {
  auto rows =
      run("SELECT b.sha256, b.size, b.inode, b.modified, s.validator, s.checked "
          "FROM sources s JOIN blobs b USING(sha256) WHERE s.url = ?1",
          {url_key});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<KnownSource>();
  const Database::Row& row = rows->front();
  return std::optional(KnownSource{blob_of(row), text(row[4]),
                                   std::chrono::sys_seconds(std::chrono::seconds(number(row[5])))});
}

Result<void> StoreIndex::remember(const std::string& url_key, const KnownSource& source) {
  const FileIdentity& identity = source.blob.identity;
  const std::scoped_lock lock(mutex_);
  // One transaction: a source never names a blob that is not known.
  const std::pair<const char*, Values> statements[] = {
      {"BEGIN IMMEDIATE", {}},
      {"INSERT OR REPLACE INTO blobs VALUES(?1, ?2, ?3, ?4)",
       {source.blob.sha256, identity.size, identity.inode, identity.modified}},
      {"INSERT OR REPLACE INTO sources VALUES(?1, ?2, ?3, ?4)",
       {url_key, source.blob.sha256, source.validator,
        static_cast<std::int64_t>(source.checked.time_since_epoch().count())}},
      {"DELETE FROM parts WHERE url = ?1", {url_key}},
      {"COMMIT", {}},
  };
  for (const auto& [statement, values] : statements) {
    const auto done = database_.run(statement, values);
    if (done) continue;
    (void)database_.run("ROLLBACK");
    return done.error();
  }
  return {};
}

Result<void> StoreIndex::remember_blob(const Blob& blob) {
  const auto& [size, inode, modified] = blob.identity;
  return only_errors(run("INSERT OR REPLACE INTO blobs VALUES(?1, ?2, ?3, ?4)",
                         {blob.sha256, size, inode, modified}));
}

Result<void> StoreIndex::forget_blob(const std::string& sha256) {
  return only_errors(run("DELETE FROM blobs WHERE sha256 = ?1", {sha256}));
}

Result<std::optional<PartialDownload>> StoreIndex::part(const std::string& url_key) {
  auto rows = run("SELECT validator, size, chunk_size, done FROM parts WHERE url = ?1", {url_key});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<PartialDownload>();
  const Database::Row& row = rows->front();
  PartialDownload part{text(row[0]), number(row[1]), number(row[2]), {}};
  for (const char c : text(row[3])) part.done.push_back(c == '1');
  return std::optional(std::move(part));
}

Result<void> StoreIndex::remember_part(const std::string& url_key, const PartialDownload& part) {
  std::string done;
  for (const bool chunk : part.done) done += chunk ? '1' : '0';
  return only_errors(run("INSERT OR REPLACE INTO parts VALUES(?1, ?2, ?3, ?4, ?5)",
                         {url_key, part.validator, part.size, part.chunk_size, done}));
}

Result<void> StoreIndex::forget_part(const std::string& url_key) {
  return only_errors(run("DELETE FROM parts WHERE url = ?1", {url_key}));
}

}  // namespace sharkreg::core
