// SPDX-License-Identifier: Apache-2.0
// Runs that are cut short: by time limits, by Ctrl-C, by a kill that nobody can catch. The tool
// hangs, ignores SIGTERM and SIGINT, and has a child that does the same.
#include <charconv>
#include <fstream>
#include <signal.h>
#include <thread>

#include <doctest/doctest.h>

#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view hanging_compiler = R"(#!/bin/sh
hang() {
  trap '' TERM INT
  sh -c 'trap "" TERM INT; echo $$ > ROOT/grandchild; while :; do sleep 1; done' &
  while [ ! -s ROOT/grandchild ]; do sleep 0.01; done
  echo $$ > ROOT/child
  while :; do sleep 1; done
}
for word in "$@"; do
  if [ -f "$word" ] && grep -q hang "$word"; then hang; fi
done
echo "a module" > "$2"
)";

std::string with_root(std::string text, const fs::path& root) {
  for (std::size_t at; (at = text.find("ROOT")) != std::string::npos;) {
    text.replace(at, 4, root.string());
  }
  return text;
}

// Zombies do not count: who reaps them is not known in a container.
bool is_alive(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(stat, line)) return false;
  const char state = line.at(line.rfind(')') + 2);
  return state != 'Z' && state != 'X';
}

bool within(milliseconds limit, const auto& condition) {
  const auto deadline = steady_clock::now() + limit;
  while (!condition()) {
    if (steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return true;
}

// Three models of which the second hangs the compiler.
class HangingSuite {
 public:
  HangingSuite() {
    sandbox.write_stub_tools();
    sandbox.write_program("tools/iree-compile",
                          with_root(std::string(hanging_compiler), sandbox.root()));
    for (const char* name : {"a_first", "b_second", "c_third"}) {
      sandbox.write_model("m", name, R"({"mlir": ")" + std::string(name) + R"(.mlir"})");
      const bool hangs = std::string_view(name) == "b_second";
      sandbox.write(fs::path("tests/m") / (std::string(name) + ".mlir"), hangs ? "hang" : "fine");
    }
  }

  Arguments arguments(const Arguments& more = {}) const {
    Arguments all{"--tests-dir",   sandbox.tests(),
                  "--model=m",     "--tools-dir",
                  sandbox.tools(), "--backend=cpu",
                  "--junit",       sandbox.root() / "junit.xml",
                  "--summary",     sandbox.root() / "summary.md",
                  // With several the second model could be ready before the first.
                  "--fetch-jobs=1", "--jobs=1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  void wait_until_it_hangs() const {
    // A shell makes the file before it writes the number.
    const auto has_content = [this](const char* file) {
      std::error_code none_yet;
      return fs::file_size(sandbox.root() / file, none_yet) > 0 && !none_yet;
    };
    REQUIRE(within(std::chrono::seconds(60),
                   [&] { return has_content("grandchild") && has_content("child"); }));
    REQUIRE(is_alive(pid_in("child")));
    REQUIRE(is_alive(pid_in("grandchild")));
  }

  bool nothing_left(milliseconds limit) const {
    return within(limit,
                  [&] { return !is_alive(pid_in("child")) && !is_alive(pid_in("grandchild")); });
  }

  Sandbox sandbox;

 private:
  pid_t pid_in(const char* file) const {
    std::ifstream stream(sandbox.root() / file);
    pid_t pid = 0;
    stream >> pid;
    REQUIRE(pid > 1);
    return pid;
  }
};

void check_interrupted_run(const HangingSuite& suite, const Ended& ended) {
  CHECK(suite.nothing_left(milliseconds(0)));
  const std::vector<core::Event> events = suite.sandbox.events();
  CHECK(verdict_of(events, "m/a_first", "compile cpu") == "pass");
  CHECK(verdict_of(events, "m/a_first", "run cpu") == "pass");
  CHECK(verdict_of(events, "m/b_second", "compile cpu") == "not-run");
  CHECK(finish_of(events).interrupted);
  CHECK(finish_of(events).exit_status == ended.exit_status);
  CHECK(contains(ended.out, "m/b_second"));
  CHECK(contains(content_of(suite.sandbox.root() / "junit.xml"), "a_first"));
  CHECK(contains(content_of(suite.sandbox.root() / "summary.md"), "nterrupted"));
}

}  // namespace

TEST_CASE("Ctrl-C ends a hung tool and its child within 2 s and still writes reports") {
  const HangingSuite suite;
  Running running = suite.sandbox.start(suite.arguments());
  suite.wait_until_it_hangs();
  const auto pressed = steady_clock::now();
  running.send_to_group(SIGINT);
  const Ended ended = running.wait();
  const auto took = steady_clock::now() - pressed;
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 130);
  CHECK(took < std::chrono::seconds(2));
  check_interrupted_run(suite, ended);
}

TEST_CASE("pressing Ctrl-C twice does not cut the reports short") {
  const HangingSuite suite;
  Running running = suite.sandbox.start(suite.arguments());
  suite.wait_until_it_hangs();
  running.send_to_group(SIGINT);
  std::this_thread::sleep_for(milliseconds(100));
  running.send_to_group(SIGINT);
  const Ended ended = running.wait();
  CHECK(ended.exit_status == 130);
  check_interrupted_run(suite, ended);
}

TEST_CASE("SIGTERM ends a run like Ctrl-C, with exit status 143") {
  const HangingSuite suite;
  Running running = suite.sandbox.start(suite.arguments());
  suite.wait_until_it_hangs();
  running.send(SIGTERM);
  const Ended ended = running.wait();
  CHECK(ended.exit_status == 143);
  check_interrupted_run(suite, ended);
}

TEST_CASE("after kill -9 every finished step is in the file, and no process is left") {
  const HangingSuite suite;
  Running running = suite.sandbox.start(suite.arguments());
  suite.wait_until_it_hangs();
  running.send(SIGKILL);
  const Ended ended = running.wait();
  CHECK(ended.signal == SIGKILL);
  CHECK(suite.nothing_left(std::chrono::seconds(5)));

  const std::vector<core::Event> events = suite.sandbox.events();
  CHECK(verdict_of(events, "m/a_first", "compile cpu") == "pass");
  CHECK(verdict_of(events, "m/a_first", "run cpu") == "pass");
  CHECK(verdicts_of(events).size() == 2);
  const Ended report = suite.sandbox.run({"report", suite.sandbox.results_file()});
  INFO(report.out, report.err);
  CHECK(contains(report.out, "m/a_first"));
}

TEST_CASE("a step beyond its time limit is ended with its descendants, and the others still run") {
  const HangingSuite suite;
  const Ended ended = suite.sandbox.run(suite.arguments({"--timeout=1"}));
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 1);
  CHECK(suite.nothing_left(milliseconds(0)));
  const std::vector<core::Event> events = suite.sandbox.events();
  CHECK(verdict_of(events, "m/b_second", "compile cpu") == "timeout");
  CHECK(verdict_of(events, "m/b_second", "run cpu") == "blocked");
  for (const char* other : {"m/a_first", "m/c_third"}) {
    CHECK(verdict_of(events, other, "compile cpu") == "pass");
    CHECK(verdict_of(events, other, "run cpu") == "pass");
  }
  const core::StepFinished hung = step_of(events, "m/b_second", "compile cpu");
  CHECK(hung.seconds >= 1);
  CHECK(hung.seconds < 6);
  CHECK(contains(hung.sentence, "limit of 1"));
}

}  // namespace sharkreg::e2e
