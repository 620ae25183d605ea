// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sharkreg::core {

// What a database is for, as its errors say it.
struct DatabasePurpose {
  std::string name = "the store's index";  // in front of the file
  std::string remedy =                     // of a broken file
      "remove that file: what lies in the store is found again by its content";
};

// One SQLite database (WAL), shared with other processes. https://sqlite.org/wal.html
//
// Threads: one at a time; other processes, and other objects in this one, may use the same file:
// a write waits up to ten seconds for theirs.
class Database {
 public:
  using Value = std::variant<std::int64_t, std::string>;
  using Row = std::vector<Value>;

  // Opens or makes it, and runs `schema`: statements that change nothing when they are run again.
  // Errors (infrastructure) name the file; a file system of another machine is refused, since WAL
  // needs memory that all processes share.
  static Result<Database> open(const std::filesystem::path& file, const std::string& schema,
                               DatabasePurpose purpose = {});

  // One statement, with its parameters ?1, ?2, …; its rows. SQLite's numbers and texts only. What
  // was made of its text is kept for the next time.
  Result<std::vector<Row>> run(const std::string& statement, const std::vector<Value>& values = {});

  // Whether each transaction is on the disk when it ends. Else those of the last moments before a
  // loss of power may be lost, all from some moment on; as long as nobody says otherwise it is so.
  Result<void> flush_each(bool flushes);

  // When this is closed nothing is to be flushed to the disk. What was written is not lost, but for
  // a loss of power soon afterwards.
  void close_without_flush();

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Database(std::filesystem::path file, std::unique_ptr<sqlite3, Close> handle,
           DatabasePurpose purpose);
  Error error() const;

  std::filesystem::path file_;
  DatabasePurpose purpose_;
  std::unique_ptr<sqlite3, Close> handle_;  // outlives its statements
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

}  // namespace sharkreg::core
