// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"

struct sqlite3;

namespace sharkreg::core {

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
  static Result<Database> open(const std::filesystem::path& file, const std::string& schema);

  // One statement, with its parameters ?1, ?2, …; its rows. SQLite's numbers and texts only.
  Result<std::vector<Row>> run(const std::string& statement, const std::vector<Value>& values = {});

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  Database(std::filesystem::path file, std::unique_ptr<sqlite3, Close> handle);
  Error error() const;

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace sharkreg::core
