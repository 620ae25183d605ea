// SPDX-License-Identifier: Apache-2.0
#include "report/results_file.h"

#include <csignal>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/files.h"
#include "recorded.h"

namespace sharkreg::core {
namespace {

class Folder {
 public:
  std::filesystem::path operator/(const char* name) const { return folder_.path() / name; }

 private:
  TemporaryDirectory folder_ =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "report").value();
};

std::unique_ptr<ResultsFile> make_file(const std::filesystem::path& path) {
  static const SystemClock clock;
  auto file = ResultsFile::create(path, clock);
  REQUIRE_MESSAGE(file.has_value(), (file ? "" : to_text(file.error())));
  return std::move(*file);
}

RecordedEvents read(const std::filesystem::path& path) {
  auto recorded = read_results(path);
  REQUIRE_MESSAGE(recorded.has_value(), (recorded ? "" : to_text(recorded.error())));
  return std::move(*recorded);
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

TEST_CASE("each event is in the file as soon as it has happened") {
  const Folder folder;
  const auto file = make_file(folder / "results.jsonl");
  std::size_t count = 0;
  for (const Event& event : recorded_events("all_verdicts")) {
    file->on(event);
    const RecordedEvents recorded = read(folder / "results.jsonl");
    REQUIRE(recorded.events.size() == ++count);
    CHECK(to_json_line(recorded.events.back()) == to_json_line(event));
  }
  CHECK(file->finish().has_value());
}

TEST_CASE("after kill -9 each finished step is in the file") {
  const Folder folder;
  const auto path = folder / "results.jsonl";
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const SystemClock clock;
    auto file = ResultsFile::create(path, clock);
    if (!file) _exit(1);
    for (int index = 0; index < 100; ++index) {
      (*file)->on(finished_step("m", std::to_string(index), "run cpu", Verdict::pass));
    }
    raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  const RecordedEvents recorded = read(path);
  CHECK(recorded.events.size() == 100);
  CHECK_FALSE(recorded.cut_off);
}

// Lets files grow no further than so many bytes, as a full disk does.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_CASE("a line that does not fit is taken back, told once, and the next one is tried") {
  const Folder folder;
  const auto path = folder / "results.jsonl";
  const auto file = make_file(path);
  file->on(RunNote{"first"});
  {
    const FileSizeLimit limit(100);
    file->on(RunNote{std::string(200, 'x')});
  }
  CHECK(std::filesystem::file_size(path) == to_json_line(RunNote{"first"}).size() + 1);
  file->on(RunNote{"last"});
  const auto finished = file->finish();
  REQUIRE_FALSE(finished.has_value());
  CHECK(finished.error().kind == ErrorKind::infrastructure);
  CHECK(finished.error().message == "cannot write " + path.string() + ": File too large");
  const RecordedEvents recorded = read(path);
  REQUIRE(recorded.events.size() == 2);
  CHECK(std::get<RunNote>(recorded.events[1]).text == "last");
}

TEST_CASE("a file that is there belongs to another run") {
  const Folder folder;
  write_text(folder / "results.jsonl", "");
  const SystemClock clock;
  const auto file = ResultsFile::create(folder / "results.jsonl", clock);
  REQUIRE_FALSE(file.has_value());
  CHECK(file.error().message.ends_with("results.jsonl: File exists"));
}

TEST_CASE("a last line without an end is left out") {
  const auto events = std::filesystem::path(SHARKREG_SOURCE_DIR) / "tests/unit/report/events";
  const RecordedEvents recorded = read(events / "killed.jsonl");
  CHECK(recorded.cut_off);
  CHECK(recorded.events.size() == 6);
}

TEST_CASE("a corrupt line in the middle is an error that names it") {
  const Folder folder;
  const auto path = folder / "results.jsonl";
  const std::string good = to_json_line(RunNote{"t"}) + "\n";
  write_text(path, good + good + "{\"event\":\"note\",\n" + good);
  const auto recorded = read_results(path);
  REQUIRE_FALSE(recorded.has_value());
  CHECK(recorded.error().kind == ErrorKind::invalid);
  CHECK(recorded.error().message.starts_with(path.string() + ": line 3 is not an event: "));
}

TEST_CASE("events of a later version are counted and left out") {
  const Folder folder;
  const auto path = folder / "results.jsonl";
  write_text(path, "{\"event\":\"coffee-break\"}\n" + to_json_line(RunNote{"t"}) + "\n");
  const RecordedEvents recorded = read(path);
  CHECK(recorded.unknown == 1);
  CHECK(recorded.events.size() == 1);
}

TEST_CASE("a file that is not there is an error, an empty one is not") {
  const Folder folder;
  CHECK_FALSE(read_results(folder / "results.jsonl").has_value());
  write_text(folder / "results.jsonl", "");
  CHECK(read(folder / "results.jsonl").events.empty());
}

}  // namespace
}  // namespace sharkreg::core
