// SPDX-License-Identifier: Apache-2.0
// Pins, mirrors, unpacking, leases and cleaning up: a store that people share.
#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include <sharkreg/failure.h>

#include "base/digest.h"
#include "base/files.h"
#include "store/artifact_store.h"
#include "store/garbage.h"
#include "store/key_locks.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

constexpr const char* blue_sha256 =
    "16477688c0e00699c6cfa4497a3612d7e83c532062b64b250fed8908128ed548";
constexpr const char* blue_md5 = "48d6215903dff56238e52e8891380c8f";

// What is where, and who asked for it. Shared by all that read from it.
struct Library {
  std::mutex mutex;
  std::map<std::string, std::string> content;  // by URL
  std::map<std::string, std::string> digests;  // that are promised
  std::vector<std::string> asked;
  bool has_get = false;
  bool is_down = false;

  void note(const std::string& what) {
    const std::scoped_lock lock(mutex);
    asked.push_back(what);
  }
};

class Reader final : public ArtifactFetcher {
 public:
  explicit Reader(Library& library) : library_(library) {}
  FetcherDescription describe() const override { return {{"lib"}}; }

  std::optional<ArtifactInformation> stat(const std::string& url) override {
    library_.note("stat " + url);
    return information(url);
  }

  void read(const std::string& url, const ArtifactPart& part, const Receive& receive) override {
    library_.note("read " + url);
    const std::string bytes = library_.content.at(url).substr(part.offset, part.length);
    if (!receive(bytes.data(), bytes.size())) throw Failure(Failure::Kind::cancelled, "stopped");
  }

  bool get(const std::string& url, std::uint64_t length, const Begin& begin,
           const Receive& receive) override {
    if (!library_.has_get) throw Failure(Failure::Kind::unsupported, "no get");
    library_.note("get " + url);
    const auto known = information(url);
    if (!known) return false;
    if (!begin(*known)) throw Failure(Failure::Kind::cancelled, "stopped");
    const std::string bytes = library_.content.at(url).substr(0, length);
    if (!bytes.empty() && !receive(bytes.data(), bytes.size())) {
      throw Failure(Failure::Kind::cancelled, "stopped");
    }
    return true;
  }

 private:
  std::optional<ArtifactInformation> information(const std::string& url) const {
    if (library_.is_down) throw Failure(Failure::Kind::failed, "nobody answers");
    if (!library_.content.contains(url)) return std::nullopt;
    ArtifactInformation information;
    const std::string& content = library_.content.at(url);
    information.size = static_cast<std::int64_t>(content.size());
    information.validator = "v" + std::to_string(std::hash<std::string>()(content));
    information.ranges = true;
    information.digests = library_.digests;
    return information;
  }

  Library& library_;
};

class FakeClock final : public Clock {
 public:
  std::chrono::system_clock::time_point time = std::chrono::system_clock::now();
  std::chrono::system_clock::time_point now() const override { return time; }
  std::chrono::steady_clock::time_point steady() const override { return {}; }
};

struct Town {
  TemporaryDirectory directory =
      TemporaryDirectory::create(fs::temp_directory_path(), "town-").value();
  Library library;
  FakeClock clock;
  StoreSettings settings{.directory = directory.path() / "store",
                         .limits = {.attempts = 1, .first_wait = std::chrono::milliseconds(1)}};
  StoreLayout layout{settings.directory};
  fs::path destination = directory.path() / "artifacts/blue.bin";

  Town() { library.content["lib://one/blue.bin"] = "blue"; }

  std::unique_ptr<ArtifactStore> open() {
    return std::make_unique<ArtifactStore>(
        settings,
        [this](std::string_view) -> Result<std::unique_ptr<ArtifactFetcher>> {
          return std::unique_ptr<ArtifactFetcher>(std::make_unique<Reader>(library));
        },
        clock);
  }

  Result<Provided> provide(const ArtifactRequest& wanted = {"lib://one/blue.bin"}) {
    return open()->provide(wanted, destination);
  }

  std::unique_ptr<StoreIndex> index() const { return StoreIndex::open(layout.index()).value(); }

  Collected collect(const CollectOptions& options) {
    const auto collected = collect_garbage(*index(), layout, options, clock.now());
    REQUIRE(collected.has_value());
    return *collected;
  }

  std::string content() const {
    const auto text = read_file(destination);
    return text ? *text : "(none)";
  }

  std::size_t files(const fs::path& below) const {
    std::size_t count = 0;
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(below, error)) {
      if (entry.is_regular_file()) ++count;
    }
    return count;
  }
};

TEST_CASE("a pinned content is taken from the store, whatever its URL") {
  Town town;
  REQUIRE(town.provide().has_value());
  town.library.asked.clear();
  fs::remove(town.destination);
  REQUIRE(town.provide({"lib://elsewhere/unknown", {blue_sha256, {}}, {}}).has_value());
  CHECK(town.content() == "blue");
  CHECK(town.library.asked.empty());
}

TEST_CASE("a content that is not the pinned one is an error with both digests, and kept aside") {
  Town town;
  const std::string wrong(64, 'a');
  const auto refused = town.provide({"lib://one/blue.bin", {wrong, {}}, {}});
  REQUIRE(refused.has_error());
  CHECK(refused.error().message.find(wrong) != std::string::npos);
  CHECK(refused.error().message.find(blue_sha256) != std::string::npos);
  CHECK(refused.error().hint.find((town.layout.bad()).native()) != std::string::npos);
  CHECK(town.files(town.layout.bad()) == 1);
  CHECK(town.files(town.layout.blobs()) == 0);
  CHECK_FALSE(fs::exists(town.destination));
}

TEST_CASE("an MD5 is a pin as well, and needs no server the second time") {
  Town town;
  const ArtifactRequest wanted{"lib://one/blue.bin", {{}, blue_md5}, {}};
  REQUIRE(town.provide(wanted).has_value());
  town.library.asked.clear();
  town.clock.time += std::chrono::hours(48);
  REQUIRE(town.provide(wanted).has_value());
  CHECK(town.library.asked.empty());
  const auto refused = town.provide({"lib://one/blue.bin", {{}, std::string(32, '0')}, {}});
  REQUIRE(refused.has_error());
  CHECK(refused.error().message.find(blue_md5) != std::string::npos);
}

TEST_CASE("an MD5 that the server promises is compared") {
  Town town;
  town.library.digests["md5"] = std::string(32, '1');
  const auto refused = town.provide();
  REQUIRE(refused.has_error());
  CHECK(refused.error().message.find("the server says") != std::string::npos);
  town.library.digests["md5"] = blue_md5;
  CHECK(town.provide().has_value());
}

TEST_CASE("a pin of a file of this machine is checked, and the file stays where it is") {
  Town town;
  const fs::path file = town.directory.path() / "local.bin";
  std::ofstream(file) << "green";
  town.library.content["lib://local"] = "";
  const auto refused = town.open()->provide({file, {blue_sha256, {}}, {}}, town.destination);
  // The library reads no paths: what it says of one is that there is none.
  REQUIRE(refused.has_error());
  CHECK(fs::exists(file));
}

TEST_CASE("one request is enough for what is small, where the fetcher can do that") {
  Town town;
  town.library.has_get = true;
  REQUIRE(town.provide().has_value());
  CHECK(town.library.asked == std::vector<std::string>{"get lib://one/blue.bin"});
  CHECK(town.content() == "blue");
}

TEST_CASE("several artifacts that are left to be placed are all there when that is told") {
  Town town;
  town.library.has_get = true;
  constexpr int count = 60;
  const auto content = [](int number) {
    return std::string(static_cast<std::size_t>(2000 + number), 'x');
  };
  for (int number = 0; number < count; ++number) {
    town.library.content["lib://one/" + std::to_string(number)] = content(number);
  }
  const auto place = [&](int number) {
    return town.directory.path() / "artifacts" / std::to_string(number);
  };
  std::atomic<int> right = 0;
  std::atomic<int> told = 0;
  {
    const auto store = town.open();
    std::vector<std::jthread> threads;
    for (int first = 0; first < 4; ++first) {
      threads.emplace_back([&, first] {
        for (int number = first; number < count; number += 4) {
          store->provide({"lib://one/" + std::to_string(number)}, place(number), {},
                         [&, number](const Result<Provided>& provided) {
                           ++told;
                           const auto text = read_file(place(number));
                           if (provided && text && *text == content(number)) ++right;
                         });
        }
      });
    }
  }
  CHECK(told == count);
  CHECK(right == count);
  CHECK(town.files(town.layout.blobs()) == count);
  CHECK(town.files(town.layout.parts()) == 0);
  town.collect({.max_size = 0});  // all links are known
  CHECK(town.files(town.layout.blobs()) == 0);
  for (int number = 0; number < count; ++number) CHECK_FALSE(fs::is_symlink(place(number)));
}

TEST_CASE("what cannot be placed is told to who left it to be placed") {
  Town town;
  town.library.has_get = true;
  town.library.content["lib://one/large"] = std::string(2000, 'x');
  std::ofstream(town.directory.path() / "artifacts") << "a file where a directory should be";
  std::optional<Result<Provided>> told;
  town.open()->provide({"lib://one/large"}, town.destination, {},
                       [&](Result<Provided> provided) { told = std::move(provided); });
  REQUIRE(told.has_value());
  REQUIRE(told->has_error());
  CHECK(told->error().message.find(town.destination.parent_path().native()) != std::string::npos);
}

TEST_CASE("a part that was about to be placed when its process was killed is used again") {
  Town town;
  town.library.has_get = true;
  fs::create_directories(town.layout.parts());
  const fs::path part = town.layout.part(sha256_of("lib://one/blue.bin"));
  std::ofstream(part) << "blue but longer";
  fs::permissions(part, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  // Root may write to what is read-only, so it must not be root who does.
  const bool is_root = ::geteuid() == 0;
  constexpr uid_t nobody = 65534;
  if (is_root) {
    for (const auto& entry : fs::recursive_directory_iterator(town.directory.path())) {
      REQUIRE(::chown(entry.path().c_str(), nobody, nobody) == 0);
    }
    REQUIRE(::chown(town.directory.path().c_str(), nobody, nobody) == 0);
    REQUIRE(::seteuid(nobody) == 0);
  }
  const auto provided = town.provide();
  if (is_root) REQUIRE(::seteuid(0) == 0);
  REQUIRE(provided.has_value());
  CHECK(town.content() == "blue");
}

TEST_CASE("locks of keys exclude others of one object and of several, and wait for each other") {
  const Town town;
  const std::string one = sha256_of("one");
  const std::string two = sha256_of("two");
  KeyLocks here(town.directory.path() / "keys");
  KeyLocks there(town.directory.path() / "keys");
  auto held = here.try_to_take(one).value();
  REQUIRE(held.has_value());
  CHECK_FALSE(here.try_to_take(one).value().has_value());
  CHECK_FALSE(there.try_to_take(one).value().has_value());
  CHECK(there.try_to_take(two).value().has_value());
  std::atomic<bool> let_go = false;
  std::jthread waiter([&] {
    const auto taken = there.wait_for(one, {});
    CHECK(taken.has_value());
    CHECK(let_go);
  });
  let_go = true;
  held.reset();
  waiter.join();
  CHECK(here.try_to_take(one).value().has_value());
  std::stop_source stopped;
  stopped.request_stop();
  const auto again = here.try_to_take(one).value();
  const auto refused = there.wait_for(one, stopped.get_token());
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == ErrorKind::interrupted);
}

TEST_CASE("what is empty or missing is no trouble for get") {
  Town town;
  town.library.has_get = true;
  town.library.content["lib://one/empty"] = "";
  REQUIRE(town.provide({"lib://one/empty"}).has_value());
  CHECK(town.content().empty());
  const auto missing = town.provide({"lib://one/nothing"});
  REQUIRE(missing.has_error());
  CHECK(missing.error().kind == ErrorKind::not_found);
}

TEST_CASE("get brings the first chunk of what is large") {
  Town town;
  town.library.has_get = true;
  std::string large(20 << 20, 'x');
  large[5] = 'y';
  large.back() = 'z';
  town.library.content["lib://one/large"] = large;
  REQUIRE(town.provide({"lib://one/large"}).has_value());
  CHECK(town.content() == large);
  const auto reads = std::ranges::count(town.library.asked, "read lib://one/large");
  CHECK(reads == 2);  // of three chunks
  CHECK(std::ranges::count(town.library.asked, "stat lib://one/large") == 0);
}

TEST_CASE("a mirror is asked first, and the URL itself when it has nothing") {
  Town town;
  town.settings.mirrors = {{"lib://one/", "lib://mirror/copy/"}};
  town.library.content["lib://mirror/copy/blue.bin"] = "blue of the mirror";
  REQUIRE(town.provide().has_value());
  CHECK(town.content() == "blue of the mirror");
  CHECK(std::ranges::count(town.library.asked, "stat lib://one/blue.bin") == 0);

  town.library.content["lib://one/red.bin"] = "red";
  const auto red = town.provide({"lib://one/red.bin"});
  REQUIRE(red.has_value());
  CHECK(town.content() == "red");
  CHECK(red->note.find("lib://mirror/copy/red.bin") != std::string::npos);
}

TEST_CASE("what came from a mirror is asked for there again") {
  Town town;
  town.settings.mirrors = {{"lib://one/", "lib://mirror/"}};
  town.library.content["lib://mirror/blue.bin"] = "blue";
  REQUIRE(town.provide().has_value());
  town.clock.time += std::chrono::hours(48);
  town.library.asked.clear();
  REQUIRE(town.provide().has_value());
  CHECK(town.library.asked == std::vector<std::string>{"stat lib://mirror/blue.bin"});
  town.library.content["lib://mirror/blue.bin"] = "new blue";
  town.clock.time += std::chrono::hours(48);
  REQUIRE(town.provide().has_value());
  CHECK(town.content() == "new blue");
}

TEST_CASE("URLs that name a commit are not asked for again") {
  CHECK(names_a_commit("https://h/o/r/resolve/0123456789abcdef0123456789abcdef01234567/f.bin"));
  CHECK(names_a_commit("hf://o/r@0123456789abcdef0123456789abcdef01234567/f.bin"));
  CHECK_FALSE(names_a_commit("https://h/0123456789abcdef0123456789abcdef012345678/f.bin"));
  CHECK_FALSE(names_a_commit("https://h/x0123456789abcdef0123456789abcdef01234567/f.bin"));
  CHECK_FALSE(names_a_commit("https://h/main/f?c=/0123456789abcdef0123456789abcdef01234567/"));
}

TEST_CASE("gc removes what was used longest ago, with its links") {
  Town town;
  town.library.content["lib://one/red.bin"] = "a longer red";
  REQUIRE(town.provide({"lib://one/red.bin"}).has_value());
  const fs::path red = town.destination;
  town.destination = town.directory.path() / "artifacts/other.bin";
  town.clock.time += std::chrono::hours(1);
  REQUIRE(town.provide().has_value());
  const Collected collected = town.collect({.max_size = 5});
  CHECK(collected.removed_bytes >= 12);
  CHECK(collected.left_files == 1);
  CHECK(collected.left_bytes == 4);
  CHECK_FALSE(fs::is_symlink(red));
  CHECK(town.content() == "blue");
  // And it can be fetched again.
  town.destination = red;
  REQUIRE(town.provide({"lib://one/red.bin"}).has_value());
  CHECK(town.content() == "a longer red");
}

TEST_CASE("gc removes by age") {
  Town town;
  REQUIRE(town.provide().has_value());
  town.clock.time += std::chrono::hours(24 * 40);
  CHECK(town.collect({.older_than = std::chrono::hours(24 * 50)}).left_files == 1);
  CHECK(town.collect({.older_than = std::chrono::hours(24 * 30)}).left_files == 0);
  CHECK(town.files(town.layout.blobs()) == 0);
}

TEST_CASE("gc leaves alone what a running process uses, and not what a dead one did") {
  Town town;
  auto store = town.open();
  REQUIRE(store->provide({"lib://one/blue.bin"}, town.destination).has_value());
  Collected collected = town.collect({.max_size = 0});
  CHECK(collected.left_files == 1);
  CHECK(collected.in_use_files == 1);
  CHECK(town.content() == "blue");
  store.reset();
  // As a process that was killed leaves it: a lease, and a lock that nobody holds.
  REQUIRE(town.index()->lease("4711-dead", {{blue_sha256, {}}}, {}).has_value());
  collected = town.collect({.max_size = 0});
  CHECK(collected.left_files == 0);
}

TEST_CASE(
    "a quota is kept: old artifacts go, and what cannot fit is refused before it is fetched") {
  Town town;
  town.settings.max_size = 20;
  REQUIRE(town.provide().has_value());
  town.clock.time += std::chrono::hours(1);
  town.library.content["lib://one/red.bin"] = std::string(18, 'r');
  REQUIRE(town.provide({"lib://one/red.bin"}).has_value());
  CHECK(town.files(town.layout.blobs()) == 1);
  town.library.content["lib://one/huge.bin"] = std::string(21, 'h');
  town.library.asked.clear();
  const auto refused = town.provide({"lib://one/huge.bin"});
  REQUIRE(refused.has_error());
  CHECK(refused.error().message.find("--max-size") != std::string::npos);
  CHECK(std::ranges::count(town.library.asked, "read lib://one/huge.bin") == 0);
  CHECK(town.files(town.layout.blobs()) == 1);
}

TEST_CASE("verify finds changed blobs, and knows again what a lost index forgot") {
  Town town;
  town.library.content["lib://one/red.bin"] = "red";
  REQUIRE(town.provide().has_value());
  REQUIRE(town.provide({"lib://one/red.bin"}).has_value());
  const fs::path blue = town.layout.blob(blue_sha256);
  REQUIRE(::chmod(blue.c_str(), 0644) == 0);
  std::ofstream(blue) << "pink";
  auto verified = verify_blobs(*town.index(), town.layout);
  REQUIRE(verified.has_value());
  CHECK(verified->right == 1);
  CHECK(verified->wrong.size() == 1);
  for (const char* name : {"index.sqlite", "index.sqlite-wal", "index.sqlite-shm"}) {
    fs::remove(town.settings.directory / name);
  }
  verified = verify_blobs(*town.index(), town.layout);
  REQUIRE(verified.has_value());
  CHECK(verified->adopted == 1);
  CHECK(town.provide({"lib://gone/red", {sha256_of("red"), {}}, {}}).has_value());
  const auto statistics = statistics_of(*town.index(), town.layout);
  REQUIRE(statistics.has_value());
  CHECK(statistics->blobs == 1);
  CHECK(statistics->bad == 1);
}

TEST_CASE("copies in place of links are files of their own") {
  Town town;
  town.settings.copies = true;
  REQUIRE(town.provide().has_value());
  CHECK_FALSE(fs::is_symlink(town.destination));
  std::ofstream(town.destination) << "edited";
  town.destination = town.directory.path() / "artifacts/again.bin";
  REQUIRE(town.provide().has_value());
  CHECK(town.content() == "blue");
}

TEST_CASE("a pointer of git-lfs is not taken for the artifact") {
  Town town;
  const std::string text = std::string("version https://git-lfs.github.com/spec/v1\noid sha256:") +
                           blue_sha256 + "\nsize 4\n";
  town.library.content["lib://one/pointer.bin"] = text;
  const auto refused = town.provide({"lib://one/pointer.bin"});
  REQUIRE(refused.has_error());
  CHECK(refused.error().message.find(blue_sha256) != std::string::npos);
  // What it points to may be in the store.
  REQUIRE(town.provide().has_value());
  REQUIRE(town.provide({"lib://one/pointer.bin"}).has_value());
  CHECK(town.content() == "blue");
}

TEST_CASE("many threads, one store: each artifact is fetched once") {
  Town town;
  for (int number = 0; number < 20; ++number) {
    town.library.content["lib://one/" + std::to_string(number)] =
        "content " + std::to_string(number);
  }
  const auto store = town.open();
  std::atomic<int> fine = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (int number = 0; number < 20; ++number) {
          const std::string name = std::to_string(number);
          const auto provided = store->provide(
              {"lib://one/" + name}, town.directory.path() / std::to_string(thread) / name);
          if (provided) ++fine;
        }
      });
    }
  }
  CHECK(fine == 80);
  CHECK(std::ranges::count_if(town.library.asked, [](const std::string& what) {
          return what.starts_with("read");
        }) == 20);
}

}  // namespace
}  // namespace sharkreg::core
