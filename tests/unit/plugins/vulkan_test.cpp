// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <doctest/doctest.h>

#include "iree_support.h"
#include "vulkan/backend.h"
#include "vulkan/devices.h"
#include "vulkan/drivers.h"

namespace sharkreg::tests {
namespace {

using vulkan::Driver;
using vulkan::Drivers;
using vulkan::find_drivers;
using Texts = std::vector<std::string>;

constexpr std::string_view manifest = R"({"ICD": {"library_path": "../../../lib/libvulkan_a.so"}})";

// As iree-run-module 3.13 prints it, shortened.
const std::string dump = R"(# ====
# Enumerated devices for driver 'vulkan'
# ====

# ===----------------------------------------------------------------------===
# --device=vulkan://GPU-6d65
#   llvmpipe (LLVM 15.0.6, 256 bits) (llvmpipe Mesa 22.3.6 (LLVM 15.0.6))
# ===----------------------------------------------------------------------===
name: llvmpipe (LLVM 15.0.6, 256 bits)
path: GPU-6d65
type: cpu
driver: llvmpipe
driver_info: Mesa 22.3.6 (LLVM 15.0.6)
)";
const std::string second = R"(# --device=vulkan://GPU-77
name: Acme One
)";

Texts manifests_of(const Drivers& drivers) {
  Texts result;
  for (const Driver& driver : drivers.found) result.push_back(driver.manifest);
  return result;
}

// A machine with a driver, its runtime, and a host that answers for them.
struct Machine {
  TemporaryDirectory directory;
  std::string library = directory.write("lib/libvulkan_a.so", "");
  std::string manifest_file = directory.write("etc/vulkan/icd.d/a.json", manifest);
  std::string runtime = directory.write_program("tools/iree-run-module",
                                                "\x7f"
                                                "ELF");
  FakeHost host;

  Probe probe() const {
    Probe result;
    vulkan::find_devices({"iree-run-module", runtime, ""}, find_drivers(host, directory.path()),
                         host, result);
    return result;
  }
};

}  // namespace

TEST_CASE("vulkan: drivers are found where the loader looks for them, in its order") {
  const Machine machine;
  const auto data = machine.directory.write("usr/share/vulkan/icd.d/b.json",
                                            R"({"ICD": {"library_path": "libvulkan_b.so"}})");
  machine.directory.write("etc/vulkan/icd.d/notes.txt", "no manifest");
  const Drivers drivers = find_drivers(machine.host, machine.directory.path());
  CHECK(manifests_of(drivers) == Texts{machine.manifest_file, data});
  CHECK(std::filesystem::equivalent(drivers.found.at(0).library, machine.library));
  CHECK(drivers.found.at(1).library.empty());
  CHECK(drivers.looked_for.empty());
}

TEST_CASE("vulkan: variables choose the drivers") {
  Machine machine;
  const auto other =
      machine.directory.write("other/c.json", R"({"ICD":{"library_path":"libc.so"}})");
  machine.host.variables["VK_ADD_DRIVER_FILES"] = other;
  CHECK(manifests_of(find_drivers(machine.host, machine.directory.path())) ==
        Texts{other, machine.manifest_file});
  machine.host.variables["VK_ICD_FILENAMES"] = other + ":" + other;
  CHECK(manifests_of(find_drivers(machine.host, machine.directory.path())) == Texts{other});
  machine.host.variables["VK_DRIVER_FILES"] = machine.directory.path() / "etc/vulkan/icd.d";
  CHECK(manifests_of(find_drivers(machine.host, machine.directory.path())) ==
        Texts{machine.manifest_file});
}

TEST_CASE("vulkan: drivers are selected and left out by patterns of their manifests' names") {
  Machine machine;
  const auto other =
      machine.directory.write("other/c.json", R"({"ICD":{"library_path":"lib\/\"c\".so"}})");
  machine.directory.write("other/lib/\"c\".so", "");
  machine.host.variables["VK_ADD_DRIVER_FILES"] = other;
  const auto found = [&](const std::string& select, const std::string& disable) {
    machine.host.variables["VK_LOADER_DRIVERS_SELECT"] = select;
    machine.host.variables["VK_LOADER_DRIVERS_DISABLE"] = disable;
    return find_drivers(machine.host, machine.directory.path());
  };
  CHECK(manifests_of(found("", "")) == Texts{other, machine.manifest_file});
  CHECK(manifests_of(found("x*, C.*", "")) == Texts{other});
  CHECK(manifests_of(found("", "c*")) == Texts{machine.manifest_file});
  const Drivers none = found("c.json", "*");
  CHECK(none.found.empty());
  CHECK(none.looked_for == Texts{machine.manifest_file + " is left out by VK_LOADER_DRIVERS_SELECT",
                                 other + " is left out by VK_LOADER_DRIVERS_DISABLE"});
}

TEST_CASE("vulkan: what is missing is said") {
  const TemporaryDirectory empty;
  FakeHost host;
  CHECK(find_drivers(host, empty.path())
            .looked_for.at(0)
            .starts_with("no Vulkan driver is announced in " + empty.path().native() +
                         "/etc/xdg/vulkan/icd.d, "));
  host.variables["VK_ICD_FILENAMES"] = empty.path() / "none.json";
  CHECK(find_drivers(host, empty.path()).looked_for ==
        Texts{(empty.path() / "none.json").native() + " is not there, or names no library_path"});
  const auto broken = empty.write("broken.json", R"({"ICD": {"library_path": "/nowhere/lib.so"}})");
  host.variables["VK_ICD_FILENAMES"] = broken;
  CHECK(find_drivers(host, empty.path()).looked_for ==
        Texts{broken + " names /nowhere/lib.so, which is not there"});
}

TEST_CASE("vulkan: devices are read from what the runtime lists") {
  const auto devices = vulkan::parse_devices(dump + second);
  REQUIRE(devices.size() == 2);
  CHECK(devices[0].uuid == "GPU-6d65");
  CHECK(devices[0].name == "llvmpipe (LLVM 15.0.6, 256 bits)");
  CHECK(devices[0].driver == "Mesa 22.3.6 (LLVM 15.0.6)");
  CHECK(devices[1].uuid == "GPU-77");
  CHECK(devices[1].driver.empty());
  CHECK(vulkan::parse_devices("").empty());
  CHECK(vulkan::parse_devices("name: nobody's\n").empty());
}

TEST_CASE("vulkan: each driver is asked by itself, and its first device can be used") {
  Machine machine;
  machine.host.answers["--dump_devices=vulkan"] = {0, dump + second, ""};
  const Probe probe = machine.probe();
  REQUIRE(probe.devices.size() == 2);
  CHECK(probe.devices[0].id == "GPU-6d65");
  CHECK(probe.devices[0].name == "llvmpipe (LLVM 15.0.6, 256 bits), Mesa 22.3.6 (LLVM 15.0.6)");
  CHECK(probe.devices[0].target.empty());
  REQUIRE(probe.devices[0].environment.size() == 2);
  CHECK(probe.devices[0].environment[1].name == "VK_ICD_FILENAMES");
  CHECK(probe.devices[0].environment[1].value == machine.manifest_file);
  CHECK_FALSE(probe.devices[1].usable);
  CHECK(probe.devices[1].unusable_because ==
        "runs take the first device of a driver, llvmpipe (LLVM 15.0.6, 256 bits)");
  CHECK(probe.looked_for.empty());
  CHECK(machine.host.questions.at(0).at(1) == "VK_DRIVER_FILES=" + machine.manifest_file);
  CHECK(std::ranges::count(machine.host.content_files.at(0), machine.manifest_file) == 1);
}

TEST_CASE("vulkan: a driver without a device, or without an answer, is no device") {
  Machine machine;
  machine.host.answers["--dump_devices=vulkan"] = {
      1, "",
      "FLAGS ERROR: shrug\nc/runtime/physical_device.c:441: UNAVAILABLE; "
      "[vkCreateInstance] VK_ERROR_INCOMPATIBLE_DRIVER\n"};
  CHECK(machine.probe().looked_for ==
        Texts{"the driver of " + machine.manifest_file +
              ": UNAVAILABLE; [vkCreateInstance] VK_ERROR_INCOMPATIBLE_DRIVER"});
  machine.host.answers.clear();
  const Probe silent = machine.probe();
  CHECK(silent.devices.empty());
  CHECK(silent.looked_for.at(0).ends_with("did not answer in time"));
}

TEST_CASE("vulkan: compiles for the target, and runs with the loader's variables") {
  const FakeHost host;
  Configuration configuration;
  configuration.options = {{"vulkan-target", "rdna3"}};
  vulkan::Backend backend(configuration, host);
  CompileRequest request;
  request.target = "rdna3";
  request.tag = "vulkan_rdna3";
  request.program = {"program", "m.mlir", "mlir"};
  const CompilePlan plan = backend.plan_compile(request);
  CHECK(shown(action_named(plan.actions, "compile").arguments) ==
        Texts{"-o", "{out:module}", "{in:program}", "--iree-hal-target-backends=vulkan-spirv",
              "--iree-vulkan-target=rdna3"});
  const RunPlan run = backend.plan_run({});
  const Action& action = action_named(run.actions, "run");
  CHECK(std::ranges::count(shown(action.arguments), "--device=vulkan") == 1);
  CHECK(action.device_count == 1);
  CHECK(std::ranges::any_of(action.environment, [](const auto& variable) {
    return variable.name == "VK_ICD_FILENAMES";
  }));
}

TEST_CASE("vulkan: the target auto is refused") {
  const FakeHost host;
  Configuration configuration;
  configuration.options = {{"vulkan-target", "rdna3, auto"}};
  CHECK(failure_of([&] { vulkan::Backend(configuration, host); }).kind() == Failure::Kind::invalid);
}

}  // namespace sharkreg::tests
