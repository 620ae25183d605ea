// SPDX-License-Identifier: Apache-2.0
// What a run leaves and shows: reports, the layout of files, a terminal.
#include <array>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

// One model that passes, one whose compile fails, with stub tools.
class Suite {
 public:
  Suite() {
    sandbox.write_stub_tools();
    sandbox.write_program(
        "tools/iree-compile",
        "#!/bin/sh\nif grep -q bad \"$3\"; then echo \"bad.mlir:1:2: error: no\" >&2; exit 1; fi\n"
        "echo a module > \"$2\"\n");
    sandbox.write_model("m", "good", R"({"mlir": "good.mlir", "real_weights": "w.irpa"})");
    sandbox.write_model("m", "wrong", R"({"mlir": "bad.mlir"})");
    sandbox.write("tests/m/good.mlir", "fine");
    sandbox.write("tests/m/w.irpa", "weights");
    sandbox.write("tests/m/bad.mlir", "bad");
  }

  Arguments arguments(const Arguments& more = {}) const {
    Arguments all{"--tests-dir", sandbox.tests(), "--model=m",
                  "--tools-dir", sandbox.tools(), "--backend=cpu"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  Sandbox sandbox;
};

// Everything that a program prints to a terminal of 100 columns; its exit status.
struct OnTerminal {
  std::string text;
  int exit_status = -1;
};

// The environment stands in front of the program's path: env(1) sets it.
OnTerminal run_on_terminal(const Sandbox& sandbox, const Arguments& arguments) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  REQUIRE(master >= 0);
  REQUIRE(::grantpt(master) == 0);
  REQUIRE(::unlockpt(master) == 0);
  const winsize size{30, 100, 0, 0};
  REQUIRE(::ioctl(master, TIOCSWINSZ, &size) == 0);
  std::array<char, 128> name{};
  REQUIRE(::ptsname_r(master, name.data(), name.size()) == 0);

  std::string command = "exec > " + std::string(name.data()) + " 2>&1; exec \"$@\"";
  Arguments words{"-c", command, "sh", SHARKREG_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  // Kept open here, so that reading waits for the program instead of failing before it opens it.
  const int slave = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  REQUIRE(slave >= 0);
  OnTerminal result;
  {
    Running running = sandbox.start_program("/bin/sh", words);
    const auto read_what_is_there = [&](int wait_ms) {
      pollfd readable{master, POLLIN, 0};
      std::array<char, 4096> buffer;
      while (::poll(&readable, 1, wait_ms) == 1) {
        const ssize_t count = ::read(master, buffer.data(), buffer.size());
        if (count <= 0) return;
        result.text.append(buffer.data(), static_cast<std::size_t>(count));
      }
    };
    siginfo_t ended{};
    while (::waitid(P_PID, static_cast<id_t>(running.pid()), &ended, WEXITED | WNOHANG | WNOWAIT) ==
               0 &&
           ended.si_pid == 0) {
      read_what_is_there(20);
    }
    read_what_is_there(0);
    result.exit_status = running.wait().exit_status;
  }
  ::close(slave);
  ::close(master);
  return result;
}

}  // namespace

TEST_CASE("report shows a finished run again with the same summary and exit status") {
  const Suite suite;
  const Ended ran = suite.sandbox.run(suite.arguments());
  CHECK(ran.exit_status == 1);
  const Ended report = suite.sandbox.run({"report", suite.sandbox.results_file()});
  CHECK(report.exit_status == 1);
  CHECK(report.out.size() > 200);
  CHECK(ran.out.ends_with(report.out));

  const fs::path junit = suite.sandbox.root() / "again.xml";
  CHECK(suite.sandbox.run({"report", suite.sandbox.results_file(), "--junit", junit}).exit_status ==
        1);
  CHECK(contains(content_of(junit), "<testsuite"));
  CHECK(suite.sandbox.run({"report", suite.sandbox.root() / "gone.jsonl"}).exit_status == 2);
  CHECK(suite.sandbox.run({"report"}).exit_status == 2);
}

TEST_CASE("a bad verdict is told with the tool's error, its log and a command to repeat it") {
  const Suite suite;
  const Ended ran = suite.sandbox.run(suite.arguments());
  const core::StepFinished bad = step_of(suite.sandbox.events(), "m/wrong", "compile cpu");
  CHECK(contains(ran.out, "bad.mlir:1:2: error: no"));
  CHECK(contains(ran.out, bad.log));
  CHECK(contains(content_of(bad.log), "error: no"));
  CHECK(contains(ran.out, bad.repeat));
  const Ended repeated = suite.sandbox.run_program("/bin/sh", {"-c", bad.repeat});
  CHECK(repeated.exit_status == 1);
  CHECK(verdict_of(suite.sandbox.events(), "m/wrong", "compile cpu") == "compile-error");
  CHECK(verdicts_of(suite.sandbox.events()).size() == 2);
}

TEST_CASE("JUnit is replaced, the summary grows") {
  const Suite suite;
  const fs::path junit = suite.sandbox.write("reports/junit.xml", "old");
  const fs::path summary = suite.sandbox.write("reports/summary.md", "# Before\n");
  CHECK(suite.sandbox.run(suite.arguments({"--junit", junit, "--summary", summary})).exit_status ==
        1);
  const std::string xml = content_of(junit);
  CHECK(xml.starts_with("<?xml"));
  CHECK(count_of(xml, "<testcase ") == 4);
  CHECK(count_of(xml, "<failure") == 1);
  const std::string markdown = content_of(summary);
  CHECK(markdown.starts_with("# Before\n"));
  CHECK(contains(markdown, "compile-error"));
  CHECK(contains(markdown, "wrong"));

  const Ended unwritable = suite.sandbox.run(
      suite.arguments({"--submodel=good", "--junit", suite.sandbox.root() / "tests" / "m"}));
  CHECK(unwritable.exit_status == 3);
  CHECK(contains(unwritable.err, "JUnit file could not be written"));
}

TEST_CASE("artifacts and modules lie where IREE_TEST_FILES and TEST_OUTPUT_ARTIFACTS say") {
  Suite suite;
  suite.sandbox.environment["IREE_TEST_FILES"] = suite.sandbox.root() / "files";
  suite.sandbox.environment["TEST_OUTPUT_ARTIFACTS"] = suite.sandbox.root() / "out";
  CHECK(suite.sandbox.run(suite.arguments({"--submodel=good", "--backend=cpu,rocm", "--no-probe"}))
            .exit_status == 0);
  const fs::path artifacts = suite.sandbox.root() / "files" / "artifacts" / "m_good";
  CHECK(content_of(artifacts / "good.mlir") == "fine");
  CHECK(content_of(artifacts / "w.irpa") == "weights");
  const fs::path modules = suite.sandbox.root() / "out" / "m_good_vmfbs";
  CHECK(content_of(modules / "model.cpu.vmfb") == "a module\n");
  CHECK(content_of(modules / "model.rocm_gfx942.vmfb") == "a module\n");
}

TEST_CASE("where there is no terminal nothing but plain lines is printed") {
  Suite suite;
  CHECK_FALSE(contains(suite.sandbox.run(suite.arguments()).out, "\x1b"));
  suite.sandbox.environment["NO_COLOR"] = "1";
  suite.sandbox.environment["CI"] = "true";
  const OnTerminal terminal = run_on_terminal(suite.sandbox, suite.arguments());
  CHECK_FALSE(contains(terminal.text, "\x1b"));
  CHECK(contains(terminal.text, "m/good"));
  const Ended coloured = suite.sandbox.run(suite.arguments({"--color=always"}));
  CHECK(contains(coloured.out, "\x1b["));
}

TEST_CASE("a terminal shows what runs now and ends with the same summary") {
  Suite suite;
  suite.sandbox.environment["TERM"] = "xterm-256color";
  suite.sandbox.write_program("tools/iree-run-module", "#!/bin/sh\nsleep 0.6\n");
  const OnTerminal terminal = run_on_terminal(suite.sandbox, suite.arguments());
  INFO(terminal.text);
  CHECK(terminal.exit_status == 1);
  CHECK(contains(terminal.text, "\x1b["));
  CHECK(contains(terminal.text, "run cpu"));
  CHECK(contains(terminal.text, "4 steps: "));
}

}  // namespace sharkreg::e2e
