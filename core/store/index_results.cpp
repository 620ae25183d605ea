// SPDX-License-Identifier: Apache-2.0
// What the index knows of results of actions.
#include <utility>

#include "store/index.h"
#include "store/row_values.h"

namespace sharkreg::core {
namespace {

std::int64_t seconds(std::chrono::sys_seconds time) {
  return static_cast<std::int64_t>(time.time_since_epoch().count());
}

// Of slots alone: several results of one may be made within a second.
using Milliseconds = std::chrono::sys_time<std::chrono::milliseconds>;

Milliseconds time_of(const Database::Value& value) {
  return Milliseconds(std::chrono::milliseconds(number(value)));
}

std::int64_t milliseconds(Milliseconds time) {
  return static_cast<std::int64_t>(time.time_since_epoch().count());
}

std::int64_t seconds(Milliseconds time) {
  return seconds(std::chrono::time_point_cast<std::chrono::seconds>(time));
}

// All blobs of a result are used when it is.
constexpr const char* note_blobs =
    "INSERT OR REPLACE INTO uses SELECT sha256, ?2 FROM result_blobs WHERE key = ?1";

constexpr const char* of_broken =
    "(SELECT rb.key FROM result_blobs rb LEFT JOIN blobs b USING(sha256) WHERE b.sha256 IS NULL)";

}  // namespace

Result<std::optional<KnownResult>> StoreIndex::result(const std::string& key,
                                                      const std::string& slot) {
  const auto rows =
      run("SELECT r.record, s.used FROM results r LEFT JOIN result_slots s ON s.key = r.key AND "
          "s.slot = ?2 WHERE r.key = ?1",
          {key, slot});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<KnownResult>();
  return std::optional(KnownResult{key, text(rows->front()[0]), time_of(rows->front()[1])});
}

Result<void> StoreIndex::remember_result(const NewResult& result, Milliseconds now) {
  std::vector<Statement> statements;
  for (const Blob& blob : result.blobs) {
    const auto& [size, inode, modified] = blob.identity;
    statements.push_back({"INSERT OR REPLACE INTO blobs VALUES(?1, ?2, ?3, ?4)",
                          {blob.sha256, size, inode, modified}});
  }
  statements.push_back({"DELETE FROM result_blobs WHERE key = ?1", {result.key}});
  for (const Blob& blob : result.blobs) {
    statements.push_back(
        {"INSERT OR IGNORE INTO result_blobs VALUES(?1, ?2)", {result.key, blob.sha256}});
  }
  statements.push_back({"INSERT OR REPLACE INTO results VALUES(?1, ?2, ?3, ?3)",
                        {result.key, result.record, seconds(now)}});
  statements.push_back({"INSERT OR REPLACE INTO result_slots VALUES(?1, ?2, ?3)",
                        {result.slot, result.key, milliseconds(now)}});
  statements.push_back({note_blobs, {result.key, seconds(now)}});
  return run_as_one(statements);
}

Result<void> StoreIndex::note_use(const std::string& key, const std::string& slot,
                                  Milliseconds now) {
  return run_as_one(
      {{"UPDATE results SET used = ?2 WHERE key = ?1", {key, seconds(now)}},
       {"INSERT OR REPLACE INTO result_slots SELECT ?3, key, ?2 FROM results WHERE key = ?1",
        {key, milliseconds(now), slot}},
       {note_blobs, {key, seconds(now)}}});
}

Result<void> StoreIndex::forget_result(const std::string& key) {
  return run_as_one({{"DELETE FROM results WHERE key = ?1", {key}},
                     {"DELETE FROM result_slots WHERE key = ?1", {key}},
                     {"DELETE FROM result_blobs WHERE key = ?1", {key}}});
}

Result<std::int64_t> StoreIndex::forget_results_before(std::chrono::sys_seconds time) {
  const auto rows = run("SELECT count(*) FROM results WHERE used < ?1", {seconds(time)});
  if (!rows) return rows.error();
  const auto forgotten =
      run_as_one({{"DELETE FROM results WHERE used < ?1", {seconds(time)}},
                  {"DELETE FROM result_slots WHERE key NOT IN (SELECT key FROM results)", {}},
                  {"DELETE FROM result_blobs WHERE key NOT IN (SELECT key FROM results)", {}}});
  if (!forgotten) return forgotten.error();
  return number(rows->front()[0]);
}

Result<std::int64_t> StoreIndex::forget_broken_results() {
  const std::string broken = of_broken;
  const std::string all = "DELETE FROM results WHERE key IN " + broken;
  const auto rows = run("SELECT count(*) FROM results WHERE key IN " + broken);
  if (!rows) return rows.error();
  const auto forgotten =
      run_as_one({{all.c_str(), {}},
                  {"DELETE FROM result_slots WHERE key NOT IN (SELECT key FROM results)", {}},
                  {"DELETE FROM result_blobs WHERE key NOT IN (SELECT key FROM results)", {}}});
  if (!forgotten) return forgotten.error();
  return number(rows->front()[0]);
}

Result<std::vector<KnownResult>> StoreIndex::results_of(const std::string& slot,
                                                        std::int64_t most) {
  const auto rows =
      run("SELECT r.key, r.record, s.used FROM result_slots s JOIN results r USING(key) "
          "WHERE s.slot = ?1 ORDER BY s.used DESC, r.made DESC LIMIT ?2",
          {slot, most});
  if (!rows) return rows.error();
  std::vector<KnownResult> results;
  for (const Database::Row& row : *rows) {
    results.push_back({text(row[0]), text(row[1]), time_of(row[2])});
  }
  return results;
}

Result<ResultStatistics> StoreIndex::result_statistics() {
  const auto rows =
      run("SELECT (SELECT count(*) FROM results), count(*), coalesce(sum(size), 0) FROM blobs "
          "WHERE sha256 IN (SELECT sha256 FROM result_blobs)");
  if (!rows) return rows.error();
  const Database::Row& row = rows->front();
  return ResultStatistics{number(row[0]), number(row[1]), number(row[2])};
}

}  // namespace sharkreg::core
