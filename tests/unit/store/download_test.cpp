// SPDX-License-Identifier: Apache-2.0
// Large artifacts: in chunks over several connections, resumed, changed under way, cut off.
#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include <sharkreg/failure.h>

#include "base/digest.h"
#include "base/files.h"
#include "content.h"
#include "store/artifact_store.h"

namespace sharkreg::core {
namespace {

using test::content_of_size;

namespace fs = std::filesystem;

constexpr std::int64_t mebibyte = 1 << 20;

// What a server has, and how it misbehaves. Shared by all connections to it.
struct Server {
  std::mutex mutex;
  std::string content = content_of_size(40 * mebibyte + 12345, 1);
  std::string version = "v1";
  bool ranges = true;
  bool ranges_are_a_lie = false;
  std::string sha256;                   // promised
  std::atomic<std::uint64_t> sent = 0;  // bytes
  std::atomic<int> reads = 0;
  std::atomic<int> stats = 0;
  std::atomic<int> failing_reads = 0;  // so many, after half a mebibyte each
  std::atomic<int> failing_stats = 0;
  std::function<void(Server&, const ArtifactPart&)> before_read = {};
  std::atomic<int> connections = 0;
  std::atomic<int> most_connections = 0;
};

class Connection final : public ArtifactFetcher {
 public:
  explicit Connection(Server& server) : server_(server) {}

  FetcherDescription describe() const override { return {{"sea"}}; }

  std::optional<ArtifactInformation> stat(const std::string&) override {
    ++server_.stats;
    if (server_.failing_stats-- > 0) throw Failure(Failure::Kind::failed, "nobody answers");
    const std::scoped_lock lock(server_.mutex);
    ArtifactInformation information;
    information.size = static_cast<std::int64_t>(server_.content.size());
    information.validator = server_.version;
    information.ranges = server_.ranges;
    if (!server_.sha256.empty()) information.digests["sha256"] = server_.sha256;
    return information;
  }

  void read(const std::string&, const ArtifactPart& part, const Receive& receive) override {
    ++server_.reads;
    const int now = ++server_.connections;
    for (int most = server_.most_connections;
         now > most && !server_.most_connections.compare_exchange_weak(most, now);) {
    }
    struct Leave {
      std::atomic<int>& count;
      ~Leave() { --count; }
    } leave{server_.connections};
    if (server_.before_read) server_.before_read(server_, part);
    std::string bytes;
    {
      const std::scoped_lock lock(server_.mutex);
      if (part.offset > 0 && server_.ranges_are_a_lie) {
        throw Failure(Failure::Kind::unsupported, "there are no parts");
      }
      if (!part.validator.empty() && part.validator != server_.version) {
        throw Failure(Failure::Kind::changed, "it is " + server_.version + " by now");
      }
      bytes = server_.content.substr(part.offset, part.length);
    }
    const bool fails = server_.failing_reads-- > 0;
    const std::size_t end =
        fails ? std::min<std::size_t>(bytes.size(), mebibyte / 2) : bytes.size();
    for (std::size_t at = 0; at < end; at += 100'000) {
      const std::size_t size = std::min<std::size_t>(100'000, end - at);
      server_.sent += size;
      if (!receive(bytes.data() + at, size)) throw Failure(Failure::Kind::cancelled, "stopped");
    }
    if (fails) throw Failure(Failure::Kind::failed, "the line is cut");
  }

 private:
  Server& server_;
};

struct Harbour {
  TemporaryDirectory directory =
      TemporaryDirectory::create(fs::temp_directory_path(), "harbour-").value();
  Server server;
  SystemClock clock;
  StoreSettings settings{.directory = directory.path() / "store",
                         .limits = {.attempts = 3,
                                    .first_wait = std::chrono::milliseconds(1),
                                    .longest_wait = std::chrono::milliseconds(5)}};
  std::string url = "sea://bed/weights.irpa";
  fs::path destination = directory.path() / "artifacts/weights.irpa";

  Result<Provided> provide(const std::stop_token& stop = {}) {
    ArtifactStore store(
        settings,
        [this](std::string_view) -> Result<std::unique_ptr<ArtifactFetcher>> {
          return std::unique_ptr<ArtifactFetcher>(std::make_unique<Connection>(server));
        },
        clock);
    return store.provide({url}, destination, stop);
  }

  bool is_right() const {
    const auto text = read_file(destination);
    return text && *text == server.content;
  }

  // Names of files below a directory of the store.
  std::set<std::string> files(const char* below) const {
    std::set<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(settings.directory / below, error)) {
      if (entry.is_regular_file()) names.insert(entry.path().filename());
    }
    return names;
  }
};

TEST_CASE("download: what is large comes over several connections, once") {
  Harbour harbour;
  const auto provided = harbour.provide();
  REQUIRE_MESSAGE(provided.has_value(), provided.error().message);
  CHECK(harbour.is_right());
  CHECK(harbour.server.sent == harbour.server.content.size());
  CHECK(harbour.server.reads == 6);  // chunks of 8 MiB
  CHECK(harbour.files("parts").empty());
  const std::string digest = sha256_of(harbour.server.content);
  CHECK(harbour.files("blobs") == std::set<std::string>{digest.substr(2)});
  CHECK(fs::read_symlink(harbour.destination) ==
        harbour.settings.directory / "blobs" / digest.substr(0, 2) / digest.substr(2));
  CHECK((fs::status(harbour.destination).permissions() & fs::perms::owner_write) ==
        fs::perms::none);

  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.server.stats == 1);  // the second time nothing is asked
}

TEST_CASE("download: as many connections as allowed are used at once") {
  Harbour harbour;
  harbour.settings.limits.connections = 3;
  harbour.server.before_read = [](Server& server, const ArtifactPart&) {
    // The first three wait for one another.
    for (int time = 0; time < 500 && server.most_connections < 3; ++time) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  };
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.is_right());
  CHECK(harbour.server.most_connections == 3);
}

TEST_CASE("download: of many connections some are left to others that wait") {
  Harbour harbour;
  harbour.server.content = std::string(72 * mebibyte, 'x');
  harbour.settings.limits.connections = 5;
  harbour.settings.connections.for_one_host = 5;
  ArtifactStore store(
      harbour.settings,
      [&](std::string_view) -> Result<std::unique_ptr<ArtifactFetcher>> {
        return std::unique_ptr<ArtifactFetcher>(std::make_unique<Connection>(harbour.server));
      },
      harbour.clock);
  std::atomic<bool> all_taken = false;
  std::atomic<bool> was_let_in = true;
  harbour.server.before_read = [&](Server& server, const ArtifactPart&) {
    // The first chunks until all connections are taken; the next ones until the other has got one.
    const bool first = server.reads <= 5;
    const auto reached = [&] { return first ? server.most_connections == 5 : server.stats == 2; };
    for (int time = 0; time < 1000 && !reached(); ++time) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (!reached()) was_let_in = false;
    all_taken = true;
    all_taken.notify_all();
  };
  std::jthread other([&] {
    all_taken.wait(false);
    CHECK(store.provide({"sea://bed/other.irpa"}, harbour.directory.path() / "other").has_value());
  });
  CHECK(store.provide({harbour.url}, harbour.destination).has_value());
  other.join();
  CHECK(harbour.is_right());
  CHECK(was_let_in);
}

TEST_CASE("download: what breaks off is fetched on, not again") {
  Harbour harbour;
  harbour.server.failing_reads = 2;
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.is_right());
  CHECK(harbour.server.sent == harbour.server.content.size());
}

TEST_CASE("download: finished chunks outlive a run that failed") {
  Harbour harbour;
  harbour.settings.limits.connections = 1;
  int reads = 0;
  harbour.server.before_read = [&](Server&, const ArtifactPart&) {
    if (++reads > 3) throw Failure(Failure::Kind::failed, "the line is dead");
  };
  const auto failed = harbour.provide();
  REQUIRE(failed.has_error());
  CHECK(failed.error().kind == ErrorKind::infrastructure);
  CHECK(failed.error().message == "the line is dead (tried 3 times)");
  CHECK_FALSE(fs::exists(harbour.destination));

  harbour.server.before_read = {};
  harbour.server.sent = 0;
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.is_right());
  CHECK(harbour.server.sent == harbour.server.content.size() - 3 * 8 * mebibyte);
}

TEST_CASE("download: chunks of another content are not kept") {
  Harbour harbour;
  harbour.settings.limits.connections = 1;
  int reads = 0;
  harbour.server.before_read = [&](Server&, const ArtifactPart&) {
    if (++reads > 2) throw Failure(Failure::Kind::failed, "the line is dead");
  };
  REQUIRE(harbour.provide().has_error());
  harbour.server.before_read = {};
  harbour.server.content = content_of_size(40 * mebibyte + 12345, 2);
  harbour.server.version = "v2";
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.is_right());
}

TEST_CASE("download: what changes under way is fetched from its beginning") {
  Harbour harbour;
  int reads = 0;
  std::mutex mutex;
  harbour.server.before_read = [&](Server& server, const ArtifactPart&) {
    const std::scoped_lock both(mutex, server.mutex);
    if (++reads != 3) return;
    server.content = content_of_size(33 * mebibyte, 3);
    server.version = "v2";
  };
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.is_right());
}

TEST_CASE("download: what changes all the time is an error in the end") {
  Harbour harbour;
  std::mutex mutex;
  int version = 1;
  harbour.server.before_read = [&](Server& server, const ArtifactPart&) {
    const std::scoped_lock both(mutex, server.mutex);
    server.version = "v" + std::to_string(++version);
  };
  const auto failed = harbour.provide();
  REQUIRE(failed.has_error());
  CHECK(failed.error().message.starts_with(
      "sea://bed/weights.irpa: it changed 3 times while it was fetched; last: it is v"));
  CHECK(harbour.files("blobs").empty());
}

TEST_CASE("download: a server that promised parts and gives none is read in one") {
  Harbour harbour;
  harbour.server.ranges_are_a_lie = true;
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.is_right());
}

TEST_CASE("download: without parts it is one stream, begun again after a failure") {
  Harbour harbour;
  harbour.server.ranges = false;
  harbour.server.failing_reads = 1;
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.is_right());
  CHECK(harbour.server.reads == 2);
}

TEST_CASE("download: other bytes than the server promised are kept aside, and never placed") {
  Harbour harbour;
  harbour.server.sha256 = std::string(64, 'a');
  const auto failed = harbour.provide();
  REQUIRE(failed.has_error());
  CHECK(failed.error().message == "sea://bed/weights.irpa: its SHA-256 is " +
                                      sha256_of(harbour.server.content) + ", but the server says " +
                                      std::string(64, 'a'));
  CHECK(harbour.files("blobs").empty());
  CHECK(harbour.files("bad").size() == 1);
  CHECK_FALSE(fs::exists(harbour.destination));
}

TEST_CASE("download: stopped, it ends soon, and goes on where it was") {
  Harbour harbour;
  harbour.settings.limits.connections = 1;
  std::stop_source stop;
  int reads = 0;
  harbour.server.before_read = [&](Server&, const ArtifactPart&) {
    if (++reads == 3) stop.request_stop();
  };
  const auto stopped = harbour.provide(stop.get_token());
  REQUIRE(stopped.has_error());
  CHECK(stopped.error().kind == ErrorKind::interrupted);
  harbour.server.before_read = {};
  harbour.server.sent = 0;
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.is_right());
  CHECK(harbour.server.sent == harbour.server.content.size() - 2 * 8 * mebibyte);
}

TEST_CASE("store: a server is asked again when the time is over, and not when it is never to be") {
  Harbour harbour;
  REQUIRE(harbour.provide().has_value());
  harbour.settings.revalidate = Revalidate::always;
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.server.stats == 2);
  CHECK(harbour.server.sent == harbour.server.content.size());

  harbour.server.content = content_of_size(1000, 5);
  harbour.server.version = "v2";
  harbour.settings.revalidate = Revalidate::never;
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.server.stats == 2);
  CHECK_FALSE(harbour.is_right());

  harbour.settings.revalidate = Revalidate::etag;
  harbour.settings.revalidate_after = std::chrono::seconds(0);
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.is_right());
  CHECK(harbour.files("blobs").size() == 2);
}

TEST_CASE("store: what is there is used when the server cannot be asked, with a note") {
  Harbour harbour;
  REQUIRE(harbour.provide().has_value());
  harbour.settings.revalidate = Revalidate::always;
  harbour.server.failing_stats = 100;
  const auto provided = harbour.provide();
  REQUIRE(provided.has_value());
  CHECK(provided->note ==
        "it could not be asked whether it is still current: nobody answers (tried 3 times)");
  CHECK(harbour.is_right());
}

TEST_CASE("store: offline nothing is asked, and what is not there is an error") {
  Harbour harbour;
  harbour.settings.offline = true;
  const auto refused = harbour.provide();
  REQUIRE(refused.has_error());
  CHECK(refused.error().message ==
        "sea://bed/weights.irpa is not in the store, and --offline forbids to fetch it");
  CHECK(harbour.server.stats == 0);
  harbour.settings.offline = false;
  REQUIRE(harbour.provide().has_value());
  harbour.settings.offline = true;
  harbour.settings.revalidate = Revalidate::always;
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.server.stats == 1);
}

TEST_CASE("store: what somebody put there is used while nothing can be learned of the URL") {
  Harbour harbour;
  REQUIRE(write_file_atomically(harbour.destination, "by hand").has_value());
  harbour.server.failing_stats = 4;  // once for what lies there, then as often as it may be tried
  for (const bool offline : {false, true}) {
    harbour.settings.offline = offline;
    const auto provided = harbour.provide();
    REQUIRE(provided.has_value());
    CHECK(provided->note.starts_with(harbour.destination.native() + " was there already; "));
    CHECK(*read_file(harbour.destination) == "by hand");
  }
  harbour.settings.offline = false;
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.is_right());
}

TEST_CASE("store: a blob that was changed is kept aside and fetched again") {
  Harbour harbour;
  REQUIRE(harbour.provide().has_value());
  const fs::path blob = fs::read_symlink(harbour.destination);
  fs::permissions(blob, fs::perms::owner_write, fs::perm_options::add);
  std::ofstream(blob, std::ios::app) << "x";
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.is_right());
  CHECK(harbour.files("bad").size() == 1);
  // Touched only, it is read and trusted again.
  harbour.server.sent = 0;
  fs::last_write_time(blob, fs::last_write_time(blob) + std::chrono::hours(1));
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.server.sent == 0);
}

TEST_CASE("store: who was killed before the last rename has fetched it all the same") {
  Harbour harbour;
  REQUIRE(harbour.provide().has_value());
  const fs::path blob = fs::read_symlink(harbour.destination);
  fs::rename(blob, harbour.settings.directory / "parts" / sha256_of(harbour.url));
  REQUIRE(harbour.provide().has_value());
  CHECK(harbour.is_right());
  CHECK(harbour.server.sent == harbour.server.content.size());
}

TEST_CASE("store: of several that want one URL one fetches it") {
  Harbour harbour;
  std::vector<std::thread> threads;
  std::atomic<int> fine = 0;
  for (int count = 0; count < 4; ++count) {
    threads.emplace_back([&, count] {
      ArtifactStore store(
          harbour.settings,
          [&](std::string_view) -> Result<std::unique_ptr<ArtifactFetcher>> {
            return std::unique_ptr<ArtifactFetcher>(std::make_unique<Connection>(harbour.server));
          },
          harbour.clock);
      if (store.provide({harbour.url}, harbour.directory.path() / std::to_string(count))) ++fine;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(fine == 4);
  CHECK(harbour.server.sent == harbour.server.content.size());
}

TEST_CASE("store: many may make the index at once") {
  for (int time = 0; time < 5; ++time) {
    const Harbour harbour;
    std::vector<std::thread> threads;
    std::mutex mutex;
    std::vector<std::string> troubles;
    for (int count = 0; count < 8; ++count) {
      threads.emplace_back([&] {
        const auto index = StoreIndex::open(harbour.settings.directory / "index.sqlite");
        const std::scoped_lock lock(mutex);
        if (!index) troubles.push_back(index.error().message);
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(troubles == std::vector<std::string>{});
  }
}

TEST_CASE("store: an index that is none is an error that names it") {
  Harbour harbour;
  REQUIRE(write_file_atomically(harbour.settings.directory / "index.sqlite", std::string(5000, 'x'))
              .has_value());
  const auto failed = harbour.provide();
  REQUIRE(failed.has_error());
  CHECK(failed.error().message.find("index.sqlite") != std::string::npos);
  CHECK(failed.error().hint.starts_with("remove that file"));
}

}  // namespace
}  // namespace sharkreg::core
