// SPDX-License-Identifier: Apache-2.0
#include "execute/shared_lock.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "execute/timing_lock.h"
#include "fakes.h"

namespace sharkreg::core {
namespace {

using Kind = SharedLock::Kind;

struct Place {
  TemporaryDirectory directory =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "locks-").value();
  std::filesystem::path locks = directory.path() / "locks";

  std::optional<SharedLock> take(Kind kind, const std::string& name = "a") const {
    auto taken = SharedLock::try_to_take(locks, name, kind);
    REQUIRE(taken.has_value());
    return std::move(*taken);
  }
};

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

TEST_CASE("one has an exclusive lock, several a shared one") {
  const Place place;
  {
    const auto mine = place.take(Kind::exclusive);
    CHECK(mine);
    CHECK_FALSE(place.take(Kind::exclusive));
    CHECK_FALSE(place.take(Kind::shared));
    CHECK(place.take(Kind::exclusive, "b"));
    CHECK(holder_of(place.locks, "a") == ::getpid());
  }
  const auto first = place.take(Kind::shared);
  const auto second = place.take(Kind::shared);
  CHECK(first);
  CHECK(second);
  CHECK_FALSE(place.take(Kind::exclusive));
  CHECK_FALSE(holder_of(place.locks, "never"));
}

TEST_CASE("everybody may use what the first one made, whatever his umask") {
  const Place place;
  const mode_t before = ::umask(077);
  place.take(Kind::exclusive);
  ::umask(before);
  CHECK(mode_of(place.locks) == 01777);
  CHECK(mode_of(place.locks / "a") == 0666);
}

TEST_CASE("a lock ends with its process, however that ends") {
  const Place place;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = SharedLock::try_to_take(place.locks, "a", Kind::exclusive);
    const char done = held && *held ? 'y' : 'n';
    if (::write(ready[1], &done, 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char answer = 0;
  REQUIRE(::read(ready[0], &answer, 1) == 1);
  CHECK(answer == 'y');
  CHECK_FALSE(place.take(Kind::exclusive));
  CHECK(holder_of(place.locks, "a") == child);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(place.take(Kind::exclusive));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("somebody's trap is refused") {
  const Place place;
  REQUIRE(make_directories(place.locks).has_value());
  std::filesystem::create_symlink("/etc/passwd", place.locks / "a");
  CHECK(SharedLock::try_to_take(place.locks, "a", Kind::exclusive).has_error());
  REQUIRE(::mkfifo((place.locks / "pipe").c_str(), 0666) == 0);
  CHECK(SharedLock::try_to_take(place.locks, "pipe", Kind::exclusive).has_error());
  std::filesystem::create_symlink(place.locks, place.directory.path() / "link");
  const auto taken = SharedLock::try_to_take(place.directory.path() / "link", "b", Kind::exclusive);
  REQUIRE(taken.has_error());
  CHECK(taken.error().hint.find("SHARKREG_LOCK_DIR") != std::string::npos);
}

TEST_CASE("names of lock files tell identities apart that look alike") {
  CHECK(lock_name("device", "acme-0/1") != lock_name("device", "acme-0_1"));
  CHECK(lock_name("device", "acme-0/1").find('/') == std::string::npos);
  CHECK(lock_name("device", std::string(500, 'x')).size() < 200);
}

TEST_CASE("who times waits for those who run, and they start nothing more") {
  const Place place;
  TimingLock first(place.locks);
  TimingLock second(place.locks);
  TimingLock timer(place.locks);
  CHECK(first.share().value());
  CHECK(second.share().value());
  CHECK_FALSE(timer.take_alone().value());
  CHECK_FALSE(first.share().value());  // its next action
  second.release();
  CHECK_FALSE(timer.take_alone().value());
  first.release();
  CHECK(timer.take_alone().value());
  CHECK_FALSE(first.share().value());
  CHECK_FALSE(second.take_alone().value());
  timer.release();
  CHECK(second.take_alone().value());
}

}  // namespace
}  // namespace sharkreg::core
