// SPDX-License-Identifier: Apache-2.0
#include "cli/run_directory.h"

#include <fstream>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/files.h"

namespace sharkreg::core {
namespace {

class SetClock final : public Clock {
 public:
  std::chrono::system_clock::time_point time{std::chrono::seconds(1'770'091'506)};  // 04:05:06
  std::chrono::system_clock::time_point now() const override { return time; }
  std::chrono::steady_clock::time_point steady() const override { return {}; }
};

struct Runs {
  TemporaryDirectory directory =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "runs-").value();
  SetClock clock;
  std::filesystem::path path = directory.path() / "runs";

  RunDirectory make() const {
    auto made = RunDirectory::create(path, clock);
    REQUIRE(made.has_value());
    std::ofstream(made->path / "results.jsonl") << "";
    return std::move(*made);
  }
};

std::string with_pid(const std::string& time) {
  return time + "-" + std::to_string(::getpid());
}

TEST_CASE("the id of a run is its time and process") {
  const Runs runs;
  const RunDirectory run = runs.make();
  CHECK(run.id == with_pid("20260203-040506"));
  CHECK(run.path == runs.path / run.id);
}

TEST_CASE("ids are unique and sort as runs begin, also when the clock is set back") {
  Runs runs;
  std::vector<std::string> ids;
  for (const int seconds : {0, 0, 3600, -86400, -86400, 1, 7200}) {
    runs.clock.time += std::chrono::seconds(seconds);
    ids.push_back(runs.make().id);
  }
  CHECK(std::is_sorted(ids.begin(), ids.end()));
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
  CHECK(run_ids(runs.path) == ids);
  CHECK(ids[1] == with_pid("20260203-040507"));
  CHECK(ids[3] == with_pid("20260203-050507"));
  // The end of a day is no trouble.
  runs.clock.time = std::chrono::system_clock::time_point(std::chrono::seconds(1'770'163'199));
  CHECK(runs.make().id == with_pid("20260203-235959"));
  CHECK(runs.make().id == with_pid("20260204-000000"));
}

TEST_CASE("what is no run, or has no results, is not among the runs") {
  const Runs runs;
  const RunDirectory run = runs.make();
  std::filesystem::create_directory(runs.path / "by-hand");
  std::filesystem::create_directory(runs.path / "20270203-040506-12");
  std::ofstream(runs.path / "20260203-040506x") << "";
  CHECK(run_ids(runs.path) == std::vector<std::string>{run.id});
  CHECK(run_ids(runs.path / "nowhere").empty());
}

TEST_CASE("a run is locked while it lives, and resumed by one at a time") {
  const Runs runs;
  std::filesystem::path path;
  {
    const RunDirectory run = runs.make();
    path = run.path;
    const auto refused = lock_to_resume(path);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find("still goes on") != std::string::npos);
  }
  const auto first = lock_to_resume(path);
  CHECK(first.has_value());
  CHECK_FALSE(lock_to_resume(path).has_value());
}

TEST_CASE("a place in which no run can be kept is an error that says so") {
  const Runs runs;
  std::ofstream(runs.directory.path() / "file") << "";
  const auto made = RunDirectory::create(runs.directory.path() / "file", runs.clock);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().hint.find("--cache-dir") != std::string::npos);
}

}  // namespace
}  // namespace sharkreg::core
