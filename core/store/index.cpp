// SPDX-License-Identifier: Apache-2.0
#include "store/index.h"

#include <sys/stat.h>
#include <utility>

#include "store/row_values.h"

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
  CREATE TABLE IF NOT EXISTS origins(url TEXT PRIMARY KEY, origin TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS uses(sha256 TEXT PRIMARY KEY, used INTEGER) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS links(path TEXT PRIMARY KEY, sha256 TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS leases(
    process TEXT, sha256 TEXT, PRIMARY KEY(process, sha256)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS derived(key TEXT PRIMARY KEY, sha256 TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS digests(
    path TEXT PRIMARY KEY, size INTEGER, inode INTEGER, modified INTEGER, sha256 TEXT,
    md5 TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS results(
    key TEXT PRIMARY KEY, record TEXT, made INTEGER, used INTEGER) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS result_blobs(
    key TEXT, sha256 TEXT, PRIMARY KEY(key, sha256)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS results_by_blob ON result_blobs(sha256);
  CREATE TABLE IF NOT EXISTS result_slots(
    slot TEXT, key TEXT, used INTEGER, PRIMARY KEY(slot, key)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS slots_by_result ON result_slots(key);
)";

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

StoreIndex::~StoreIndex() {
  if (is_to_be_flushed_) {
    // Here and not by closing: other processes may have it open still.
    (void)database_.run("PRAGMA wal_checkpoint(PASSIVE)");
  } else {
    database_.close_without_flush();
  }
}

Result<std::vector<Database::Row>> StoreIndex::run(const std::string& statement,
                                                   const Values& values) {
  const std::scoped_lock lock(mutex_);
  is_to_be_flushed_ = is_to_be_flushed_ || !statement.starts_with("SELECT");
  return database_.run(statement, values);
}

Result<void> StoreIndex::run_as_one(const std::vector<Statement>& statements) {
  const std::scoped_lock lock(mutex_);
  is_to_be_flushed_ = true;
  return run_as_one_unflushed(statements);
}

Result<void> StoreIndex::run_flushed(const std::vector<Statement>& statements) {
  const std::scoped_lock lock(mutex_);
  is_to_be_flushed_ = true;
  if (auto begun = database_.flush_each(true); !begun) return begun;
  auto done = run_as_one_unflushed(statements);
  if (auto ended = database_.flush_each(false); done && !ended) return ended;
  return done;
}

Result<void> StoreIndex::run_as_one_unflushed(const std::vector<Statement>& statements) {
  if (auto begun = database_.run("BEGIN IMMEDIATE"); !begun) return begun.error();
  for (const auto& [text, values] : statements) {
    const auto done = database_.run(text, values);
    if (done) continue;
    (void)database_.run("ROLLBACK");
    return done.error();
  }
  return only_errors(database_.run("COMMIT"));
}

Result<std::optional<KnownSource>> StoreIndex::source(const std::string& url_key) {
  auto rows =
      run("SELECT b.sha256, b.size, b.inode, b.modified, s.validator, s.checked, o.origin "
          "FROM sources s JOIN blobs b USING(sha256) LEFT JOIN origins o USING(url) "
          "WHERE s.url = ?1",
          {url_key});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<KnownSource>();
  const Database::Row& row = rows->front();
  const std::string origin = text(row[6]);
  return std::optional(KnownSource{blob_of(row), text(row[4]),
                                   std::chrono::sys_seconds(std::chrono::seconds(number(row[5]))),
                                   origin.empty() ? url_key : origin});
}

// To be run as one: a source never names a blob that is not known.
void StoreIndex::add_source(std::vector<Statement>& statements, const std::string& url_key,
                            const KnownSource& source) {
  const auto& [size, inode, modified] = source.blob.identity;
  statements.push_back({"INSERT OR REPLACE INTO blobs VALUES(?1, ?2, ?3, ?4)",
                        {source.blob.sha256, size, inode, modified}});
  statements.push_back({"INSERT OR REPLACE INTO sources VALUES(?1, ?2, ?3, ?4)",
                        {url_key, source.blob.sha256, source.validator,
                         static_cast<std::int64_t>(source.checked.time_since_epoch().count())}});
  if (source.origin == url_key) {
    statements.push_back({"DELETE FROM origins WHERE url = ?1", {url_key}});
  } else {
    statements.push_back(
        {"INSERT OR REPLACE INTO origins VALUES(?1, ?2)", {url_key, source.origin}});
  }
  statements.push_back({"DELETE FROM parts WHERE url = ?1", {source.origin}});
}

void StoreIndex::add_lease(std::vector<Statement>& statements, const std::string& process,
                           const std::string& sha256, const std::filesystem::path& link,
                           std::chrono::sys_seconds now) {
  statements.push_back({"INSERT OR IGNORE INTO leases VALUES(?1, ?2)", {process, sha256}});
  statements.push_back({"INSERT OR REPLACE INTO uses VALUES(?1, ?2)",
                        {sha256, static_cast<std::int64_t>(now.time_since_epoch().count())}});
  if (link.empty()) return;
  // What is there already is not written again.
  statements.push_back(
      {"INSERT INTO links VALUES(?1, ?2) ON CONFLICT(path) "
       "DO UPDATE SET sha256 = ?2 WHERE sha256 <> ?2",
       {link.native(), sha256}});
}

Result<void> StoreIndex::remember(const std::string& url_key, const KnownSource& source) {
  std::vector<Statement> statements;
  add_source(statements, url_key, source);
  return run_as_one(statements);
}

Result<void> StoreIndex::remember_all(const std::vector<NewBlob>& blobs) {
  std::vector<Statement> statements;
  for (const NewBlob& blob : blobs) {
    add_source(statements, blob.url_key, blob.source);
    add_lease(statements, blob.process, blob.source.blob.sha256, blob.link, blob.source.checked);
  }
  return run_flushed(statements);
}

Result<std::int64_t> StoreIndex::count_of_sources() {
  const auto rows = run("SELECT count(*) FROM sources");
  if (!rows) return rows.error();
  return number(rows->front()[0]);
}

Result<std::optional<Blob>> StoreIndex::blob(const std::string& sha256) {
  const auto rows =
      run("SELECT sha256, size, inode, modified FROM blobs WHERE sha256 = ?1", {sha256});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<Blob>();
  return std::optional(blob_of(rows->front()));
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
  return run_flushed({{"INSERT OR REPLACE INTO parts VALUES(?1, ?2, ?3, ?4, ?5)",
                       {url_key, part.validator, part.size, part.chunk_size, done}}});
}

Result<void> StoreIndex::forget_part(const std::string& url_key) {
  return only_errors(run("DELETE FROM parts WHERE url = ?1", {url_key}));
}

Result<std::int64_t> StoreIndex::bytes_of_parts() {
  const auto rows = run("SELECT coalesce(sum(size), 0) FROM parts");
  if (!rows) return rows.error();
  return number(rows->front()[0]);
}

Result<std::optional<Pin>> StoreIndex::digests(const std::filesystem::path& file,
                                               const FileIdentity& identity) {
  const auto rows =
      run("SELECT sha256, md5 FROM digests "
          "WHERE path = ?1 AND size = ?2 AND inode = ?3 AND modified = ?4",
          {file.native(), identity.size, identity.inode, identity.modified});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<Pin>();
  return std::optional(Pin{text(rows->front()[0]), text(rows->front()[1])});
}

Result<void> StoreIndex::remember_digests(const std::filesystem::path& file,
                                          const FileIdentity& identity, const Pin& digests) {
  return only_errors(run("INSERT OR REPLACE INTO digests VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                         {file.native(), identity.size, identity.inode, identity.modified,
                          digests.sha256, digests.md5}));
}

Result<std::optional<std::string>> StoreIndex::derived(const std::string& key) {
  const auto rows = run("SELECT sha256 FROM derived WHERE key = ?1", {key});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<std::string>();
  return std::optional(text(rows->front()[0]));
}

Result<void> StoreIndex::remember_derived(const std::string& key, const std::string& sha256) {
  return only_errors(run("INSERT OR REPLACE INTO derived VALUES(?1, ?2)", {key, sha256}));
}

Result<void> StoreIndex::lease(const std::string& process, const std::vector<Lease>& leases,
                               std::chrono::sys_seconds now) {
  std::vector<Statement> statements;
  for (const auto& [sha256, link] : leases) add_lease(statements, process, sha256, link, now);
  const std::scoped_lock lock(mutex_);
  return run_as_one_unflushed(statements);
}

Result<void> StoreIndex::end_leases(const std::string& process) {
  const std::scoped_lock lock(mutex_);
  return only_errors(database_.run("DELETE FROM leases WHERE process = ?1", {process}));
}

Result<std::vector<std::string>> StoreIndex::lessees() {
  const auto rows = run("SELECT DISTINCT process FROM leases");
  if (!rows) return rows.error();
  std::vector<std::string> processes;
  for (const Database::Row& row : *rows) processes.push_back(text(row[0]));
  return processes;
}

Result<std::vector<StoredBlob>> StoreIndex::blobs() {
  const auto rows =
      run("SELECT b.sha256, b.size, b.inode, b.modified, u.used, "
          "EXISTS(SELECT 1 FROM leases l WHERE l.sha256 = b.sha256) "
          "FROM blobs b LEFT JOIN uses u USING(sha256)");
  if (!rows) return rows.error();
  std::vector<StoredBlob> blobs;
  for (const Database::Row& row : *rows) {
    blobs.push_back({blob_of(row), std::chrono::sys_seconds(std::chrono::seconds(number(row[4]))),
                     number(row[5]) != 0});
  }
  return blobs;
}

Result<bool> StoreIndex::drop(
    const std::string& sha256, std::chrono::sys_seconds seen,
    const std::function<void(const std::vector<std::filesystem::path>&)>& remove) {
  const std::scoped_lock lock(mutex_);
  is_to_be_flushed_ = true;
  if (auto begun = database_.run("BEGIN IMMEDIATE"); !begun) return begun.error();
  const auto failed = [&](const Error& error) {
    (void)database_.run("ROLLBACK");
    return error;
  };
  const auto users = database_.run(
      "SELECT 1 FROM leases WHERE sha256 = ?1 UNION ALL "
      "SELECT 1 FROM uses WHERE sha256 = ?1 AND used > ?2",
      {sha256, static_cast<std::int64_t>(seen.time_since_epoch().count())});
  if (!users) return failed(users.error());
  if (!users->empty()) {
    if (auto ended = database_.run("ROLLBACK"); !ended) return ended.error();
    return false;
  }
  const auto rows = database_.run("SELECT path FROM links WHERE sha256 = ?1", {sha256});
  if (!rows) return failed(rows.error());
  for (const char* statement :
       {"DELETE FROM results WHERE key IN (SELECT key FROM result_blobs WHERE sha256 = ?1)",
        "DELETE FROM result_slots WHERE key IN (SELECT key FROM result_blobs WHERE sha256 = ?1)",
        "DELETE FROM result_blobs WHERE key IN (SELECT key FROM result_blobs WHERE sha256 = ?1)"}) {
    if (const auto deleted = database_.run(statement, {sha256}); !deleted) {
      return failed(deleted.error());
    }
  }
  for (const char* table : {"blobs", "sources", "uses", "links", "derived"}) {
    const auto deleted =
        database_.run(std::string("DELETE FROM ") + table + " WHERE sha256 = ?1", {sha256});
    if (!deleted) return failed(deleted.error());
  }
  std::vector<std::filesystem::path> links;
  for (const Database::Row& row : *rows) links.emplace_back(text(row[0]));
  // Before others may write again: who wants it from then on must not find it.
  remove(links);
  if (auto done = database_.run("COMMIT"); !done) return failed(done.error());
  return true;
}

}  // namespace sharkreg::core
