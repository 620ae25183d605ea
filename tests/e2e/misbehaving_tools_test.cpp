// SPDX-License-Identifier: Apache-2.0
// Tools that use more than they may, hang, or leave processes behind: each costs its own step a
// verdict that names the limit, and the other model nothing.
#include <csignal>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "bad_input/scene.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

// A compiler that does this with the bad model.
void compiler_that(const std::string& script, const Arguments& more, const std::string& verdict,
                   int exit_status, const Texts& texts) {
  const Scene scene;
  scene.spoil("iree-compile", script);
  check_step(scene.box, scene.run(more), "compile cpu", verdict, exit_status, texts);
  CHECK(verdict_of(scene.box.events(), "bad/model", "run cpu") == "blocked");
}

// Grows far beyond 50 MB, in a child; what it waits for never comes.
constexpr const char* memory_eater = "head -c 400000000 /dev/zero | tail -n 1 | sleep 1000";

std::string log_of(const Scene& scene, const char* stream) {
  for (const auto& entry : fs::recursive_directory_iterator(scene.box.runs().back())) {
    const std::string path = entry.path();
    if (contains(path, "bad") && contains(path, "compile_cpu") && path.ends_with(stream)) {
      return content_of(entry.path());
    }
  }
  return {};
}

bool is_running(const fs::path& pid_file) {
  return ::kill(std::stoi(content_of(pid_file)), 0) == 0;
}

}  // namespace

TEST_CASE("a tool that eats memory is infrastructure, by the memory limit") {
  compiler_that(memory_eater, {"--memory-limit=50M"}, "infra", 3,
                {"memory limit of 47.7 MiB", "--memory-limit", "was killed"});
}

TEST_CASE("a memory limit counts for runs, too, and comes from a configuration file as well") {
  const Scene scene;
  scene.write_model_with_output();
  scene.spoil("iree-run-module", memory_eater);
  scene.box.write("tests/sharkreg.cfg", "memory-limit = 50M\n");
  check_step(scene.box, scene.run(), "run cpu", "infra", 3, {"memory limit of 47.7 MiB"});
}

TEST_CASE("a tool that computes without end is a timeout, by the CPU time limit") {
  compiler_that("while :; do :; done", {"--cpu-limit=0.5"}, "timeout", 1,
                {"CPU time limit of 500 ms", "--cpu-limit"});
}

TEST_CASE("a tool that writes a huge file is infrastructure, by the file size limit") {
  compiler_that("exec head -c 50000000 /dev/zero > big", {"--file-limit=10M"}, "infra", 3,
                {"file size limit of 9.5 MiB", "--file-limit"});
}

TEST_CASE("of what a chatty tool prints head and tail are kept, and what it says still counts") {
  const Scene scene;
  scene.spoil("iree-compile",
              "echo first; yes 'nothing to see' | head -c 20000000; echo last; "
              "yes 'look aside' | head -c 20000000 >&2; "
              "echo 'bad.mlir:1:1: error: no such op' >&2; exit 1");
  check_step(scene.box, scene.run({"--output-limit=1M"}), "compile cpu", "compile-error", 1,
             {"refused the program: no such op", "left out of its log (--output-limit)"});
  for (const char* stream : {"stdout.log", "stderr.log"}) {
    const std::string log = log_of(scene, stream);
    CHECK(log.size() > 900'000);
    CHECK(log.size() < 1'000'200);
    CHECK(count_of(log, "bytes left out here") == 1);
  }
  CHECK(log_of(scene, "stdout.log").starts_with("first\n"));
  CHECK(log_of(scene, "stdout.log").ends_with("last\n"));
}

TEST_CASE("a tool that prints without end neither fills the disk nor outlives its time") {
  const Scene scene;
  scene.spoil("iree-compile", "exec yes 'nothing to see'");
  check_step(scene.box, scene.run({"--output-limit=1M", "--timeout=1"}), "compile cpu", "timeout",
             1, {"ran longer than its limit of 1.0 s"});
  CHECK(log_of(scene, "stdout.log").size() < 1'000'200);
}

TEST_CASE("a tool may close its outputs and leave a daemon that ignores SIGTERM, which is ended") {
  const Scene scene;
  const std::string pid_file = (scene.box.root() / "daemon").string();
  scene.spoil("iree-compile",
              "setsid sh -c 'trap \"\" TERM; exec <&- >&- 2>&-; echo $$ > " + pid_file +
                  "; while :; do sleep 1; done' & while [ ! -s " + pid_file +
                  " ]; do sleep 0.01; done; exec >&- 2>&-; echo module > \"$output\"; exit 0");
  check_fine(scene.box, scene.run());
  CHECK(verdict_of(scene.box.events(), "bad/model", "compile cpu") == "pass");
  CHECK_FALSE(is_running(pid_file));
}

TEST_CASE("a tool that exits with 0 under limits, but without its output, is infrastructure") {
  compiler_that("exit 0", {"--memory-limit=1G", "--cpu-limit=60", "--file-limit=1G"}, "infra", 3,
                {"without writing model.cpu.vmfb"});
}

TEST_CASE("limits that nothing could keep are refused before anything runs") {
  const Scene scene;
  for (const Arguments& wrong : {Arguments{"--memory-limit=10"}, Arguments{"--memory-limit=much"},
                                 Arguments{"--output-limit=10"}, Arguments{"--cpu-limit=-1"},
                                 Arguments{"--file-limit=0"}, Arguments{"--stall-timeout=-1"}}) {
    const std::string option = wrong.front().substr(0, wrong.front().find('='));
    check_refusal(scene.run(wrong), 2, {option, "expected"});
  }
  check_refusal(scene.run({"--cgroup=" + scene.box.root().string()}), 2,
                {"--cgroup", "is no directory of cgroup v2"});
}

TEST_CASE("a run on a device that makes no progress is stopped, and said to have hung") {
  const Sandbox sandbox;
  sandbox.write_stub_tools();
  for (const char* name : {"hangs", "works"}) {
    sandbox.write_model(
        "m", name, R"({"mlir": "program.mlir", "run_function": ")" + std::string(name) + R"("})");
  }
  sandbox.write_program("tools/iree-run-module",
                        "#!/bin/sh\ncase \"$*\" in *hangs*) exec sleep 1000 ;; esac\n");
  const fs::path nodes = "machine/sys/class/kfd/kfd/topology/nodes";
  sandbox.write(nodes / "1/properties",
                "cpu_cores_count 0\nsimd_count 1216\ngfx_target_version 90402\nvendor_id 4098\n"
                "device_id 29857\nlocation_id 1280\ndomain 0\ndrm_render_minor 128\n"
                "unique_id 16045690984503050241\nnum_xcc 8\n");
  sandbox.write("machine/dev/kfd", "");
  sandbox.write("machine/dev/dri/renderD128", "");
  const Ended ended =
      sandbox.run({"--tests-dir", sandbox.tests(), "--model=m", "--submodel=*", "--backend=rocm",
                   "--rocm-chip=gfx942", "--tools-dir", sandbox.tools(), "--rocm-root",
                   sandbox.root() / "machine", "--stall-timeout=1"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 1);
  const auto step = step_of(sandbox.events(), "m/hangs", "run rocm gfx942");
  CHECK(step.verdict == core::Verdict::timeout);
  CHECK(contains(step.sentence, "device hung: the run made no progress for "));
  CHECK(verdict_of(sandbox.events(), "m/works", "run rocm gfx942") == "pass");
}

}  // namespace sharkreg::e2e
