// SPDX-License-Identifier: Apache-2.0
#include "store/cached_results.h"

#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/files.h"
#include "store/clone_file.h"
#include "store/file_digests.h"
#include "store/garbage.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

class SetClock final : public Clock {
 public:
  std::chrono::system_clock::time_point time = std::chrono::system_clock::now();
  std::chrono::system_clock::time_point now() const override { return time; }
  std::chrono::steady_clock::time_point steady() const override { return {}; }
};

struct Shelf {
  TemporaryDirectory directory =
      TemporaryDirectory::create(fs::temp_directory_path(), "shelf-").value();
  SetClock clock;
  StoreLayout layout{directory.path() / "store"};
  std::unique_ptr<CachedResults> results = open();
  int copies = 0;

  std::unique_ptr<CachedResults> open(std::uint64_t max_size = 0) {
    return CachedResults::open(layout, clock, max_size).value();
  }
  fs::path write(const std::string& name, const std::string& content) const {
    std::ofstream(directory.path() / name) << content;
    return directory.path() / name;
  }
  void keep(const std::string& key, const std::string& content) {
    const std::vector<FileToKeep> files{{write("made", content), "sub/module", true}};
    auto pending = results->take(files, write("out", ""), write("err", "warning"));
    REQUIRE(pending.has_value());
    pending->result.directories = {"sub", "empty"};
    pending->result.seconds = 1.5;
    pending->result.components = {{"argument", "", key}};
    write("made", "changed meanwhile");
    REQUIRE(results->keep(key, "slot", std::move(*pending)).has_value());
  }
  std::optional<CachedResult> find(const std::string& key) {
    return results->find(key, "slot").value();
  }
  fs::path copy_out(const std::string& key, bool expected = true) {
    const fs::path to = directory.path() / ("copy" + std::to_string(++copies));
    fs::create_directory(to);
    const auto copied =
        results->copy_out(key, find(key).value(), to, to.native() + ".out", to.native() + ".err");
    REQUIRE(copied.has_value());
    CHECK(*copied == expected);
    return to;
  }
  std::size_t parts() const {
    std::error_code error;
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(layout.parts(), error), fs::directory_iterator()));
  }
};

TEST_CASE("files are copied between file systems, where the kernel does not do it by itself") {
  const fs::path memory = "/dev/shm";
  struct stat here {};
  struct stat there {};
  const auto directory = TemporaryDirectory::create(fs::temp_directory_path(), "copies-").value();
  const bool is_other = ::stat(memory.c_str(), &there) == 0 &&
                        ::stat(directory.path().c_str(), &here) == 0 && here.st_dev != there.st_dev;
  auto other = is_other ? TemporaryDirectory::create(memory, "copies-")
                        : Result<TemporaryDirectory>(Error{ErrorKind::not_found, "", {}});
  if (!other) {
    MESSAGE("skipped: there is no second file system");
    return;
  }
  const std::string content = std::string(700'000, 'x') + "end";
  std::ofstream(directory.path() / "file") << content;
  REQUIRE(clone_file(directory.path() / "file", other->path() / "copy").has_value());
  CHECK(read_file(other->path() / "copy").value() == content);
  REQUIRE(clone_file(other->path() / "copy", directory.path() / "back").has_value());
  CHECK(read_file(directory.path() / "back").value() == content);
}

TEST_CASE("cached results: what was kept comes out, with modes, directories and logs") {
  Shelf shelf;
  CHECK_FALSE(shelf.find("key").has_value());
  shelf.keep("key", "a module");
  const fs::path copy = shelf.copy_out("key");
  CHECK(read_file(copy / "sub/module").value() == "a module");
  CHECK((fs::status(copy / "sub/module").permissions() & fs::perms::owner_exec) != fs::perms::none);
  CHECK(fs::is_directory(copy / "empty"));
  CHECK(read_file(copy.native() + ".err").value() == "warning");
  CHECK(read_file(copy.native() + ".out").value().empty());
  CHECK(shelf.find("key")->seconds == 1.5);
  CHECK(shelf.parts() == 0);

  // Neither is reached by who edits the other.
  std::ofstream(copy / "sub/module") << "edited";
  CHECK(read_file(shelf.copy_out("key") / "sub/module").value() == "a module");
  // The same from another process.
  CHECK(shelf.open()->find("key", "slot").value() == shelf.find("key"));
}

TEST_CASE("cached results: a record survives JSON") {
  CachedResult result;
  result.files = {{"a", "1", 2, true}, {"b/c", "3", 4, false}};
  result.directories = {"b"};
  result.standard_error = {"", "5", 6, false};
  result.working_directory = "/there";
  result.seconds = 0.1;
  result.user_seconds = 0.2;
  result.system_seconds = 0.3;
  result.peak_memory_bytes = 7;
  result.components = {{"program", "name", "value", "label"}};
  CHECK(cached_result_from_json(to_json_text(result)).value() == result);
  for (const char* text : {"", "{}", "[]", R"({"version": 2})", R"({"version": 1, "files": 3})"}) {
    CHECK_FALSE(cached_result_from_json(text).has_value());
  }
}

TEST_CASE("cached results: a damaged or missing file is a miss, and forgotten") {
  Shelf shelf;
  shelf.keep("key", "a module");
  const fs::path blob = shelf.results->file_of(sha256_of("a module"));
  SUBCASE("damaged") {
    fs::permissions(blob, fs::perms(0644));
    std::ofstream(blob) << "a m0dule";
  }
  SUBCASE("gone") {
    fs::remove(blob);
  }
  const fs::path copy = shelf.copy_out("key", false);
  CHECK(fs::is_empty(copy));
  CHECK_FALSE(shelf.find("key").has_value());
  shelf.keep("key", "a module");
  CHECK(read_file(shelf.copy_out("key") / "sub/module").value() == "a module");
}

TEST_CASE("cached results: a file that was touched alone is read, and right") {
  Shelf shelf;
  shelf.keep("key", "a module");
  const fs::path blob = shelf.results->file_of(sha256_of("a module"));
  fs::last_write_time(blob, fs::file_time_type::clock::now() + std::chrono::hours(1));
  CHECK(read_file(shelf.copy_out("key") / "sub/module").value() == "a module");
}

TEST_CASE("cached results: what is in the way stays, and nothing else is left") {
  Shelf shelf;
  shelf.keep("key", "a module");
  const fs::path to = shelf.directory.path() / "full";
  fs::create_directories(to / "sub");
  std::ofstream(to / "sub/module") << "in the way";
  const auto copied = shelf.results->copy_out("key", *shelf.find("key"), to, to.native() + ".out",
                                              to.native() + ".err");
  CHECK_FALSE(copied.has_value());
}

TEST_CASE("cached results: what was not used for long goes, with room for the rest") {
  Shelf shelf;
  shelf.keep("old", std::string(1000, 'o'));
  shelf.clock.time += std::chrono::hours(48);
  shelf.keep("new", std::string(1000, 'n'));
  auto index = StoreIndex::open(shelf.layout.index()).value();
  SUBCASE("by age") {
    const auto collected = collect_garbage(
        *index, shelf.layout, {.older_than = std::chrono::hours(24)}, shelf.clock.time);
    REQUIRE(collected.has_value());
    CHECK(collected->removed_results == 1);
    CHECK(collected->left_results == 1);
  }
  SUBCASE("by size") {
    const auto collected =
        collect_garbage(*index, shelf.layout, {.max_size = 1500}, shelf.clock.time);
    REQUIRE(collected.has_value());
    CHECK(collected->removed_results == 1);
  }
  SUBCASE("by size, when something is kept") {
    shelf.results = shelf.open(1500);
    shelf.clock.time += std::chrono::hours(1);
    shelf.keep("new", std::string(1000, 'n'));
    CHECK(shelf.results->make_room().has_value());
  }
  CHECK_FALSE(shelf.find("old").has_value());
  CHECK(shelf.find("new").has_value());
  CHECK(fs::exists(shelf.results->file_of(sha256_of(std::string(1000, 'n')))));
  CHECK_FALSE(fs::exists(shelf.results->file_of(sha256_of(std::string(1000, 'o')))));
}

TEST_CASE("cached results: using one makes it young") {
  Shelf shelf;
  shelf.keep("key", "a module");
  shelf.clock.time += std::chrono::hours(48);
  CHECK(shelf.find("key").has_value());
  auto index = StoreIndex::open(shelf.layout.index()).value();
  const auto collected = collect_garbage(*index, shelf.layout,
                                         {.older_than = std::chrono::hours(24)}, shelf.clock.time);
  REQUIRE(collected.has_value());
  CHECK(collected->removed_results == 0);
  CHECK(shelf.find("key").has_value());
}

TEST_CASE("cached results: those of a slot come latest first, also those that another slot made") {
  Shelf shelf;
  shelf.keep("one", "1");
  shelf.clock.time += std::chrono::hours(2);
  shelf.keep("two", "2");
  const auto of = [&](const std::string& slot) {
    std::vector<std::string> names;
    for (const CachedResult& result : shelf.results->results_of(slot).value()) {
      names.push_back(result.components.at(0).value);
    }
    return names;
  };
  CHECK(of("slot") == std::vector<std::string>{"two", "one"});
  CHECK(of("other").empty());
  CHECK(shelf.results->find("one", "other").value().has_value());
  CHECK(of("other") == std::vector<std::string>{"one"});
}

TEST_CASE("cached results: what was taken and is not kept leaves nothing") {
  Shelf shelf;
  {
    auto pending = shelf.results->take({{shelf.write("made", "x"), "made", false}},
                                       shelf.write("out", "o"), shelf.write("err", "e"));
    REQUIRE(pending.has_value());
    CHECK(shelf.parts() == 3);
  }
  CHECK(shelf.parts() == 0);
}

TEST_CASE("file digests: a file is read again when it changed, a blob never") {
  Shelf shelf;
  const Memo memo(shelf.directory.path() / "memo");
  FileDigests digests(memo, shelf.layout.blobs());
  const fs::path file = shelf.write("file", "one");
  CHECK(digests.of(file).value() == sha256_of("one"));
  shelf.write("file", "two");
  CHECK(digests.of(file).value() == sha256_of("two"));
  fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(1));
  CHECK(digests.of(file).value() == sha256_of("two"));
  shelf.write("file", "six");
  CHECK(digests.of(file).value() == sha256_of("six"));
  const std::string name = sha256_of("a blob");
  CHECK(digests.of(shelf.layout.blob(name)).value() == name);
  CHECK_FALSE(digests.of("/nowhere/file").has_value());
}

TEST_CASE("what a killed process left half stored goes when the store is opened an hour later") {
  Shelf shelf;
  const fs::path parts = shelf.layout.parts();
  fs::create_directories(parts);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  const std::string dead = "result-" + std::to_string(child) + "-";
  const std::string living = "result-" + std::to_string(::getpid()) + "-";
  const auto make = [&](const std::string& name, bool is_old) {
    std::ofstream(parts / name) << "half";
    if (is_old)
      fs::last_write_time(parts / name, fs::file_time_type::clock::now() - std::chrono::hours(2));
  };
  make(dead + "old", true);
  make(dead + "new", false);
  make(living + "old", true);
  make("download", true);
  (void)shelf.open();
  CHECK_FALSE(fs::exists(parts / (dead + "old")));
  CHECK(fs::exists(parts / (dead + "new")));
  CHECK(fs::exists(parts / (living + "old")));
  CHECK(fs::exists(parts / "download"));
}

}  // namespace
}  // namespace sharkreg::core
