// SPDX-License-Identifier: Apache-2.0
#include "store/artifact_store.h"

#include <csignal>
#include <set>
#include <sys/resource.h>

#include <doctest/doctest.h>

#include <sharkreg/failure.h>

#include "base/digest.h"
#include "base/files.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

// Serves one artifact, in pieces, as the test says.
class FakeFetcher final : public ArtifactFetcher {
 public:
  std::optional<ArtifactInformation> information = ArtifactInformation{};
  std::vector<std::string> pieces;
  std::optional<Failure> stat_failure;
  std::optional<Failure> read_failure;  // after the pieces
  std::string last_url;
  int reads = 0;

  FetcherDescription describe() const override { return {{"fake"}}; }

  std::optional<ArtifactInformation> stat(const std::string& url) override {
    last_url = url;
    if (stat_failure) throw *stat_failure;
    return information;
  }

  void read(const std::string&, const ArtifactPart& part, const Receive& receive) override {
    ++reads;
    CHECK(part.offset == 0);
    CHECK(part.length == ArtifactPart::to_end);
    for (const std::string& piece : pieces) {
      if (!receive(piece.data(), piece.size())) throw Failure(Failure::Kind::cancelled, "stopped");
    }
    if (read_failure) throw *read_failure;
  }
};

// Passes calls on to a fetcher that outlives the store.
class Shared final : public ArtifactFetcher {
 public:
  explicit Shared(std::shared_ptr<ArtifactFetcher> fetcher) : fetcher_(std::move(fetcher)) {}
  FetcherDescription describe() const override { return fetcher_->describe(); }
  std::optional<ArtifactInformation> stat(const std::string& url) override {
    return fetcher_->stat(url);
  }
  void read(const std::string& url, const ArtifactPart& part, const Receive& receive) override {
    fetcher_->read(url, part, receive);
  }

 private:
  std::shared_ptr<ArtifactFetcher> fetcher_;
};

// Its time is what the test says.
class FakeClock final : public Clock {
 public:
  std::chrono::system_clock::time_point time{std::chrono::hours(24 * 365 * 50)};
  std::chrono::system_clock::time_point now() const override { return time; }
  std::chrono::steady_clock::time_point steady() const override { return {}; }
};

struct Shop {
  TemporaryDirectory directory =
      TemporaryDirectory::create(fs::temp_directory_path(), "store-").value();
  std::shared_ptr<FakeFetcher> fetcher = std::make_shared<FakeFetcher>();
  std::optional<Error> no_fetcher;
  std::string asked_for;
  Pin pin;
  fs::path destination = directory.path() / "artifacts/model/weights.irpa";
  FakeClock clock;
  StoreSettings settings{.directory = directory.path() / "store",
                         .limits = {.attempts = 1, .first_wait = std::chrono::milliseconds(1)}};

  Result<Provided> provide(const std::string& location = "fake://sea/weights.irpa") {
    ArtifactStore store(
        settings,
        [this](std::string_view location) -> Result<std::unique_ptr<ArtifactFetcher>> {
          asked_for = location;
          if (no_fetcher) return *no_fetcher;
          return std::unique_ptr<ArtifactFetcher>(std::make_unique<Shared>(fetcher));
        },
        clock);
    return store.provide({location, pin}, destination);
  }

  Error refusal() {
    const auto provided = provide();
    REQUIRE(provided.has_error());
    return provided.error();
  }

  fs::path write(const std::string& name, const std::string& content) const {
    REQUIRE(write_file_atomically(directory.path() / name, content).has_value());
    return directory.path() / name;
  }

  std::string content() const {
    const auto text = read_file(destination);
    return text ? *text : "(none)";
  }

  // Everything next to the destination, hidden files too.
  std::set<std::string> left() const {
    std::set<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(destination.parent_path(), error)) {
      names.insert(entry.path().filename());
    }
    return names;
  }
};

const std::set<std::string> only_the_artifact = {"weights.irpa"};

TEST_CASE("the location decides who fetches it") {
  CHECK(scheme_of("https://sea/x") == "https");
  CHECK(scheme_of("file:///x") == "file");
  CHECK(scheme_of("/data/x") == "file");
  CHECK(scheme_of("/data/https://x") == "file");
  CHECK(scheme_of("x") == "file");
  Shop shop;
  REQUIRE(shop.provide("fake://sea/x").has_value());
  CHECK(shop.asked_for == "fake://sea/x");
  CHECK(shop.fetcher->last_url == "fake://sea/x");
}

TEST_CASE("an artifact is copied piece by piece, and placed when it is complete") {
  Shop shop;
  shop.fetcher->pieces = {"one ", "", "two ", "three"};
  shop.fetcher->information->size = 13;
  REQUIRE(shop.provide().has_value());
  CHECK(shop.content() == "one two three");
  CHECK(shop.left() == only_the_artifact);
  CHECK((fs::status(shop.destination).permissions() & fs::perms::owner_write) == fs::perms::none);
}

TEST_CASE("an empty artifact is an artifact") {
  Shop shop;
  shop.fetcher->information->size = 0;
  REQUIRE(shop.provide().has_value());
  CHECK(fs::is_regular_file(shop.destination));
  CHECK(shop.content() == "");
}

constexpr const char* md5_of_old = "149603e6c03516362a8da23f624db945";
constexpr const char* md5_of_new = "22af645d1859cb5ca6da0c484f1f37ea";
constexpr const char* sha256_of_old =
    "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4";

TEST_CASE("what lies there and is what the server has is taken into the store, not fetched") {
  for (const char* what : {"md5", "sha256", "an ETag that is the MD5", "one that is the SHA-256"}) {
    CAPTURE(what);
    Shop shop;
    const std::string way = what;
    if (way == "md5") shop.fetcher->information->digests["md5"] = md5_of_old;
    if (way == "sha256") shop.fetcher->information->digests["sha256"] = sha256_of_old;
    if (way.ends_with("the MD5")) {
      shop.fetcher->information->validator = "\"149603E6C03516362A8DA23F624DB945\"";
    }
    if (way.ends_with("SHA-256"))
      shop.fetcher->information->validator = "3 \"" + std::string(sha256_of_old) + "\"";
    shop.fetcher->information->size = 3;
    shop.write("artifacts/model/weights.irpa", "old");
    const auto provided = shop.provide();
    REQUIRE_MESSAGE(provided.has_value(), provided.error().message);
    CHECK(provided->note == shop.destination.native() +
                                " was there already, and is what the URL has: it was not fetched");
    CHECK(shop.fetcher->reads == 0);
    CHECK(shop.content() == "old");
    CHECK(shop.left() == only_the_artifact);
    CHECK(
        fs::read_symlink(shop.destination).native().starts_with(shop.settings.directory.native()));
    CHECK(fs::is_empty(shop.settings.directory / "parts"));

    const auto again = shop.provide();
    REQUIRE(again.has_value());
    CHECK(again->note.empty());
    CHECK(shop.fetcher->reads == 0);
  }
}

TEST_CASE("what lies there and cannot be shown to be what the server has is fetched") {
  for (const char* what : {"nothing is told", "another size", "another digest", "another ETag"}) {
    CAPTURE(what);
    Shop shop;
    const std::string way = what;
    if (way == "another digest") {
      shop.fetcher->information->digests["md5"] = md5_of_new;
    }
    if (way == "another ETag") {
      shop.fetcher->information->validator = std::string("\"") + md5_of_new + "\"";
    }
    shop.fetcher->pieces = {way == "another size" ? "newer" : "new"};
    shop.fetcher->information->size = static_cast<std::int64_t>(shop.fetcher->pieces[0].size());
    shop.write("artifacts/model/weights.irpa", "old");
    const auto provided = shop.provide();
    REQUIRE_MESSAGE(provided.has_value(), provided.error().message);
    CHECK(provided->note.empty());
    CHECK(shop.fetcher->reads == 1);
    CHECK(shop.content() == shop.fetcher->pieces[0]);
    CHECK(shop.left() == only_the_artifact);
  }
}

TEST_CASE("what lies there and is pinned needs no server") {
  Shop shop;
  shop.settings.offline = true;
  shop.write("artifacts/model/weights.irpa", "old");
  shop.fetcher->stat_failure = Failure(Failure::Kind::failed, "nobody answers");
  shop.pin = {sha256_of_old, {}};
  REQUIRE(shop.provide().has_value());
  CHECK(fs::is_symlink(shop.destination));
  CHECK(shop.content() == "old");
  REQUIRE(shop.provide().has_value());

  // A link of the user's own is not followed, and another content is not taken.
  Shop other;
  other.settings.offline = true;
  other.pin = {{}, md5_of_old};
  fs::create_directories(other.destination.parent_path());
  fs::create_symlink(other.write("mine", "old"), other.destination);
  CHECK(other.provide().value().note.find("--offline") != std::string::npos);
  CHECK(fs::read_symlink(other.destination) == other.directory.path() / "mine");
  fs::remove(other.destination);
  other.write("artifacts/model/weights.irpa", "mine");
  CHECK(other.provide().value().note.find("--offline") != std::string::npos);
  CHECK_FALSE(fs::is_symlink(other.destination));
  CHECK(other.content() == "mine");
}

TEST_CASE("what is in the store is provided together, without a fetcher") {
  Shop shop;
  shop.fetcher->pieces = {std::string(2000, 'x')};
  REQUIRE(shop.provide("fake://sea/large").has_value());
  shop.fetcher->pieces = {"small"};
  REQUIRE(shop.provide("fake://sea/small").has_value());
  shop.no_fetcher = Error{ErrorKind::infrastructure, "it was asked for one", {}};
  ArtifactStore store(
      shop.settings,
      [&](std::string_view) -> Result<std::unique_ptr<ArtifactFetcher>> {
        return *shop.no_fetcher;
      },
      shop.clock);
  const auto destination = [&](const char* name) { return shop.destination.parent_path() / name; };
  const std::vector<ArtifactStore::Placed> all{
      {{"fake://sea/unknown"}, destination("unknown")},
      {{"fake://sea/large"}, destination("large")},
      {{"fake://sea/small"}, destination("small")},  // it may be a pointer of git-lfs
      {{"fake://sea/large", {}, {Unpacking::Kind::decompress, {}}}, destination("unpacked")},
      {{"fake://sea/any", {sha256_of(std::string(2000, 'x')), {}}}, destination("pinned")}};
  auto provided = store.provide_present(all);
  REQUIRE(provided.size() == all.size());
  for (std::size_t at = 0; at < all.size(); ++at) {
    INFO(all[at].destination.native());
    CHECK(provided[at].has_value() == (at == 1 || at == 4));
    CHECK(fs::is_symlink(all[at].destination) == (at == 1 || at == 4));
  }
  CHECK(read_file(destination("large")).value() == std::string(2000, 'x'));

  // What has to be asked for again, or was damaged, is not.
  shop.clock.time += std::chrono::hours(25);
  CHECK_FALSE(store.provide_present(all)[1].has_value());
  shop.clock.time -= std::chrono::hours(25);
  fs::remove(fs::read_symlink(destination("large")));
  CHECK_FALSE(store.provide_present(all)[1].has_value());
}

TEST_CASE("an artifact replaces what lay there") {
  Shop shop;
  shop.write("artifacts/model/weights.irpa", "old");
  shop.fetcher->pieces = {"new"};
  REQUIRE(shop.provide().has_value());
  CHECK(shop.content() == "new");
}

TEST_CASE("a file that is on this machine anyway is linked, not copied") {
  Shop shop;
  shop.fetcher->information->local_path = shop.write("source", "local");
  for (int time = 0; time < 2; ++time) {
    REQUIRE(shop.provide().has_value());
    CHECK(fs::is_symlink(shop.destination));
    CHECK(shop.content() == "local");
    CHECK(shop.left() == only_the_artifact);
  }
  CHECK(shop.fetcher->reads == 0);

  shop.fetcher->information->local_path = shop.write("other", "moved");
  REQUIRE(shop.provide().has_value());
  CHECK(shop.content() == "moved");
  CHECK(shop.left() == only_the_artifact);
}

TEST_CASE("a link gives way to a copy without touching the file that it led to") {
  Shop shop;
  const fs::path source = shop.write("source", "local");
  shop.fetcher->information->local_path = source;
  REQUIRE(shop.provide().has_value());
  shop.fetcher->information->local_path.reset();
  shop.fetcher->pieces = {"copied"};
  REQUIRE(shop.provide().has_value());
  CHECK(shop.content() == "copied");
  CHECK(*read_file(source) == "local");
}

TEST_CASE("a copy that is as it was made is not made again, one that was edited is") {
  Shop shop;
  shop.settings.copies = true;
  shop.fetcher->pieces = {"content"};
  REQUIRE(shop.provide().has_value());
  CHECK(fs::is_regular_file(fs::symlink_status(shop.destination)));
  const auto made = identity_of(shop.destination);
  REQUIRE(shop.provide().has_value());
  CHECK(identity_of(shop.destination) == made);

  shop.write("artifacts/model/weights.irpa", "CONTENT");
  REQUIRE(shop.provide().has_value());
  CHECK(shop.content() == "content");
}

TEST_CASE("what fails half-way leaves nothing behind") {
  Shop shop;
  shop.fetcher->pieces = {"half"};
  shop.fetcher->read_failure = Failure(Failure::Kind::failed, "the line is cut", "mend it");
  const Error error = shop.refusal();
  CHECK(error.kind == ErrorKind::infrastructure);
  CHECK(error.message == "the line is cut");
  CHECK(error.hint == "mend it");
  CHECK(shop.left().empty());
}

TEST_CASE("what fails half-way leaves what lay there before") {
  Shop shop;
  shop.write("artifacts/model/weights.irpa", "old");
  shop.fetcher->pieces = {"half"};
  shop.fetcher->read_failure = Failure(Failure::Kind::failed, "the line is cut");
  shop.refusal();
  CHECK(shop.content() == "old");
  CHECK(shop.left() == only_the_artifact);
}

TEST_CASE("an artifact of another size than it should have is not placed") {
  for (const std::int64_t size : {3, 5}) {
    Shop shop;
    shop.fetcher->pieces = {"four"};
    shop.fetcher->information->size = size;
    CHECK(shop.refusal().message ==
          "fake://sea/weights.irpa: 4 bytes came, but it has " + std::to_string(size));
    CHECK(shop.left().empty());
  }
}

TEST_CASE("an artifact that is not there is told from one that cannot be asked for") {
  Shop shop;
  shop.fetcher->information.reset();
  CHECK(shop.refusal().kind == ErrorKind::not_found);
  CHECK(shop.refusal().message == "fake://sea/weights.irpa: there is no such file");
  shop.fetcher->stat_failure = Failure(Failure::Kind::failed, "nobody answers", "wait");
  CHECK(shop.refusal().kind == ErrorKind::infrastructure);
  CHECK(shop.refusal().message == "nobody answers");
  CHECK(shop.refusal().hint == "wait");
}

TEST_CASE("without a fetcher what lies there is used, with a note") {
  Shop shop;
  shop.no_fetcher = Error{ErrorKind::infrastructure, "no fetcher for fake://", "name one"};
  CHECK(shop.refusal().message == "no fetcher for fake://");
  CHECK(shop.refusal().hint == "name one");
  shop.write("artifacts/model/weights.irpa", "by hand");
  const auto provided = shop.provide();
  REQUIRE(provided.has_value());
  CHECK(provided->note == shop.destination.string() + " was there already; no fetcher for fake://");
  CHECK(shop.content() == "by hand");
}

TEST_CASE("without a fetcher a directory or a broken link is not taken for the artifact") {
  Shop shop;
  shop.no_fetcher = Error{ErrorKind::infrastructure, "no fetcher for fake://", {}};
  fs::create_directories(shop.destination);
  shop.refusal();
  fs::remove(shop.destination);
  fs::create_symlink("/no/such/file", shop.destination);
  shop.refusal();
}

TEST_CASE("places that cannot be written to are errors that name them") {
  Shop shop;
  shop.fetcher->pieces = {"x"};
  shop.write("artifacts/model", "a file where a directory should be");
  CHECK(shop.refusal().message.find((shop.directory.path() / "artifacts/model").string()) !=
        std::string::npos);

  Shop taken;
  taken.fetcher->pieces = {"x"};
  fs::create_directories(taken.destination / "inside");
  CHECK(taken.refusal().message.starts_with("cannot link " + taken.destination.string()));
  CHECK(taken.left() == only_the_artifact);
  taken.fetcher->information->local_path = taken.write("source", "local");
  CHECK(taken.refusal().message.starts_with("cannot link " + taken.destination.string()));
}

// Lets no file of this process grow beyond so many bytes, as a full disk would.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) {
    before_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit small{bytes, limit_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;
  ~SmallFiles() {
    setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  void (*before_)(int) = SIG_DFL;
};

TEST_CASE("a disk that takes no more stops the fetcher, and is told in its stead") {
  Shop shop;
  constexpr std::size_t limit_bytes = 1 << 20;  // the store's index needs less
  shop.fetcher->pieces = {std::string(limit_bytes - 1000, 'x'), std::string(3000, 'y'), "more"};
  std::optional<Error> error;
  {
    const SmallFiles limit(limit_bytes);
    error = shop.refusal();
  }
  CHECK(error->message.starts_with("cannot write " +
                                   (shop.directory.path() / "store/parts").string()));
  CHECK(error->message.ends_with(": File too large"));
  CHECK(shop.left().empty());
}

}  // namespace
}  // namespace sharkreg::core
