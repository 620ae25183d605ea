// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <sys/vfs.h>
#include <thread>
#include <utility>

#include <sqlite3.h>

#include "base/files.h"

namespace sharkreg::core {
namespace {

constexpr int patience = 10'000;  // milliseconds

// Numbers of <linux/magic.h> and of the kernel's cifs and smb2.
constexpr std::array<unsigned, 4> of_other_machines{0x6969, 0x517B, 0xFF534D42, 0xFE534D42};

bool is_of_another_machine(const std::filesystem::path& directory) {
  struct statfs status {};
  return ::statfs(directory.c_str(), &status) == 0 &&
         std::ranges::find(of_other_machines, static_cast<unsigned>(status.f_type)) !=
             of_other_machines.end();
}

// Waits for others itself: when a database is made WAL, SQLite tells of them without waiting.
bool execute(sqlite3* handle, const std::string& statements) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience);
  for (;;) {
    const int done = sqlite3_exec(handle, statements.c_str(), nullptr, nullptr, nullptr);
    if (done != SQLITE_BUSY || std::chrono::steady_clock::now() > end) return done == SQLITE_OK;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void bind(sqlite3_stmt* statement, int index, const Database::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(statement, index, *number);
  } else {
    const auto& text = std::get<std::string>(value);
    // The values outlive the statement.
    sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
}

Database::Row row_of(sqlite3_stmt* statement) {
  Database::Row row;
  for (int column = 0; column < sqlite3_column_count(statement); ++column) {
    if (sqlite3_column_type(statement, column) == SQLITE_INTEGER) {
      row.emplace_back(static_cast<std::int64_t>(sqlite3_column_int64(statement, column)));
    } else {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
      row.emplace_back(text == nullptr ? std::string() : std::string(text, size));
    }
  }
  return row;
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const {
  sqlite3_close(handle);
}

void Database::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Database::Database(std::filesystem::path file, std::unique_ptr<sqlite3, Close> handle,
                   DatabasePurpose purpose)
    : file_(std::move(file)), purpose_(std::move(purpose)), handle_(std::move(handle)) {}

Result<Database> Database::open(const std::filesystem::path& file, const std::string& schema,
                                DatabasePurpose purpose) {
  if (auto made = make_directories(file.parent_path()); !made) return made.error();
  if (is_of_another_machine(file.parent_path())) {
    return Error{ErrorKind::infrastructure,
                 file.parent_path().native() + " is on a file system of another machine",
                 purpose.name + " needs a local one: name a directory there by --cache-dir"};
  }
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(file.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(file, std::unique_ptr<sqlite3, Close>(handle), std::move(purpose));
  if (opened != SQLITE_OK) return database.error();
  sqlite3_busy_timeout(handle, patience);
  // Pages of 4 KiB in the log before they are moved to the database, which waits for the disk.
  if (!execute(handle,
               "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
               "PRAGMA wal_autocheckpoint=4000;") ||
      !execute(handle, schema)) {
    return database.error();
  }
  return database;
}

Result<std::vector<Database::Row>> Database::run(const std::string& statement,
                                                 const std::vector<Value>& values) {
  auto& kept = statements_[statement];
  if (kept == nullptr) {
    sqlite3_stmt* made = nullptr;
    const int fine =
        sqlite3_prepare_v3(handle_.get(), statement.data(), static_cast<int>(statement.size()),
                           SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    kept.reset(made);
    if (fine != SQLITE_OK) return error();
  }
  sqlite3_stmt* const prepared = kept.get();
  // Ends it in any case: one that is not over keeps others from writing.
  const std::unique_ptr<sqlite3_stmt, decltype([](sqlite3_stmt* used) {
                          sqlite3_reset(used);
                          sqlite3_clear_bindings(used);
                        })>
      ends(prepared);
  for (std::size_t index = 0; index < values.size(); ++index) {
    bind(prepared, static_cast<int>(index) + 1, values[index]);
  }
  std::vector<Row> rows;
  for (;;) {
    const int step = sqlite3_step(prepared);
    if (step == SQLITE_DONE) return rows;
    if (step != SQLITE_ROW) return error();
    rows.push_back(row_of(prepared));
  }
}

Result<void> Database::flush_each(bool flushes) {
  // By run() it would be in force when it is compiled, which is once.
  if (!execute(handle_.get(), flushes ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL")) {
    return error();
  }
  return {};
}

void Database::close_without_flush() {
  // Else whoever closes it last moves the log into the database: four flushes, for any little write.
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Error Database::error() const {
  const int code = handle_ ? sqlite3_errcode(handle_.get()) : SQLITE_NOMEM;
  const bool broken = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  return Error{ErrorKind::infrastructure,
               purpose_.name + " " + file_.native() + ": " +
                   (handle_ ? sqlite3_errmsg(handle_.get()) : "out of memory"),
               broken ? purpose_.remedy : ""};
}

}  // namespace sharkreg::core
