// SPDX-License-Identifier: Apache-2.0
// The backend vulkan, for real: the compiler, the runtime, and Mesa's driver lavapipe, which runs
// Vulkan on the processor.
#include <algorithm>
#include <map>

#include <doctest/doctest.h>

#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

const fs::path source = SHARKREG_SOURCE_DIR;
const std::string target = "vulkan vp_android_baseline_2022";

// The manifest by which Vulkan's loader finds lavapipe; cmake/setup.sh installs it.
std::string lavapipe() {
  const fs::path directory = "/usr/share/vulkan/icd.d";
  REQUIRE_MESSAGE(fs::is_directory(directory), "the package mesa-vulkan-drivers is needed");
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().filename().native().starts_with("lvp_icd")) return entry.path();
  }
  FAIL("no lvp_icd*.json in " << directory.native());
  return {};
}

// A sandbox that sees lavapipe and no other driver.
class Machine : public Sandbox {
 public:
  Machine() { environment["VK_ICD_FILENAMES"] = lavapipe(); }
};

// What differs from the rule that all steps pass.
const std::map<std::string, std::string> intended = {
    {"data_formats/element_types run", "xfail"},
    {"expectations/compile_fails_on_cdna compile", "xfail"},
    {"expectations/compile_fails_on_cdna run", "blocked"},
    {"expectations/compile_only run", "skip"},
    {"expectations/known_defect run", "xfail"},
    {"expectations/rocm_only compile", "skip"},
    {"expectations/rocm_only run", "skip"},
    {"expectations/run_gives_wrong_numbers run", "xfail"},
    {"expectations/run_stops run", "xfail"},
    {"tuning/matmul compile", "xfail"},
    {"tuning/matmul run", "blocked"},
    {"weights/wrong_numbers run", "fail"},
};

}  // namespace

TEST_CASE("each step of the small programs has its intended verdict on vulkan") {
  real_tools();
  const Machine machine;
  const Ended ended = machine.run({"--backend-plugin=libvulkan.so",
                                   "--vulkan-target=" + target.substr(target.find(' ') + 1),
                                   "--tests-dir", source / "tests/programs", "--model=*"});
  CHECK_MESSAGE(ended.exit_status == 1, ended.err);  // weights/wrong_numbers
  std::size_t steps = 0;
  for (const std::string& line : verdicts_of(machine.events())) {
    const std::string step = line.substr(0, line.find(" " + target));
    const std::string verdict = line.substr(line.rfind(' ') + 1);
    const auto found = intended.find(step);
    CHECK_MESSAGE(verdict == (found == intended.end() ? "pass" : found->second), line);
    ++steps;
  }
  CHECK(steps >= 46);
}

TEST_CASE("Magika gives the numbers of ONNX Runtime on vulkan") {
  real_tools();
  const Machine machine;
  const Ended ended = machine.run({"--backend=vulkan", "--model=magika"});
  CHECK_MESSAGE(ended.exit_status == 0, ended.out);
  CHECK(verdict_of(machine.events(), "magika/file_type", "run " + target) == "pass");
}

TEST_CASE("f16 is right on a vulkan target that has it") {
  real_tools();
  const Machine machine;
  machine.run({"--backend=vulkan", "--vulkan-target=valhall4", "--tests-dir",
               source / "tests/programs", "--model=data_formats", "--submodel=element_types"});
  CHECK(verdict_of(machine.events(), "data_formats/element_types", "run vulkan valhall4") ==
        "xpass");
}

TEST_CASE("without a Vulkan driver the run that was asked for fails, and says what was looked for") {
  real_tools();
  Machine machine;
  machine.environment["VK_ICD_FILENAMES"] = machine.root() / "none.json";
  const Arguments arguments = {"--tests-dir", source / "tests/programs", "--model=weights",
                               "--submodel=layer", "--backend=cpu,vulkan"};
  const Ended ended = machine.run(arguments);
  // The user named the backend, so its missing device is a failure of the machine.
  CHECK(ended.exit_status == 3);
  CHECK(verdict_of(machine.events(), "weights/layer", "compile " + target) == "pass");
  CHECK(verdict_of(machine.events(), "weights/layer", "run " + target) == "infra");
  CHECK(verdict_of(machine.events(), "weights/layer", "run cpu") == "pass");
  CHECK(contains(ended.out, "none.json is not there"));
}

TEST_CASE("a driver without its device is named with what Vulkan says") {
  real_tools();
  Machine machine;
  // A library that is no driver.
  machine.write("libnone.so", "");
  machine.environment["VK_ICD_FILENAMES"] =
      machine.write("none.json", R"({"ICD": {"library_path": "./libnone.so"}})");
  const Ended ended = machine.run({"--tests-dir", source / "tests/programs", "--model=weights",
                                   "--submodel=layer", "--backend=vulkan"});
  CHECK(ended.exit_status == 3);
  CHECK(contains(ended.out, "VK_ERROR_INCOMPATIBLE_DRIVER"));
}

TEST_CASE("an unknown vulkan target is an error of the compile") {
  real_tools();
  const Machine machine;
  const Ended ended =
      machine.run({"--tests-dir", source / "tests/programs", "--model=weights", "--submodel=layer",
                   "--backend=vulkan", "--vulkan-target=voodoo2"});
  CHECK(ended.exit_status == 1);
  CHECK(contains(ended.out, "Unknown Vulkan target 'voodoo2'"));
}

TEST_CASE("the vulkan target auto is refused, since devices do not tell it") {
  const Machine machine;
  const Ended ended = machine.run({"--model=magika", "--backend=vulkan", "--vulkan-target=auto"});
  CHECK(ended.exit_status == 2);
  CHECK(contains(ended.err, "a Vulkan device does not tell"));
}

TEST_CASE("the options of vulkan are in the help under its name") {
  const Ended ended = Machine().run({"--help"});
  CHECK(contains(ended.out, "Options of the backend vulkan:\n  --vulkan-target=TARGET"));
}

}  // namespace sharkreg::e2e
