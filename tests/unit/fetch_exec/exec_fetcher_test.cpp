// SPDX-License-Identifier: Apache-2.0
// The fetcher that asks programs, with programs that do what they should, and others.
#include "exec_fetcher.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <iterator>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <sharkreg/failure.h>

#include "programs.h"

namespace exec_fetcher {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using sharkreg::ArtifactPart;
using sharkreg::Failure;
using sharkreg::test::failure_of;
using Clock = std::chrono::steady_clock;

// Serves the file DATA, beside itself, as it should.
constexpr const char* good_program = R"sh(
here=$(dirname "$0")
while IFS= read -r line && [ -n "$line" ]; do
  case $line in
    "url "*) url=${line#url } ;;
    "offset "*) offset=${line#offset } ;;
    "length "*) length=${line#length } ;;
    "validator "*) validator=${line#validator } ;;
  esac
done
[ "$(echo "$url" | tr A-Z a-z)" = foo://sea/x ] || { echo "no $url" >&2; exit 3; }
case $1 in
  stat) echo size 26; echo validator v 1; echo ranges yes ;;
  read)
    [ "${validator:-v 1}" = "v 1" ] || exit 4
    tail -c "+$((offset + 1))" "$here/data" | head -c "${length:-1000}" ;;
esac
)sh";

struct Scene {
  explicit Scene(const std::string& script = good_program) {
    host.variables["PATH"] = programs.directory.path();
    programs.add("foo", script);
    std::ofstream(programs.path("data")) << "abcdefghijklmnopqrstuvwxyz";
  }

  std::string read(const ArtifactPart& part = {}, const std::string& url = "foo://sea/x") {
    got.clear();
    fetcher.read(url, part, [this](const void* bytes, std::size_t size) {
      if (size > 0) got.append(static_cast<const char*>(bytes), size);
      return true;
    });
    return got;
  }

  Failure stat_failure(const std::string& url = "foo://sea/x") {
    return failure_of([&] { fetcher.stat(url); });
  }
  Failure read_failure(const ArtifactPart& part = {}) {
    return failure_of([&] { read(part); });
  }

  // What the program wrote into a file beside itself; waits for it.
  std::string written(const std::string& name) const {
    for (const auto end = Clock::now() + 20s; Clock::now() < end;) {
      std::ifstream file(programs.path(name));
      std::string text{std::istreambuf_iterator<char>(file), {}};
      if (!text.empty() && text.back() == '\n') return text;
      std::this_thread::sleep_for(10ms);
    }
    FAIL("the program wrote no " << name);
    return {};
  }

  Programs programs;
  FakeHost host;
  ExecFetcher fetcher{{}, host};
  std::string got;
};

bool is_running(pid_t pid) {
  return ::kill(pid, 0) == 0;
}

bool has_children() {
  siginfo_t information{};
  return ::waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) == 0;
}

TEST_CASE("exec: a program says what an artifact is, and gives its bytes") {
  Scene scene;
  const auto information = scene.fetcher.stat("foo://sea/x");
  REQUIRE(information);
  CHECK(information->size == 26);
  CHECK(information->validator == "v 1");
  CHECK(information->ranges);
  CHECK(scene.read() == "abcdefghijklmnopqrstuvwxyz");
  CHECK(scene.read({3, 4, "v 1"}) == "defg");
  CHECK(scene.read({20, ArtifactPart::to_end, "v 1"}) == "uvwxyz");
  CHECK(scene.read({26, ArtifactPart::to_end, "v 1"}).empty());
  CHECK(scene.read({5, 0, "v 1"}).empty());
  CHECK(scene.read({}, "FOO://sea/x").empty() == false);
  CHECK_FALSE(scene.fetcher.stat("foo://sea/none"));
  CHECK(scene.read_failure({3, 4, "v 2"}).kind() == Failure::Kind::changed);
  CHECK(scene.read_failure({3, 4, "v 1\noffset 7"}).kind() == Failure::Kind::changed);
  CHECK(scene.got.empty());
  const Failure gone = failure_of([&] { scene.read({}, "foo://sea/none"); });
  CHECK(gone.kind() == Failure::Kind::changed);
  CHECK_FALSE(has_children());
}

TEST_CASE("exec: a program that is not there is told with its name") {
  Scene scene;
  const Failure failure = scene.stat_failure("gopher+x://me:swordfish@sea/x?sig=swordfish");
  CHECK(failure.kind() == Failure::Kind::invalid);
  CHECK(std::string(failure.what()) ==
        "no fetcher for gopher+x:// was found: neither a plugin nor a program "
        "sharkreg-fetch-gopher+x on SHARKREG_FETCH_PATH or PATH");
  CHECK(contains(failure.hint(), "--fetcher-plugin"));
  CHECK(contains(failure.hint(), "docs/fetching.md"));
}

TEST_CASE("exec: the URL is on no command line, and no file of this process stays open") {
  Scene scene(R"(
here=$(dirname "$0")
tr '\0' ' ' < /proc/$$/cmdline > "$here/arguments"; echo >> "$here/arguments"
ls /proc/$$/fd > "$here/files"
cat > "$here/input"
)");
  const int open = ::fcntl(STDIN_FILENO, F_DUPFD, 100);  // not closed on exec
  REQUIRE(open >= 0);
  CHECK(scene.fetcher.stat("foo://sea/x?sig=swordfish"));
  ::close(open);
  CHECK_FALSE(contains(scene.written("arguments"), "swordfish"));
  CHECK(contains(scene.written("arguments"), "stat"));
  CHECK(scene.written("input") == "url foo://sea/x?sig=swordfish\n\n");
  CHECK_FALSE(contains(scene.written("files"), std::to_string(open)));
}

TEST_CASE("exec: how a program ends says what came of it") {
  struct {
    const char* status;
    Failure::Kind stat;
    Failure::Kind read;
  } const all[] = {{"exit 1", Failure::Kind::failed, Failure::Kind::failed},
                   {"exit 2", Failure::Kind::invalid, Failure::Kind::invalid},
                   {"exit 4", Failure::Kind::failed, Failure::Kind::changed},
                   {"exit 99", Failure::Kind::failed, Failure::Kind::failed},
                   {"kill -TERM $$", Failure::Kind::failed, Failure::Kind::failed}};
  for (const auto& [status, stat, read] : all) {
    CAPTURE(status);
    Scene scene(std::string("echo first >&2; echo 'hint ask at foo://u:swordfish@sea' >&2\n"
                            "echo retry-after 3 >&2; echo no fish >&2\n") +
                status + "\n");
    const Failure told = scene.stat_failure();
    CHECK(told.kind() == stat);
    CHECK(contains(told.what(), "foo://sea/x: "));
    CHECK(contains(told.what(), "/sharkreg-fetch-foo: no fish"));
    CHECK(told.hint() == "ask at foo://sea");
    CHECK(told.retry_after() == 3s);
    CHECK(scene.read_failure().kind() == read);
  }
  CHECK(contains(Scene("exit 9").stat_failure().what(), "it ended with status 9, and no word"));
  CHECK(contains(Scene("kill -KILL $$").stat_failure().what(), "it was ended by a signal: Killed"));
}

TEST_CASE("exec: what breaks the protocol is refused") {
  CHECK(contains(Scene("echo nonsense").stat_failure().what(), "says \"nonsense\" of it"));
  const Failure endless = Scene("yes size 1").stat_failure();
  CHECK(endless.kind() == Failure::Kind::invalid);
  CHECK(contains(endless.what(), "more than 64 KiB"));
  Scene more("printf abcdef");
  CHECK(more.read_failure({0, 5, {}}).kind() == Failure::Kind::invalid);
  CHECK(more.got.empty());
  Scene less("printf abcd");
  CHECK(less.read_failure({0, 5, {}}).kind() == Failure::Kind::failed);
  CHECK(less.got == "abcd");
  Scene no_script("");
  std::ofstream(no_script.programs.path("sharkreg-fetch-foo")) << "no script";
  const Failure refused = no_script.stat_failure();
  CHECK(refused.kind() == Failure::Kind::invalid);
  CHECK(contains(refused.hint(), "#!/bin/sh"));
}

TEST_CASE("exec: one that reads nothing and one that ends early do no harm") {
  const std::string long_url = "foo://sea/" + std::string(1 << 20, 'x');
  Scene scene("exec 0<&-; echo size 1");
  CHECK(scene.fetcher.stat(long_url)->size == 1);
  // Much on standard error does not stop it either.
  Scene talks("head -c 300000 /dev/zero | tr '\\0' x >&2; echo size 2");
  CHECK(talks.fetcher.stat(long_url)->size == 2);
}

TEST_CASE("exec: a large read comes whole") {
  Scene scene("head -c 30000000 /dev/zero");
  CHECK(scene.read({0, 30000000, {}}).size() == 30000000);
  CHECK(scene.read().size() == 30000000);
}

TEST_CASE("exec: a stall ends the program and all that it started") {
  Scene scene("sleep 300 & echo $! > \"$(dirname \"$0\")/child\"; echo abc; wait");
  scene.host.variables["SHARKREG_EXEC_STALL_SECONDS"] = "1";
  const Failure failure = scene.read_failure();
  CHECK(failure.kind() == Failure::Kind::failed);
  CHECK(contains(failure.what(), "nothing came for 1 s"));
  CHECK(scene.got == "abc\n");
  const pid_t child = std::stoi(scene.written("child"));
  for (const auto end = Clock::now() + 10s; is_running(child) && Clock::now() < end;) {
    std::this_thread::sleep_for(10ms);
  }
  CHECK_FALSE(is_running(child));
}

TEST_CASE("exec: reading stops when it is told to, also while nothing comes") {
  REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);  // as the host is
  for (const bool with_bytes : {true, false}) {
    CAPTURE(with_bytes);
    Scene scene(R"(
trap '' TERM INT HUP
(trap '' TERM INT HUP; sleep 300) & echo $! > "$(dirname "$0")/child"
echo abc
sleep 300
)");
    const auto begin = Clock::now();
    const Failure failure = failure_of([&] {
      scene.fetcher.read("foo://sea/x", {}, [&](const void*, std::size_t size) {
        return with_bytes ? size == 0 : size > 0;
      });
    });
    CHECK(failure.kind() == Failure::Kind::cancelled);
    CHECK(Clock::now() - begin < 20s);
    CHECK_FALSE(is_running(std::stoi(scene.written("child"))));
    CHECK_FALSE(has_children());  // no zombies, of others neither
  }
  REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 0) == 0);
}

TEST_CASE("exec: what a program leaves running with its files open is not waited for") {
  Scene scene("sleep 300 & echo size 3");
  const auto begin = Clock::now();
  CHECK(scene.fetcher.stat("foo://sea/x")->size == 3);
  CHECK(Clock::now() - begin < 20s);
  // Nor one that closed its files.
  Scene quiet("echo size 4; exec 1>&- 2>&-; sleep 1; exit 0");
  CHECK(quiet.fetcher.stat("foo://sea/x")->size == 4);
}

TEST_CASE("exec: several instances read at once") {
  Scene scene;
  std::vector<std::thread> threads;
  std::vector<std::string> got(4);
  for (std::string& text : got) {
    threads.emplace_back([&] {
      ExecFetcher fetcher({}, scene.host);
      for (int time = 0; time < 5; ++time) {
        text.clear();
        fetcher.read("foo://sea/x", {3, 4, "v 1"}, [&](const void* bytes, std::size_t size) {
          if (size > 0) text.append(static_cast<const char*>(bytes), size);
          return true;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : got) CHECK(text == "defg");
}

}  // namespace
}  // namespace exec_fetcher
