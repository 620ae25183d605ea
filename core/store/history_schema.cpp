// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <fmt/format.h>

#include "store/history.h"

namespace sharkreg::core {
namespace {

// What leads from version N to N + 1, one statement each. What stands here is in the files of users:
// it is never changed, only added to.
const std::vector<std::vector<std::string>>& migrations() {
  static const std::vector<std::vector<std::string>> all = {
      {
          "CREATE TABLE runs(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, time TEXT, "
          "host TEXT, system TEXT, sku TEXT, version TEXT, shard TEXT, finished INTEGER NOT NULL, "
          "size INTEGER NOT NULL, inode INTEGER NOT NULL, modified INTEGER NOT NULL, "
          "imported INTEGER NOT NULL)",
          "CREATE TABLE subjects(id INTEGER PRIMARY KEY, model TEXT NOT NULL, "
          "submodel TEXT NOT NULL, step TEXT NOT NULL, stage TEXT, backend TEXT, target TEXT, "
          "UNIQUE(model, submodel, step))",
          "CREATE TABLE tools(id INTEGER PRIMARY KEY, versions TEXT NOT NULL UNIQUE)",
          "CREATE TABLE steps(run INTEGER NOT NULL, position INTEGER NOT NULL, "
          "subject INTEGER NOT NULL, time TEXT NOT NULL, verdict TEXT NOT NULL, "
          "wall INTEGER NOT NULL, user INTEGER NOT NULL, system INTEGER NOT NULL, "
          "peak_memory INTEGER NOT NULL, tools INTEGER NOT NULL, "
          "PRIMARY KEY(run, position)) WITHOUT ROWID",
          "CREATE INDEX steps_in_time ON steps(subject, time)",
          "CREATE TABLE actions(run INTEGER NOT NULL, position INTEGER NOT NULL, "
          "number INTEGER NOT NULL, subject INTEGER NOT NULL, name TEXT NOT NULL, "
          "sku TEXT NOT NULL, time TEXT NOT NULL, wall INTEGER NOT NULL, user INTEGER NOT NULL, "
          "system INTEGER NOT NULL, peak_memory INTEGER NOT NULL, succeeded INTEGER NOT NULL, "
          "PRIMARY KEY(run, position, number)) WITHOUT ROWID",
      },
      {
          "ALTER TABLE steps ADD COLUMN cached INTEGER NOT NULL DEFAULT 0",
          "ALTER TABLE steps ADD COLUMN device TEXT NOT NULL DEFAULT ''",
          "ALTER TABLE actions ADD COLUMN cached INTEGER NOT NULL DEFAULT 0",
          "CREATE INDEX telling_actions ON actions(subject, name, sku, time) "
          "WHERE succeeded = 1 AND cached = 0",
          // Those that are still there are read again, for what is new.
          "UPDATE runs SET size = -1",
      },
  };
  return all;
}

Result<std::int64_t> version_of(Database& database) {
  const auto rows = database.run("PRAGMA user_version");
  if (!rows) return rows.error();
  return std::get<std::int64_t>(rows->at(0).at(0));
}

std::int64_t present_version() {
  return static_cast<std::int64_t>(migrations().size());
}

// Within a transaction.
Result<void> apply_missing(Database& database) {
  const auto version = version_of(database);
  if (!version) return version.error();
  for (std::int64_t next = *version; next < present_version(); ++next) {
    for (const std::string& statement : migrations().at(static_cast<std::size_t>(next))) {
      if (const auto done = database.run(statement); !done) return done.error();
    }
  }
  const auto noted = database.run(fmt::format("PRAGMA user_version = {}", present_version()));
  if (!noted) return noted.error();
  return {};
}

}  // namespace

Result<void> migrate_history(Database& database, const std::filesystem::path& file) {
  const auto version = version_of(database);
  if (!version) return version.error();
  if (*version > present_version()) {
    return Error{ErrorKind::infrastructure,
                 fmt::format("the history {} is of version {}; this sharkreg knows none above {}",
                             file.native(), *version, present_version()),
                 "a later sharkreg wrote it: use that one, or another directory by --cache-dir"};
  }
  if (*version == present_version()) return {};
  if (const auto begun = database.run("BEGIN IMMEDIATE"); !begun) return begun.error();
  // Another process may have done it meanwhile.
  if (const auto done = apply_missing(database); !done) {
    (void)database.run("ROLLBACK");
    return done.error();
  }
  if (const auto done = database.run("COMMIT"); !done) return done.error();
  return {};
}

}  // namespace sharkreg::core
