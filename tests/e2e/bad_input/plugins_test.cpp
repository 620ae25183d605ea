// SPDX-License-Identifier: Apache-2.0
// Files that are named as plugins, or lie where plugins are looked for, and cannot be used as such.
#include <filesystem>
#include <string>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "scene.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

std::string fixture(const std::string& name) {
  return std::string(SHARKREG_FIXTURES) + "/" + name + "/lib" + name + ".so";
}

fs::path built_in(const std::string& name) {
  return fs::path(SHARKREG_PLUGIN_DIR) / ("lib" + name + ".so");
}

// Named on the command line: nothing runs.
void is_refused(const std::string& file, const Texts& texts) {
  const Scene scene;
  const Ended ended = scene.run({"--backend-plugin", file});
  check_refusal(ended, 3, {file});
  check_refusal(ended, 3, texts);
}

void file_is_refused(const std::string& name, std::string_view content, const Texts& texts) {
  const Sandbox box;
  is_refused(box.write(name, content), texts);
}

}  // namespace

TEST_CASE("plugin: a file that is not there") {
  const Scene scene;
  check_refusal(scene.run({"--backend-plugin=/nowhere/libacme.so"}), 2,
                {"there is no plugin file /nowhere/libacme.so"});
}

TEST_CASE("plugin: a name that is nowhere on the search path") {
  const Scene scene;
  check_refusal(
      scene.run({"--backend-plugin=libcup.so"}), 2,
      {R"(no plugin file "libcup.so")", "did you mean libcpu.so?", "SHARKREG_PLUGIN_PATH"});
}

TEST_CASE("plugin: a text file") {
  file_is_refused("text.so", "no library\n", {"is not a shared library", "ELF"});
}

TEST_CASE("plugin: an empty file") {
  file_is_refused("empty.so", "", {"is empty", "build it again"});
}

TEST_CASE("plugin: a library that is cut off") {
  file_is_refused("cut.so", content_of(built_in("cpu")).substr(0, 5000),
                  {"is cut short: it has 5000 bytes", "copy or download it again"});
}

TEST_CASE("plugin: a directory") {
  const Sandbox box;
  is_refused(box.work(), {"is a directory", "name a file in it"});
}

TEST_CASE("plugin: a pipe that nobody writes to") {
  const Sandbox box;
  const std::string pipe = box.root() / "pipe.so";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  is_refused(pipe, {"is no regular file"});
}

TEST_CASE("plugin: a file that everybody can write") {
  const Sandbox box;
  const fs::path file = box.root() / "libopen.so";
  fs::copy_file(built_in("cpu"), file);
  fs::permissions(file, fs::perms(0777));
  is_refused(file, {"can be written by everybody", "chmod o-w"});
}

TEST_CASE("plugin: a library without the function") {
  is_refused(fixture("no_symbol"), {"exports no function sharkreg_plugin", "sharkreg's SDK"});
}

TEST_CASE("plugin: of another ABI major") {
  is_refused(fixture("other_major"), {"version 7.", "wanted is 1.x", "update sharkreg"});
}

TEST_CASE("plugin: needs a newer host") {
  is_refused(fixture("minor_too_new"), {"1.99", "or newer", "update sharkreg"});
}

TEST_CASE("plugin: with another magic number") {
  is_refused(fixture("wrong_magic"), {"0x1122334455667788", "wanted is 0x"});
}

TEST_CASE("plugin: without a description") {
  is_refused(fixture("null_descriptor"), {"null pointer", "ask its author"});
}

TEST_CASE("plugin: a symbol that nobody defines") {
  is_refused(fixture("needs_more"), {"undefined symbol: nobody_defines_this", "link the plugin"});
}

TEST_CASE("plugin: aborts when it is loaded") {
  is_refused(fixture("aborts_when_loaded"), {"was killed by SIGABRT"});
}

TEST_CASE("plugin: throws when it is made") {
  is_refused(fixture("throws_in_create"), {"the constructor throws"});
}

TEST_CASE("plugin: throws when it describes itself") {
  is_refused(fixture("throws_in_describe"), {"misbehaving", "an exception of unknown type"});
}

TEST_CASE("plugin: hangs when it describes itself") {
  is_refused(fixture("hangs_in_describe"), {"ran longer than its limit"});
}

TEST_CASE("plugin: declares an option that is not its own") {
  is_refused(fixture("wrong_option"), {R"("other-option")", R"("misbehaving-")"});
}

TEST_CASE("plugin: prints when it is loaded") {
  const Scene scene;
  check_fine(scene.box, scene.run({"--backend-plugin", fixture("prints_when_loaded")}));
}

TEST_CASE("plugin: one without a backend in it") {
  const Scene scene;
  check_refusal(scene.box.run({"--tests-dir", scene.box.tests(), "--model=fine",
                               "--backend-plugin=libfile.so"}),
                2, {"libfile.so has no backend in it"});
}

TEST_CASE("plugin: two of one name") {
  const Sandbox box;
  const fs::path copy = box.root() / "libcpu_copy.so";
  fs::copy_file(built_in("cpu"), copy);
  const Scene scene;
  check_refusal(scene.run({"--backend-plugin", copy}), 2,
                {R"(two plugins offer the backend "cpu")", copy.string(), built_in("cpu").string(),
                 "remove one of them"});
}

TEST_CASE("plugin: the same file twice is one") {
  const Scene scene;
  check_fine(scene.box, scene.run({"--backend-plugin=libcpu.so", "--backend-plugin=libcpu.so"}));
}

TEST_CASE("plugin directory: full of other things") {
  const Scene scene;
  const fs::path directory = scene.box.root() / "plugins";
  scene.box.write("plugins/text.so", "no library\n");
  scene.box.write("plugins/empty.so", "");
  scene.box.write("plugins/README", "read me");
  fs::create_directory(directory / "directory.so");
  fs::create_symlink("nowhere", directory / "dangling.so");
  fs::create_symlink("/dev/zero", directory / "endless.so");
  check_fine(scene.box, scene.run({"--plugin-path", directory}));

  const Ended listed = scene.box.run({"plugins", "--plugin-path", directory});
  INFO(listed.out);
  CHECK(listed.exit_status == 0);
  CHECK(count_of(listed.out, "  refused: ") == 5);
  CHECK(contains(listed.out, "  accepted: cpu "));
}

TEST_CASE("plugin directory: not there") {
  const Scene scene;
  check_fine(scene.box, scene.run({"--plugin-path=/nowhere"}));
}

}  // namespace sharkreg::e2e
