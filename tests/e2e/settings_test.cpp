// SPDX-License-Identifier: Apache-2.0
// Where settings come from, and what each kind of end has for an exit status.
#include <doctest/doctest.h>

#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

// The line of `sharkreg config` about an option.
std::string config_line(const Sandbox& sandbox, const std::string& option,
                        const Arguments& more = {}) {
  Arguments arguments{"config", "--tests-dir", sandbox.tests()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Ended ended = sandbox.run(arguments);
  INFO(ended.err);
  REQUIRE(ended.exit_status == 0);
  const std::size_t start = ("\n" + ended.out).find("\n" + option + " ");
  REQUIRE(start != std::string::npos);
  return ended.out.substr(start, ended.out.find('\n', start) - start);
}

void check_from(const std::string& line, const std::string& value, const std::string& place) {
  CHECK(contains(line, " " + value + " "));
  CHECK(contains(line, place));
}

// Models for quick runs with stub tools.
class Suite {
 public:
  Suite() {
    sandbox.write_stub_tools();
    sandbox.write_model("m", "good", R"({"mlir": "program.mlir"})");
  }

  Ended run(const Arguments& more) const {
    Arguments arguments{"--tests-dir", sandbox.tests(), "--model=m", "--tools-dir",
                        sandbox.tools()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return sandbox.run(arguments);
  }

  Sandbox sandbox;
};

}  // namespace

TEST_CASE("command line over variables over the suite's file over the user's over defaults") {
  Sandbox sandbox;
  std::filesystem::create_directory(sandbox.tests());
  check_from(config_line(sandbox, "timeout"), "600", "default");

  sandbox.write("home/.config/sharkreg/sharkreg.cfg", "timeout = 50\nsku = mi250\n");
  check_from(config_line(sandbox, "timeout"), "50", "home/.config/sharkreg/sharkreg.cfg");

  sandbox.write("tests/sharkreg.cfg", "timeout = 40\n");
  check_from(config_line(sandbox, "timeout"), "40", "tests/sharkreg.cfg");
  check_from(config_line(sandbox, "sku"), "mi250", "home/.config/sharkreg/sharkreg.cfg");

  sandbox.environment["SHARKREG_TIMEOUT"] = "30";
  sandbox.environment["SHARKREG_ROCM_CHIP"] = "gfx1100";
  check_from(config_line(sandbox, "timeout"), "30", "SHARKREG_TIMEOUT");
  check_from(config_line(sandbox, "rocm-chip"), "gfx1100", "SHARKREG_ROCM_CHIP");
  check_from(config_line(sandbox, "timeout", {"--timeout=20"}), "20", "--timeout");

  sandbox.environment["XDG_CONFIG_HOME"] = sandbox.root() / "config";
  check_from(config_line(sandbox, "sku"), "mi300", "default");
  sandbox.write("config/sharkreg/sharkreg.cfg", "sku = mi308\n");
  check_from(config_line(sandbox, "sku"), "mi308", "config/sharkreg/sharkreg.cfg");
}

TEST_CASE("a suite's file may not name plugins to load") {
  const Sandbox sandbox;
  for (const char* option : {"backend-plugin", "fetcher-plugin", "plugin-path"}) {
    sandbox.write("tests/sharkreg.cfg", std::string(option) + " = /somewhere/libevil.so\n");
    const Ended ended = sandbox.run({"list", "--tests-dir", sandbox.tests()});
    INFO(ended.err);
    CHECK(ended.exit_status == 2);
    CHECK(contains(ended.err, "sharkreg.cfg"));
    CHECK(contains(ended.err, option));
  }
}

TEST_CASE("exit status 0: all is fine, also with unavailable devices and unexpected passes") {
  const Suite suite;
  CHECK(suite.run({"--rocm-root", suite.sandbox.root()}).exit_status == 0);
  suite.sandbox.write_model("m", "better", R"({"mlir": "program.mlir",
                                               "cpu_run_test_expecting_to_fail": true})");
  const Ended ended = suite.run({"--backend=cpu"});
  CHECK(ended.exit_status == 0);
  CHECK(verdict_of(suite.sandbox.events(), "m/better", "run cpu") == "xpass");
  CHECK(suite.run({"--backend=cpu", "--strict-xfail"}).exit_status == 1);
  CHECK(suite.run({"--backend=cpu", "--xfail=skip", "--strict-xfail"}).exit_status == 0);
  CHECK(verdict_of(suite.sandbox.events(), "m/better", "run cpu") == "xfail");
}

TEST_CASE("exit status 1: a verdict is bad") {
  const Suite suite;
  suite.sandbox.write_program("tools/iree-compile", "#!/bin/sh\necho broken >&2\nexit 1\n");
  CHECK(suite.run({"--backend=cpu"}).exit_status == 1);
  CHECK(verdict_of(suite.sandbox.events(), "m/good", "compile cpu") == "compile-error");
  suite.sandbox.write_program("tools/iree-compile", "#!/bin/sh\nkill -SEGV $$\n");
  CHECK(suite.run({"--backend=cpu"}).exit_status == 1);
  CHECK(verdict_of(suite.sandbox.events(), "m/good", "compile cpu") == "crash");
}

TEST_CASE("exit status 2: wrong usage or an invalid file, of which the others still run") {
  const Suite suite;
  CHECK(suite.run({"--no-such-option"}).exit_status == 2);
  CHECK(suite.run({"--model=nothing"}).exit_status == 2);
  CHECK(suite.run({"--timeout=soon"}).exit_status == 2);
  suite.sandbox.write_model("m", "bad", R"({"mlri": "program.mlir"})");
  CHECK(suite.run({"--backend=cpu"}).exit_status == 2);
  CHECK(verdict_of(suite.sandbox.events(), "m/bad", "read") == "invalid");
  CHECK(verdict_of(suite.sandbox.events(), "m/good", "run cpu") == "pass");
}

TEST_CASE("exit status 3: broken infrastructure beats a bad verdict") {
  const Suite suite;
  suite.sandbox.write_model("m", "gone", R"({"mlir": "gone.mlir"})");
  suite.sandbox.write_program("tools/iree-run-module", "#!/bin/sh\nexit 1\n");
  CHECK(suite.run({"--backend=cpu"}).exit_status == 3);
  CHECK(verdict_of(suite.sandbox.events(), "m/gone", "compile cpu") == "infra");
  CHECK(verdict_of(suite.sandbox.events(), "m/good", "run cpu") == "run-error");
}

TEST_CASE("a run in which nothing was judged is not a success") {
  const Suite suite;
  suite.sandbox.write_model("m", "good", R"({"mlir": "program.mlir", "rocm_tests_only": true})");
  const Ended ended = suite.run({"--backend=cpu"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status != 0);
  CHECK(contains(ended.out, "nothing was judged"));
}

}  // namespace sharkreg::e2e
