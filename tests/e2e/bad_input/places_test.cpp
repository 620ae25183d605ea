// SPDX-License-Identifier: Apache-2.0
// Directories that are missing, full, read-only, or no directories.
#include <filesystem>

#include <doctest/doctest.h>

#include "base/text.h"
#include "scene.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

void is_no_suite(const std::string& directory, const std::string& why) {
  const Sandbox box;
  check_refusal(box.run({"--tests-dir", directory}), 2, {directory, why, "--tests-dir"});
}

// How to start a program that may mount; empty where nobody may.
Arguments mounting(const Sandbox& box) {
  for (const Arguments& words :
       {Arguments{"--mount"}, Arguments{"--user", "--map-root-user", "--mount"}}) {
    Arguments probe = words;
    probe.insert(probe.end(), {"mount", "-t", "tmpfs", "tmpfs", box.work()});
    if (fs::exists("/usr/bin/unshare") &&
        box.run_program("/usr/bin/unshare", probe).exit_status == 0) {
      return words;
    }
  }
  return {};
}

// sharkreg in a mount namespace of its own, where `setup` was done before; nothing if that is not
// allowed here.
std::optional<Ended> run_after(const Scene& scene, const std::string& setup,
                               const Arguments& more) {
  Arguments words = mounting(scene.box);
  if (words.empty()) {
    MESSAGE("skipped: mounting is not allowed here");
    return std::nullopt;
  }
  words.insert(words.end(),
               {"sh", "-c", "set -e; " + setup + "; exec \"$0\" \"$@\"", SHARKREG_PROGRAM});
  for (const std::string& argument : scene.arguments(more)) words.push_back(argument);
  return scene.box.run_program("/usr/bin/unshare", words);
}

}  // namespace

TEST_CASE("tests directory: not there") {
  is_no_suite("/nowhere/tests", "there is no such directory");
}

TEST_CASE("tests directory: a file") {
  is_no_suite("/dev/null", "it is not a directory");
}

TEST_CASE("tests directory: without models") {
  const Sandbox box;
  is_no_suite(box.work(), "no directory with a .json file in it");
}

TEST_CASE("tests directory: entries that are no models do no harm") {
  const Scene scene;
  fs::create_symlink(".", scene.box.tests() / "itself");
  fs::create_symlink("nowhere", scene.box.tests() / "dangling");
  scene.box.write("tests/fine/README.txt", "not a model");
  fs::create_directory(scene.box.tests() / "empty");
  check_fine(scene.box, scene.run());
}

TEST_CASE("tests directory: names with spaces and umlauts") {
  const Scene scene;
  scene.box.write_model("ein mödel", "a b'c", R"({"mlir": "program.mlir"})");
  check_fine(scene.box, scene.run({"--model=*mödel"}));
  CHECK(verdict_of(scene.box.events(), "ein mödel/a b'c", "run cpu") == "pass");
}

TEST_CASE("tools directory: not there") {
  const Scene scene;
  check_refusal(scene.run({"--tools-dir=/nowhere"}), 2,
                {R"(--tools-dir is "/nowhere": there is no such directory)", "the compiler"});
}

TEST_CASE("tools directory: a file") {
  const Scene scene;
  check_refusal(scene.run({"--tools-dir=/dev/null"}), 2, {"that is no directory"});
}

TEST_CASE("output directory: a file is there") {
  const Scene scene;
  const std::string file = scene.box.write("out", "");
  check_refusal(scene.run({"--output-dir", file}), 3,
                {file, "Not a directory", "name another directory by --output-dir"});
}

TEST_CASE("output directory: a place where nothing can be made") {
  const Scene scene;
  check_refusal(scene.run({"--output-dir=/proc/out"}), 3, {"/proc/out", "--output-dir"});
}

TEST_CASE("output directory: read-only") {
  const Scene scene;
  const std::string directory = scene.box.root() / "out";
  fs::create_directory(directory);
  const auto ended =
      run_after(scene, "mount -t tmpfs -o ro tmpfs " + directory, {"--output-dir", directory});
  if (ended) check_refusal(*ended, 3, {directory, "Read-only file system", "--output-dir"});
}

TEST_CASE("output directory: full") {
  const Scene scene;
  const std::string directory = scene.box.root() / "out";
  fs::create_directory(directory);
  // Full while the bad model is compiled; what it leaves is removed before the other's turn.
  scene.spoil("iree-compile", "head -c 1000000 /dev/zero > \"$output\" || exit 1");
  const auto ended = run_after(scene, "mount -t tmpfs -o size=128k tmpfs " + directory,
                               {"--output-dir", directory});
  if (!ended) return;
  check_step(scene.box, *ended, "compile cpu", "infra", 3,
             {"the disk of " + directory, "is full", "make room there", "--output-dir"});
}

TEST_CASE("cache directory: a file is there") {
  const Scene scene;
  const std::string file = scene.box.write("kept", "");
  check_refusal(scene.run({"--cache-dir", file}), 3,
                {file, "name another directory by --cache-dir"});
}

TEST_CASE("cache directory: read-only") {
  const Scene scene;
  const std::string directory = scene.box.root() / "kept";
  fs::create_directory(directory);
  const auto ended =
      run_after(scene, "mount -t tmpfs -o ro tmpfs " + directory, {"--cache-dir", directory});
  if (ended) check_refusal(*ended, 3, {directory, "Read-only file system", "--cache-dir"});
}

TEST_CASE("artifacts directory: a file is there") {
  const Scene scene;
  const std::string file = scene.box.write("artifacts", "");
  check_refusal(scene.run({"--artifacts-dir", file}), 3,
                {file, "name another directory by --artifacts-dir"});
}

TEST_CASE("home: not set") {
  Scene scene;
  scene.box.environment.erase("HOME");
  scene.box.environment.erase("XDG_CACHE_HOME");
  const Ended ended = scene.run({"--cache-dir", scene.box.cache()});
  check_fine(scene.box, ended);
}

TEST_CASE("home: relative variables are passed over") {
  Scene scene;
  scene.box.environment["HOME"] = "here";
  scene.box.environment["XDG_CACHE_HOME"] = "there";
  check_fine(scene.box, scene.run({"--cache-dir", scene.box.cache()}));
  CHECK(fs::is_empty(scene.box.work()));
}

TEST_CASE("home: nothing can be remembered there") {
  Scene scene;
  scene.box.environment["XDG_CACHE_HOME"] = "/proc/nowhere";
  check_fine(scene.box, scene.run({"--cache-dir", scene.box.cache()}));
}

TEST_CASE("temporary directory: not there") {
  Scene scene;
  scene.box.environment["TMPDIR"] = "/nowhere";
  check_fine(scene.box, scene.run());
}

TEST_CASE("current directory: deleted") {
  const Sandbox box;
  Arguments words{"-c", "mkdir gone && cd gone && rmdir ../gone && exec \"$0\" \"$@\"",
                  SHARKREG_PROGRAM, "--help"};
  check_refusal(box.run_program("/bin/sh", words), 2,
                {"the current directory cannot be used", "change to a directory that exists"});
}

TEST_CASE("JUnit file: in a place where nothing can be made") {
  const Scene scene;
  const Ended ended = scene.run({"--junit=/proc/x/report.xml"});
  CHECK(ended.exit_status == 3);
  CHECK(contains(ended.err, "the JUnit file could not be written"));
  CHECK(contains(ended.err, "/proc/x"));
  CHECK(count_of(ended.err, "\n") == 1);
  CHECK(verdict_of(scene.box.events(), "fine/model", "run cpu") == "pass");
}

TEST_CASE("JUnit file: a directory") {
  const Scene scene;
  const Ended ended = scene.run({"--junit", scene.box.work()});
  CHECK(ended.exit_status == 3);
  CHECK(contains(ended.err, "it is a directory, not a file"));
}

TEST_CASE("summary: a full device") {
  const Scene scene;
  const Ended ended = scene.run({"--summary=/dev/full"});
  CHECK(ended.exit_status == 3);
  CHECK(contains(ended.err, "the summary could not be written"));
  CHECK(contains(ended.err, "No space left on device"));
}

}  // namespace sharkreg::e2e
