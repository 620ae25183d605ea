// SPDX-License-Identifier: Apache-2.0
// The file of the history: of earlier and later versions, and broken.
#include <fstream>
#include <memory>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "runs.h"

namespace sharkreg::core {
namespace {

using Texts = std::vector<std::string>;

// Runs statements on the file, by SQLite alone.
void execute(const std::filesystem::path& file, const std::string& statements) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
  const std::unique_ptr<sqlite3, decltype([](sqlite3* opened) { sqlite3_close(opened); })> closes(
      handle);
  const int done = sqlite3_exec(handle, statements.c_str(), nullptr, nullptr, nullptr);
  REQUIRE_MESSAGE(done == SQLITE_OK, sqlite3_errmsg(handle));
}

void make_version_1(const std::filesystem::path& file) {
  const auto sql =
      read_file(std::filesystem::path(SHARKREG_SOURCE_DIR) / "tests/unit/history/history_v1.sql");
  REQUIRE(sql.has_value());
  execute(file, *sql);
}

Error refusal_of(const Runs& runs) {
  const auto history = History::open(runs.history_file());
  REQUIRE_FALSE(history.has_value());
  CHECK(history.error().kind == ErrorKind::infrastructure);
  CHECK(history.error().message.find(runs.history_file().string()) != std::string::npos);
  return history.error();
}

}  // namespace

TEST_CASE("a history of version 1 keeps all that it has") {
  const Runs runs;
  make_version_1(runs.history_file());
  const auto history = runs.history();
  CHECK(executions_of(*history, "compile acme") == Texts{"pass 5"});
  CHECK(executions_of(*history, "run acme") == Texts{"fail 1"});
  const Subject compile = history->subjects()->front();
  const PastStep step = history->steps_of(compile, 1)->front();
  CHECK(step.tools == "acme-compile 1.9");
  CHECK(step.run.host == "workbench");
  CHECK_FALSE(step.cached);
  CHECK(step.device.empty());
  CHECK(history->actions_of(compile, "compile", "big", 5)->size() == 1);
  CHECK(history->case_times()->at("m/s") == 6'000'000);
  CHECK(runs.import(*history) == 0);
  CHECK(executions_of(*runs.history(), "run acme") == Texts{"fail 1"});
}

TEST_CASE("a run of version 1 that is still there is read again for what is new") {
  const Runs runs;
  make_version_1(runs.history_file());
  StepFinished step = step_of("2026-01-01T00:00:05.000Z", "compile acme", Verdict::pass, 5);
  step.cached = true;
  step.actions.front().cached.emplace();
  runs.write("old", whole_run("old", {step}));
  const auto history = runs.history();
  CHECK(runs.import(*history) == 1);
  CHECK(executions_of(*history, "compile acme") == Texts{"pass 5"});
  CHECK(history->steps_of(history->subjects()->front(), 1)->front().cached);
  CHECK(runs.import(*history) == 0);
}

TEST_CASE("a history of a later version is left alone, with a clear message") {
  const Runs runs;
  runs.history();
  execute(runs.history_file(), "PRAGMA user_version = 99");
  const Error refusal = refusal_of(runs);
  CHECK(refusal.message.ends_with("is of version 99; this sharkreg knows none above 2"));
  CHECK(refusal.hint.find("--cache-dir") != std::string::npos);
}

TEST_CASE("a file that is no history, or a part of one, is an error that says what to do") {
  const Runs runs;
  runs.write("one", whole_run("one", {step_of("1", "run acme", Verdict::pass)}));
  {
    const auto history = runs.history();
    CHECK(runs.import(*history) == 1);
  }
  std::ofstream(runs.history_file(), std::ios::trunc) << "this is no database, but long enough";
  const Error no_database = refusal_of(runs);
  CHECK(no_database.message.starts_with("the history "));
  CHECK(no_database.hint.starts_with("remove that file"));
  std::filesystem::remove(runs.history_file());
  const auto made_again = runs.history();
  CHECK(runs.import(*made_again) == 1);
}

TEST_CASE("a history cut short is an error, sooner or later, never a wrong answer") {
  const Runs runs;
  std::vector<StepFinished> steps;
  for (int number = 0; number < 500; ++number) {
    steps.push_back(step_of(std::to_string(number), "run acme", Verdict::pass));
  }
  runs.write("one", whole_run("one", steps));
  {
    const auto history = runs.history();
    CHECK(runs.import(*history) == 500);
  }
  const auto size = std::filesystem::file_size(runs.history_file());
  std::filesystem::resize_file(runs.history_file(), size / 2);
  const auto history = History::open(runs.history_file());
  const auto subjects =
      history ? (*history)->subjects() : Result<std::vector<Subject>>(history.error());
  const auto found = subjects && !subjects->empty() ? (*history)->steps_of(subjects->front(), 1000)
                                                    : Result<std::vector<PastStep>>(Error{});
  CHECK_FALSE(found.has_value());
  const Error error = history ? (subjects ? found.error() : subjects.error()) : history.error();
  CHECK(error.message.starts_with("the history "));
  CHECK(error.hint.starts_with("remove that file"));
}

TEST_CASE("a directory that cannot be made is an error") {
  const Runs runs;
  std::ofstream(runs.history_file()) << "";
  const auto history = History::open(runs.history_file() / "below" / "history.sqlite");
  CHECK_FALSE(history.has_value());
}

}  // namespace sharkreg::core
