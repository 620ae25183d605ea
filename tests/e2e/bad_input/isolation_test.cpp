// SPDX-License-Identifier: Apache-2.0
// Plugins that fall while they are used, and rules about which are loaded at all.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "scene.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

const std::string crashing = SHARKREG_FIXTURES "/crashing/libcrashing.so";

// How many processes have this text in their command line.
std::size_t processes_with(const std::string& text) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline");
    std::string line;
    std::getline(file, line, '\n');  // which catches what a process throws that just ended
    if (contains(line, text)) ++count;
  }
  return count;
}

// Digests of all built-in plugins, in a file.
fs::path trusted(const Sandbox& box, const std::string& without = "none") {
  std::string list = "# ours\n";
  for (const auto& entry : fs::directory_iterator(SHARKREG_PLUGIN_DIR)) {
    if (entry.path().extension() != ".so" || contains(entry.path().native(), without)) continue;
    list += core::sha256_of_file(entry.path()).value() + "  " + entry.path().native() + "\n";
  }
  return box.write("trusted", list);
}

}  // namespace

TEST_CASE("isolation: a plugin that crashes costs that case alone") {
  const Scene scene;
  scene.write_bad_model(R"({"mlir": "bad.mlir"})");
  // A copy, so that its workers can be told from those of other tests.
  const fs::path plugin = scene.box.root() / "libcrashing.so";
  fs::copy_file(crashing, plugin);
  const Ended ended = scene.box.run({"--tests-dir", scene.box.tests(), "--model=*", "--isolate=all",
                                     "--backend=crashing", "--backend-plugin=" + plugin.native()});
  CHECK(ended.exit_status == 3);
  const auto events = scene.box.events();
  CHECK(verdict_of(events, "bad/model", "compile crashing") == "infra");
  CHECK(verdict_of(events, "fine/model", "compile crashing") == "pass");
  CHECK(verdict_of(events, "fine/model", "run crashing") == "pass");
  CHECK(contains(all_text(step_of(events, "bad/model", "compile crashing")),
                 "crashing: the process that ran its plan_compile was killed by SIGABRT; it said "
                 "last: about to fall / over bad/model"));
  CHECK(processes_with(plugin.native()) == 0);
}

TEST_CASE("isolation: kill -9 of the host leaves no worker behind, though the plugin hangs") {
  const Scene scene;
  scene.box.write("tests/bad/hang.json", R"({"mlir": "bad.mlir"})");
  scene.box.write("tests/bad/bad.mlir", "");
  const fs::path plugin = scene.box.root() / "libcrashing.so";
  fs::copy_file(crashing, plugin);
  Running running =
      scene.box.start({"--tests-dir", scene.box.tests(), "--model=bad", "--isolate=all",
                       "--backend=crashing", "--backend-plugin=" + plugin.native()});
  const auto within = [](std::chrono::seconds limit, const auto& condition) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return condition();
  };
  const std::string worker = "serve" + std::string(1, '\0') + plugin.native();
  // It has begun to plan, which it never ends.
  REQUIRE(within(std::chrono::seconds(60), [&] { return processes_with(worker) > 0; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  running.send(SIGKILL);
  CHECK(running.wait().signal == SIGKILL);
  CHECK(within(std::chrono::seconds(10), [&] { return processes_with(plugin.native()) == 0; }));
}

TEST_CASE("in process: an action that ends its process is the plugin's fault, not the model's") {
  for (const auto& [flag, end] : std::map<std::string, std::string>{
           {"bad-abort", "was killed by SIGABRT"}, {"bad-exit-77", "exited with status 77"}}) {
    CAPTURE(flag);
    const Scene scene;
    scene.box.write("tests/inside/model.mlir", "");
    scene.box.write("tests/inside/model.json", R"({"mlir": "model.mlir", "backends": ["crashing"],
                              "crashing_compiler_flags": [")" +
                                                   flag + R"("]})");
    const Ended ended = scene.box.run({"--tests-dir", scene.box.tests(), "--model=fine,inside",
                                       "--backend=crashing", "--backend-plugin=" + crashing});
    CHECK(ended.exit_status == 3);
    const auto events = scene.box.events();
    CHECK(verdict_of(events, "inside/model", "compile crashing") == "infra");
    CHECK(verdict_of(events, "fine/model", "run crashing") == "pass");
    const std::string text = all_text(step_of(events, "inside/model", "compile crashing"));
    CHECK(contains(text,
                   "crashing: the process in which this plugin did its action \"compile\" " + end));
    CHECK(contains(text, crashing));
    CHECK(contains(text, "about to fall"));
  }
}

TEST_CASE("isolation: all built-in plugins work in processes of their own") {
  const Scene scene;
  check_fine(scene.box, scene.run({"--isolate=all"}));
  scene.write_model_with_output();
  CHECK(scene.run({"--isolate=all", "--model=fine"}).exit_status == 0);
}

TEST_CASE("isolation: nothing else than describe and all can be isolated") {
  const Scene scene;
  check_refusal(scene.run({"--isolate=some"}), 2, {"--isolate", "describe", "all"});
}

TEST_CASE("policy: strict takes what is listed, and says what is not") {
  const Scene scene;
  const fs::path list = trusted(scene.box);
  check_fine(scene.box,
             scene.run({"--plugin-policy=strict", "--trusted-plugins=" + list.native()}));
  check_refusal(scene.run({"--plugin-policy=strict", "--trusted-plugins=" + list.native(),
                           "--backend-plugin=" + crashing}),
                3, {crashing, "is not trusted: its SHA-256", "add that line to the list"});
  const fs::path without = trusted(scene.box, "libcpu");
  check_refusal(scene.run({"--plugin-policy=strict", "--trusted-plugins=" + without.native()}), 2,
                {"there is no backend \"cpu\"", "is not trusted"});
}

TEST_CASE("policy: digests are printed as the list has them") {
  const Sandbox box;
  const Ended printed = box.run({"plugins", "--digests"});
  CHECK(printed.exit_status == 0);
  const fs::path list = box.write("printed", printed.out);
  const Ended ended =
      box.run({"plugins", "--plugin-policy=strict", "--trusted-plugins=" + list.native()});
  CHECK(ended.exit_status == 0);
  CHECK_FALSE(contains(ended.out, "refused"));
}

TEST_CASE("policy: strict without a list") {
  const Scene scene;
  check_refusal(scene.run({"--plugin-policy=strict"}), 2,
                {"needs to know which plugins are trusted", "--trusted-plugins=FILE"});
}

TEST_CASE("policy: a list without strict") {
  const Scene scene;
  check_refusal(scene.run({"--trusted-plugins=x"}), 2,
                {"has no effect", "add --plugin-policy=strict"});
}

TEST_CASE("policy: a list that is not there, or is a directory") {
  const Scene scene;
  check_refusal(scene.run({"--plugin-policy=strict", "--trusted-plugins=/nowhere/list"}), 2,
                {"/nowhere/list"});
  check_refusal(
      scene.run({"--plugin-policy=strict", "--trusted-plugins=" + scene.box.root().native()}), 2,
      {scene.box.root().native()});
}

TEST_CASE("policy: a line that is no digest") {
  const Scene scene;
  const fs::path list = scene.box.write("list", "# one\n\nlibcpu.so\n");
  check_refusal(scene.run({"--plugin-policy=strict", "--trusted-plugins=" + list.native()}), 2,
                {"list:3: found \"libcpu.so\"", "sharkreg plugins --digests"});
}

TEST_CASE("policy: a suite cannot weaken it") {
  const Scene scene;
  scene.box.write("tests/sharkreg.cfg", "plugin-policy=owner\n");
  check_refusal(scene.run(), 2, {"plugin-policy", "may not name plugins"});
}

TEST_CASE("policy: a library that crashed is remembered, until it is to be asked again") {
  const Sandbox box;
  const fs::path plugin = box.root() / "plugins/libfalls.so";
  fs::create_directory(plugin.parent_path());
  fs::copy_file(SHARKREG_FIXTURES "/aborts_when_loaded/libaborts_when_loaded.so", plugin);
  const auto listing = [&](const std::string& more) {
    Arguments arguments = {"plugins", "--plugin-path=" + plugin.parent_path().native()};
    if (!more.empty()) arguments.push_back(more);
    return box.run(arguments).out;
  };
  const std::string remembered = "(as remembered) (`sharkreg plugins --recheck` asks it again)";
  CHECK_FALSE(contains(listing(""), remembered));
  CHECK(contains(listing(""), remembered));
  CHECK_FALSE(contains(listing("--recheck"), remembered));
}

TEST_CASE("policy: a model file cannot have a library loaded") {
  const Scene scene;
  for (const char* field : {"backend_plugin", "comparator_plugin", "plugins"}) {
    scene.write_bad_model(R"({"mlir": "bad.mlir", ")" + std::string(field) + R"(": ")" + crashing +
                          R"("})");
    const Ended ended = scene.run();
    CHECK(ended.exit_status == 2);
    CHECK(verdict_of(scene.box.events(), "fine/model", "compile cpu") == "pass");
    CHECK(contains(ended.out + ended.err, field));
  }
}

}  // namespace sharkreg::e2e
