// SPDX-License-Identifier: Apache-2.0
#include "store/memo.h"

#include <chrono>
#include <sys/stat.h>
#include <thread>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/files.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

struct WithMemo {
  TemporaryDirectory owner = TemporaryDirectory::create(fs::temp_directory_path(), "memo-").value();
  fs::path directory = owner.path() / "memo";
  Memo memo{directory};

  fs::path write(const std::string& name, std::string_view content) const {
    REQUIRE(write_file_atomically(owner.path() / name, content).has_value());
    return owner.path() / name;
  }

  // Only files that were left alone for a while can be trusted by their state.
  static void make_old(const fs::path& file) {
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(1));
  }

  std::size_t entries() const {
    if (!fs::exists(directory)) return 0;
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
      if (entry.is_regular_file()) ++count;
    }
    return count;
  }

  fs::path only_entry() const {
    REQUIRE(entries() == 1);
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
      if (entry.is_regular_file()) return entry.path();
    }
    return {};
  }
};

TEST_CASE_FIXTURE(WithMemo, "an answer is found by its kind and key, and by no other") {
  memo.remember("flags", "key", "answer\n");
  CHECK(memo.find("flags", "key") == "answer\n");
  CHECK_FALSE(memo.find("flags", "key2").has_value());
  CHECK_FALSE(memo.find("plugin", "key").has_value());
}

TEST_CASE_FIXTURE(WithMemo, "keys and answers are any bytes, answers may be empty") {
  const std::string key(1000, '/');
  const std::string answer("\0\xff\n", 3);
  memo.remember("flags", key, answer);
  memo.remember("flags", "", "");
  CHECK(memo.find("flags", key) == answer);
  CHECK(memo.find("flags", "") == "");
}

TEST_CASE_FIXTURE(WithMemo, "a new answer replaces the old one, another memo sees it") {
  memo.remember("flags", "key", "old");
  memo.remember("flags", "key", "new");
  CHECK(Memo(directory).find("flags", "key") == "new");
  CHECK(entries() == 1);
}

TEST_CASE_FIXTURE(WithMemo, "a damaged entry is a miss") {
  memo.remember("flags", "key", "answer");
  const fs::path entry = only_entry();
  const std::string intact = read_file(entry).value();
  for (std::size_t size = 0; size < intact.size(); ++size) {
    REQUIRE(write_file_atomically(entry, intact.substr(0, size)).has_value());
    CHECK_FALSE(memo.find("flags", "key").has_value());
  }
  REQUIRE(write_file_atomically(entry, intact + "x").has_value());
  CHECK_FALSE(memo.find("flags", "key").has_value());
  REQUIRE(write_file_atomically(entry, intact).has_value());
  CHECK(memo.find("flags", "key") == "answer");
}

TEST_CASE_FIXTURE(WithMemo, "a directory that cannot be written to is a miss, not an error") {
  const Memo broken(write("file", ""));
  broken.remember("flags", "key", "answer");
  CHECK_FALSE(broken.find("flags", "key").has_value());
}

TEST_CASE_FIXTURE(WithMemo, "many writers at once leave a whole answer") {
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 20; ++i) {
        memo.remember("flags", "key", std::string(10'000, static_cast<char>('a' + writer)));
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  const std::optional<std::string> answer = memo.find("flags", "key");
  REQUIRE(answer.has_value());
  CHECK(*answer == std::string(10'000, answer->front()));
  CHECK(entries() == 1);
}

TEST_CASE_FIXTURE(WithMemo, "a file's digest is remembered until the file changes") {
  const fs::path file = write("f", "one");
  make_old(file);
  CHECK(memo.digest_of_file(file).value() == sha256_of("one"));
  CHECK(entries() == 1);

  SUBCASE("and really taken from memory") {
    const std::string planted(64, '0');
    REQUIRE(write_file_atomically(only_entry(), sha256_of(planted) + '\n' + planted).has_value());
    CHECK(memo.digest_of_file(file).value() == planted);
  }
  SUBCASE("in its size") {
    const fs::file_time_type time = fs::last_write_time(file);
    REQUIRE(write_file_atomically(file, "three").has_value());
    fs::last_write_time(file, time);
    CHECK(memo.digest_of_file(file).value() == sha256_of("three"));
  }
  SUBCASE("in its time") {
    REQUIRE(write_file_atomically(file, "two").has_value());
    CHECK(memo.digest_of_file(file).value() == sha256_of("two"));
  }
  SUBCASE("in what it is a link to") {
    const fs::path other = write("g", "two");
    fs::remove(file);
    fs::create_symlink(other, file);
    CHECK(memo.digest_of_file(file).value() == sha256_of("two"));
  }
}

TEST_CASE_FIXTURE(WithMemo, "a file that was just written is not trusted by its state") {
  CHECK(memo.digest_of_file(write("f", "one")).value() == sha256_of("one"));
  CHECK(entries() == 0);
}

TEST_CASE_FIXTURE(WithMemo, "a file that cannot be read has no digest") {
  const Result<std::string> digest = memo.digest_of_file(owner.path() / "absent");
  REQUIRE_FALSE(digest.has_value());
  CHECK(digest.error().kind == ErrorKind::not_found);
}

}  // namespace
}  // namespace sharkreg::core
