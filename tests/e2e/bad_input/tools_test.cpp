// SPDX-License-Identifier: Apache-2.0
// Compilers and runtimes that misbehave in every way that was seen, and some others.
#include <csignal>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "scene.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

// A compiler that does this with the bad model.
void compiler_that(const std::string& script, const std::string& verdict, int exit_status,
                   const Texts& texts, const Arguments& more = {}) {
  const Scene scene;
  scene.spoil("iree-compile", script);
  check_step(scene.box, scene.run(more), "compile cpu", verdict, exit_status, texts);
  CHECK(verdict_of(scene.box.events(), "bad/model", "run cpu") == "blocked");
}

// Of a model with one output.
void runtime_that(const std::string& script, const std::string& verdict, int exit_status,
                  const Texts& texts) {
  const Scene scene;
  scene.write_model_with_output();
  scene.spoil("iree-run-module", script);
  check_step(scene.box, scene.run(), "run cpu", verdict, exit_status, texts);
}

// sharkreg as it is installed where no tools were set up with it.
struct WithoutTools {
  WithoutTools() {
    const fs::path installed = scene.box.root() / "installed";
    const auto copy = [&](const fs::path& from, const char* to) {
      fs::create_directories((installed / to).parent_path());
      fs::copy(from, installed / to, fs::copy_options::recursive);
    };
    copy(SHARKREG_PROGRAM, "bin/sharkreg");
    copy(SHARKREG_LIBEXEC_DIR, "libexec/sharkreg");
    copy(SHARKREG_PLUGIN_DIR, "lib/sharkreg/plugins");
  }

  Ended run() const {
    return scene.box.run_program(scene.box.root() / "installed/bin/sharkreg", scene.arguments());
  }

  core::StepFinished step(const std::string& name) const {
    return step_of(scene.box.events(), "fine/model", name);
  }

  Scene scene;
};

bool is_running(const fs::path& pid_file) {
  return ::kill(std::stoi(content_of(pid_file)), 0) == 0;
}

}  // namespace

TEST_CASE("compiler: fails without a word") {
  compiler_that("exit 3", "compile-error", 1,
                {"iree-compile ended with status 3 and gave no reason"});
}

TEST_CASE("compiler: fails with both outputs closed") {
  compiler_that("exec >&- 2>&-; exit 1", "compile-error", 1, {"status 1 and gave no reason"});
}

TEST_CASE("compiler: names an error in the program") {
  compiler_that("echo 'bad.mlir:3:7: error: expected operation' >&2; exit 1", "compile-error", 1,
                {"refused the program: expected operation", "bad.mlir:3:7: error"});
}

TEST_CASE("compiler: prints bytes and escape sequences") {
  compiler_that(R"(printf '\033[31mbad.mlir:1:1: error: \377\376 op\033[0m\r\n' >&2; exit 1)",
                "compile-error", 1, {"\uFFFD\uFFFD op"});
}

TEST_CASE("compiler: prints 100 MB") {
  compiler_that("yes 'bad.mlir:1:1: error: no such op' | head -c 100000000 >&2; exit 1",
                "compile-error", 1, {"refused the program: no such op"});
}

TEST_CASE("compiler: crashes") {
  compiler_that("kill -SEGV $$; sleep 5", "crash", 1, {"iree-compile was killed by SIGSEGV"});
}

TEST_CASE("compiler: hangs with a grandchild that ignores SIGTERM") {
  const Scene scene;
  const std::string pid_file = (scene.box.root() / "grandchild").string();
  scene.spoil("iree-compile", "setsid sh -c 'trap \"\" TERM; echo $$ > " + pid_file +
                                  "; while :; do sleep 1; done' & sleep 1000");
  check_step(scene.box, scene.run({"--timeout=1"}), "compile cpu", "timeout", 1,
             {"iree-compile ran longer than its limit of 1.0 s and was stopped"});
  CHECK_FALSE(is_running(pid_file));
}

TEST_CASE("compiler: succeeds without a result") {
  compiler_that("exit 0", "infra", 3,
                {"iree-compile exited with status 0 without writing model.cpu.vmfb", "broken"});
}

TEST_CASE("compiler: leaves a directory as its result") {
  compiler_that("mkdir \"$output\"; exit 0", "infra", 3,
                {"something else than a file as model.cpu.vmfb"});
}

TEST_CASE("compiler: leaves a pipe as its result") {
  compiler_that("mkfifo \"$output\"; exit 0", "infra", 3,
                {"something else than a file as model.cpu.vmfb"});
}

TEST_CASE("compiler: removes the directory it works in") {
  compiler_that("rm -rf \"$PWD\"; exit 0", "infra", 3, {"without writing model.cpu.vmfb"});
}

TEST_CASE("compiler: leaves two thousand files") {
  compiler_that("i=0; while [ $i -lt 2000 ]; do : > file.$i; i=$((i + 1)); done; exit 1",
                "compile-error", 1, {"status 1 and gave no reason"});
}

TEST_CASE("compiler: a result of an earlier run does not hide a failure") {
  const Scene scene;
  check_fine(scene.box, scene.run());
  scene.spoil("iree-compile", "exit 0");
  check_step(scene.box, scene.run(), "compile cpu", "infra", 3, {"without writing model.cpu.vmfb"});
}

TEST_CASE("compiler: an interpreter that is not there") {
  const Scene scene;
  scene.box.write_program("tools/iree-compile", "#!/nowhere/sh\n");
  const Ended ended = scene.run();
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 3);
  const core::StepFinished step = step_of(scene.box.events(), "bad/model", "compile cpu");
  CHECK(core::name_of(step.verdict) == "infra");
  CHECK(contains(step.sentence, "iree-compile could not be started: No such file or directory"));
  CHECK(contains(step.sentence, "not the interpreter"));
  CHECK(contains(ended.out, (scene.box.tools() / "iree-compile").string()));
}

TEST_CASE("compiler: nowhere to be found") {
  const WithoutTools without;
  fs::remove(without.scene.box.tools() / "iree-compile");
  const Ended ended = without.run();
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 3);
  const core::StepFinished step = without.step("compile cpu");
  CHECK(core::name_of(step.verdict) == "infra");
  CHECK(contains(all_text(step), "iree-compile was not found in: "));
  CHECK(contains(all_text(step), without.scene.box.tools().string()));
  CHECK(contains(all_text(step), "--tools-dir or IREE_TOOLS_DIR"));
  CHECK(core::name_of(without.step("run cpu").verdict) == "blocked");
}

TEST_CASE("compiler: not executable") {
  const WithoutTools without;
  fs::permissions(without.scene.box.tools() / "iree-compile", fs::perms(0644));
  const Ended ended = without.run();
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 3);
  CHECK(core::name_of(without.step("compile cpu").verdict) == "infra");
  CHECK(contains(all_text(without.step("compile cpu")),
                 (without.scene.box.tools() / "iree-compile").string() +
                     " is there, but it is no program that can be executed"));
}

TEST_CASE("runtime: nowhere to be found") {
  const WithoutTools without;
  fs::remove(without.scene.box.tools() / "iree-run-module");
  const Ended ended = without.run();
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 3);
  CHECK(core::name_of(without.step("compile cpu").verdict) == "pass");
  CHECK(core::name_of(without.step("run cpu").verdict) == "infra");
  CHECK(contains(all_text(without.step("run cpu")), "iree-run-module was not found in: "));
}

TEST_CASE("runtime: crashes") {
  runtime_that("kill -ABRT $$; sleep 5", "crash", 1, {"iree-run-module was killed by SIGABRT"});
}

TEST_CASE("runtime: succeeds without a result") {
  runtime_that("exit 0", "infra", 3,
               {"iree-run-module exited with status 0 without writing output_0.npy"});
}

TEST_CASE("runtime: leaves an empty result") {
  runtime_that(": > \"$output\"; exit 0", "infra", 3, {"output_0.npy is not an .npy file"});
}

TEST_CASE("runtime: leaves a result that is no tensor") {
  runtime_that("echo 'no numbers here' > \"$output\"; exit 0", "infra", 3,
               {"output_0.npy is not an .npy file"});
}

TEST_CASE("runtime: leaves a result that is cut off") {
  const Scene scene;
  scene.write_model_with_output();
  scene.box.write("given.npy", npy_of_two(1, 2).substr(0, 131));
  check_step(scene.box, scene.run(), "run cpu", "infra", 3,
             {"output_0.npy has 3 bytes of data", "needs 8"});
}

TEST_CASE("runtime: does not know the function") {
  runtime_that(
      "echo \"module.c:333: NOT_FOUND; no function \\`bad\\` exported by module\" >&2; exit 1",
      "run-error", 1, {"no function `bad` exported by module"});
}

}  // namespace sharkreg::e2e
