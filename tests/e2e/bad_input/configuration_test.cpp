// SPDX-License-Identifier: Apache-2.0
// Variables and configuration files that are wrong.
#include <filesystem>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "scene.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

void variable_is_refused(const std::string& name, const std::string& value, const Texts& texts) {
  Scene scene;
  scene.box.environment[name] = value;
  check_refusal(scene.run(), 2, texts);
}

void suite_file_is_refused(std::string_view content, const Texts& texts) {
  const Scene scene;
  const std::string file = scene.box.write("tests/sharkreg.cfg", content);
  check_refusal(scene.run(), 2, {file});
  check_refusal(scene.run(), 2, texts);
}

}  // namespace

TEST_CASE("variable: no number") {
  variable_is_refused("SHARKREG_TIMEOUT", "abc", {R"(SHARKREG_TIMEOUT is "abc")", "a number"});
}

TEST_CASE("variable: neither true nor false") {
  variable_is_refused("SHARKREG_NO_PROBE", "yes",
                      {R"(SHARKREG_NO_PROBE is "yes")", "true or false"});
}

TEST_CASE("variable: out of range, named as the variable that it is") {
  variable_is_refused("SHARKREG_TIMEOUT", "-1", {"SHARKREG_TIMEOUT is -1", "above 0"});
}

TEST_CASE("variable: a list that names nothing") {
  variable_is_refused("SHARKREG_REQUIRE", ",", {R"(SHARKREG_REQUIRE is ",")"});
}

TEST_CASE("variable: a misspelled name is noted") {
  Scene scene;
  scene.box.environment["SHARKREG_TIMEOT"] = "5";
  const Ended ended = scene.run();
  check_fine(scene.box, ended);
  CHECK(
      contains(ended.out, "SHARKREG_TIMEOT stands for no option; did you mean SHARKREG_TIMEOUT?"));
}

TEST_CASE("variable: one that a plugin reads is not taken for a misspelled option") {
  Scene scene;
  for (const char* name :
       {"SHARKREG_CACERT", "SHARKREG_HTTP_STALL_SECONDS", "SHARKREG_HTTP_TOKEN_MODELS_ACME_COM"}) {
    scene.box.environment[name] = "1";
  }
  const Ended ended = scene.run();
  check_fine(scene.box, ended);
  CHECK_FALSE(contains(ended.out + ended.err, "stands for no option"));
}

TEST_CASE("variable: an empty one counts as not set") {
  Scene scene;
  scene.box.environment["SHARKREG_TIMEOUT"] = "";
  check_fine(scene.box, scene.run());
}

TEST_CASE("configuration: not lines of names and values") {
  suite_file_is_refused("garbage", {"'garbage'", "NAME = VALUE"});
}

TEST_CASE("configuration: bytes") {
  suite_file_is_refused(std::string_view("\xff\xfe\0=1", 5), {"is not an option"});
}

TEST_CASE("configuration: an unknown option") {
  suite_file_is_refused("tiemout = 5\n", {"did you mean --timeout?"});
}

TEST_CASE("configuration: no number") {
  suite_file_is_refused("timeout = abc\n", {R"(timeout is "abc"; expected a number)"});
}

TEST_CASE("configuration: an option twice") {
  suite_file_is_refused("timeout = 5\ntimeout = 6\n", {"timeout is given 2 times"});
}

TEST_CASE("configuration: a section") {
  suite_file_is_refused("[limits]\ntimeout = 5\n", {"--limits.timeout is not an option"});
}

TEST_CASE("configuration: a suite that names a plugin to load") {
  suite_file_is_refused("backend-plugin = libcpu.so\n",
                        {"a suite may not name plugins to load", "your own configuration file"});
}

TEST_CASE("configuration: a directory") {
  const Scene scene;
  fs::create_directory(scene.box.tests() / "sharkreg.cfg");
  check_refusal(scene.run(), 2, {"sharkreg.cfg: it is a directory", "NAME = VALUE"});
}

TEST_CASE("configuration: a pipe that nobody writes to") {
  const Scene scene;
  REQUIRE(::mkfifo((scene.box.tests() / "sharkreg.cfg").c_str(), 0600) == 0);
  check_refusal(scene.run(), 2, {"sharkreg.cfg: it is a pipe or a device"});
}

TEST_CASE("configuration: a link to itself") {
  const Scene scene;
  fs::create_symlink("sharkreg.cfg", scene.box.tests() / "sharkreg.cfg");
  check_refusal(scene.run(), 2, {"sharkreg.cfg: Too many levels of symbolic links"});
}

TEST_CASE("configuration: the user's own is as strict") {
  const Scene scene;
  const std::string file = scene.box.write("home/.config/sharkreg/sharkreg.cfg", "tiemout = 5\n");
  check_refusal(scene.run(), 2, {file, "did you mean --timeout?"});
}

}  // namespace sharkreg::e2e
