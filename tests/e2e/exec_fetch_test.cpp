// SPDX-License-Identifier: Apache-2.0
// Artifacts that a program brings, which is no plugin.
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

#include <doctest/doctest.h>

#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

// Serves the files beside itself, and says so in "asked".
constexpr const char* program = R"sh(#!/bin/sh
here=$(dirname "$0")
offset=0
while IFS= read -r line && [ -n "$line" ]; do
  case $line in
    "url foo://sea/"*) name=${line#url foo://sea/} name=${name%%\?*} ;;
    "offset "*) offset=${line#offset } ;;
    "length "*) length=${line#length } ;;
    "validator "*) validator=${line#validator } ;;
  esac
done
echo "$1 $name" >> "$here/asked"
[ -f "$here/$name" ] || { echo "foo://sea/$name?key=SECRET is not in the sea" >&2; exit 3; }
now=$(cksum < "$here/$name")
case $1 in
  stat)
    echo "size $(wc -c < "$here/$name")"
    echo "validator $now"
    echo "sha256 $(sha256sum < "$here/$name" | cut -d ' ' -f 1)"
    echo "ranges yes" ;;
  read)
    [ "${validator:-$now}" = "$now" ] || exit 4
    tail -c "+$((offset + 1))" "$here/$name" |
      if [ -n "$length" ]; then head -c "$length"; else cat; fi ;;
esac
)sh";

struct Shore {
  Shore() {
    box.write_stub_tools();
    box.write_program("shore/sharkreg-fetch-foo", program);
    box.write("shore/program.mlir", "module {}\n");
    box.write("shore/weights.irpa", weights);
    box.environment["SHARKREG_FETCH_PATH"] = box.root() / "shore";
    box.write_model("m", "s",
                    R"({"mlir": "foo://sea/program.mlir",
                        "real_weights": "foo://sea/weights.irpa?key=SECRET"})");
  }

  Arguments arguments(Arguments first = {}) const {
    const Arguments all{"--tests-dir", box.tests(), "--model=m",
                        "--tools-dir", box.tools(), "--backend=cpu"};
    first.insert(first.end(), all.begin(), all.end());
    return first;
  }

  std::string weights = std::string(9 << 20, 'w') + "end";  // more than one chunk
  Sandbox box;
};

TEST_CASE("exec fetch: a model whose sources a program brings runs") {
  const Shore shore;
  const Ended ended = shore.box.run(shore.arguments());
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(verdict_of(shore.box.events(), "m/s", "run cpu") == "pass");
  CHECK(content_of(shore.box.cache() / "artifacts/m_s/weights.irpa") == shore.weights);
  const std::string asked = content_of(shore.box.root() / "shore/asked");
  CHECK(count_of(asked, "read weights.irpa") == 2);
  CHECK_FALSE(contains(ended.out + ended.err, "SECRET"));
  CHECK_FALSE(contains(content_of(shore.box.results_file()), "SECRET"));

  // What it brought is in the store.
  CHECK(shore.box.run(shore.arguments({"--offline"})).exit_status == 0);
  CHECK(content_of(shore.box.root() / "shore/asked") == asked);
}

TEST_CASE("exec fetch: a program that is absent is named, and what it says of a failure is told") {
  const Shore shore;
  fs::remove(shore.box.root() / "shore/weights.irpa");
  const Ended missing = shore.box.run(shore.arguments({"fetch"}));
  CHECK(missing.exit_status == 3);
  CHECK(contains(missing.err, "there is no such file"));
  CHECK_FALSE(contains(missing.out + missing.err, "SECRET"));

  fs::remove(shore.box.root() / "shore/sharkreg-fetch-foo");
  const Ended absent = shore.box.run(shore.arguments({"fetch"}));
  CHECK(absent.exit_status == 3);
  CHECK(contains(absent.err, "no fetcher for foo:// was found: neither a plugin nor a program"));
  CHECK(contains(absent.err, "sharkreg-fetch-foo on SHARKREG_FETCH_PATH or PATH"));
  CHECK_FALSE(contains(absent.out + absent.err, "SECRET"));
}

template <class Condition>
bool comes_true(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return condition();
}

// Not as a zombie, which nobody has waited for.
bool is_running(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  const std::string status(std::istreambuf_iterator<char>(file), {});
  return contains(status, "State:") && !contains(status, "State:\tZ");
}

// sharkreg with a program that never ends; its child's number when that is there.
struct Endless {
  Endless() {
    shore.box.write_program("shore/sharkreg-fetch-foo",
                            "#!/bin/sh\n"
                            "[ \"$1\" = read ] || { echo size 9; exit 0; }\n"
                            "sleep 300 & echo $! > \"$(dirname \"$0\")/child\"\n"
                            "wait\n");
  }
  pid_t wait_for_child() const {
    const fs::path file = shore.box.root() / "shore/child";
    REQUIRE(comes_true([&] { return fs::exists(file) && contains(content_of(file), "\n"); }));
    const pid_t child = std::stoi(content_of(file));
    REQUIRE(is_running(child));
    return child;
  }
  Shore shore;
};

TEST_CASE("exec fetch: Ctrl-C ends the program and what it started") {
  const Endless endless;
  Running running = endless.shore.box.start(endless.shore.arguments());
  const pid_t child = endless.wait_for_child();
  running.send_to_group(SIGINT);
  CHECK(running.wait().exit_status == 130);
  CHECK_FALSE(is_running(child));
}

TEST_CASE("exec fetch: when sharkreg is killed the program and what it started end") {
  const Endless endless;
  Running running = endless.shore.box.start(endless.shore.arguments({"fetch"}));
  const pid_t child = endless.wait_for_child();
  running.send_to_group(SIGKILL);
  running.wait();
  CHECK(comes_true([&] { return !is_running(child); }));
}

TEST_CASE("exec fetch: the plugin keeps the promises of a fetcher") {
  const Shore shore;
  const std::string checker = fs::path(SHARKREG_PROGRAM).replace_filename("sharkreg-conformance");
  const Ended ended = shore.box.run_program(
      checker, {SHARKREG_PLUGIN_DIR "/libexec.so", "--url=foo://sea/weights.irpa"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  for (const char* name : {"describe", "missing", "ranges", "validator", "cancel"}) {
    CHECK(contains(ended.out, std::string("pass  fetcher/exec/") + name));
  }
}

TEST_CASE("exec fetch: the example fetches by ssh, and keeps the promises of a fetcher") {
  const Shore shore;
  const fs::path& root = shore.box.root();
  shore.box.write_program(
      "far/sharkreg-fetch-ssh",
      content_of(SHARKREG_SOURCE_DIR "/examples/fetch_program/sharkreg-fetch-ssh"));
  // To a machine that is this one, unless it is called nowhere.
  shore.box.write_program("far/ssh", R"sh(#!/bin/sh
while [ "$1" != -- ]; do shift; done
[ "$2" = ssh://me@there:22 ] || exit 255
shift 2
exec sh -c "$*"
)sh");
  Sandbox far;
  far.environment["PATH"] = (root / "far").native() + ":" + far.environment["PATH"];
  const std::string url = "ssh://me@there:22" + (root / "shore/weights.irpa").native();
  const std::string checker = fs::path(SHARKREG_PROGRAM).replace_filename("sharkreg-conformance");
  const Ended ended = far.run_program(checker, {SHARKREG_PLUGIN_DIR "/libexec.so", "--url=" + url});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  for (const char* name : {"missing", "stat", "ranges", "validator", "cancel"}) {
    CHECK(contains(ended.out, std::string("pass  fetcher/exec/") + name));
  }

  far.write_stub_tools();
  far.write_model("m", "s", R"({"mlir": "ssh://nowhere/x.mlir"})");
  const Ended nowhere = far.run({"fetch", "--tests-dir", far.tests(), "--model=m", "--tools-dir",
                                 far.tools(), "--backend=cpu"});
  CHECK(nowhere.exit_status == 3);
  CHECK(contains(nowhere.err, "ssh reaches no such machine, or is not let in"));
  CHECK(contains(nowhere.err, "try: ssh ssh://nowhere true"));
}

}  // namespace
}  // namespace sharkreg::e2e
