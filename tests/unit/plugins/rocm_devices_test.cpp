// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "iree_support.h"
#include "rocm/backend.h"
#include "rocm/devices.h"
#include "rocm/topology.h"

namespace sharkreg::tests {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

// What a node of the topology says of a GPU.
struct Gpu {
  unsigned long gfx_target_version = 90402;
  unsigned device_id = 0x74a1;
  unsigned location_id = 0x0500;
  unsigned render_minor = 128;
  std::string unique_id = "16045690984503050241";  // more than an int64 holds
};

// The driver's files on a machine made for the test.
class Machine {
 public:
  Machine() {
    root.write("usr/share/libdrm/amdgpu.ids",
               "74A1,\t00,\tAMD Instinct MI300X\n740F,\t02,\tAMD Instinct MI210\n");
  }

  void add_processor() { add_node("cpu_cores_count 96\nsimd_count 0\ngfx_target_version 0\n"); }

  void add_gpu(const Gpu& gpu) {
    add_node("cpu_cores_count 0\nsimd_count 1216\ngfx_target_version " +
             std::to_string(gpu.gfx_target_version) + "\nvendor_id 4098\ndevice_id " +
             std::to_string(gpu.device_id) + "\nlocation_id " + std::to_string(gpu.location_id) +
             "\ndomain 0\ndrm_render_minor " + std::to_string(gpu.render_minor) + "\nunique_id " +
             gpu.unique_id + "\nnum_xcc 8\n");
    add_device_file("dri/renderD" + std::to_string(gpu.render_minor));
  }

  void add_node(const std::string& properties) {
    root.write(nodes() / std::to_string(node_count_++) / "properties", properties);
  }

  void add_device_file(const std::string& name) { root.write("dev/" + name, ""); }

  static fs::path nodes() { return "sys/class/kfd/kfd/topology/nodes"; }

  std::string path(const fs::path& name) const { return (root.path() / name).string(); }

  Probe probe(const rocm::VisibleDevices& visible = {}) const {
    Probe probe;
    rocm::find_devices(root.path(), visible, probe);
    return probe;
  }

  TemporaryDirectory root;

 private:
  int node_count_ = 0;
};

Texts ids_of(const Probe& probe) {
  Texts ids;
  for (const Device& device : probe.devices) ids.push_back(device.id);
  return ids;
}

std::string variable_of(const Device& device, const std::string& name) {
  for (const auto& variable : device.environment) {
    if (variable.name == name) return variable.value.value_or("(passed on)");
  }
  return "(unset)";
}

TEST_CASE("the packed version of a chip is written with hexadecimal digits") {
  CHECK(rocm::target_name(90402) == "gfx942");
  CHECK(rocm::target_name(90010) == "gfx90a");
  CHECK(rocm::target_name(90500) == "gfx950");
  CHECK(rocm::target_name(110000) == "gfx1100");
  CHECK(rocm::target_name(110501) == "gfx1151");
  CHECK(rocm::target_name(120001) == "gfx1201");
  CHECK(rocm::target_name(0).empty());
  CHECK(rocm::target_name(92000).empty());
  CHECK(rocm::target_name(90099).empty());
}

TEST_CASE("one MI300X beside two processors") {
  Machine machine;
  machine.add_processor();
  machine.add_processor();
  machine.add_gpu({});
  machine.add_device_file("kfd");
  const Probe probe = machine.probe();
  REQUIRE(probe.devices.size() == 1);
  const Device& device = probe.devices[0];
  CHECK(device.id == "0000:05:00.0");
  CHECK(device.name == "AMD Instinct MI300X");
  CHECK(device.target == "gfx942");
  CHECK(device.sku == "mi300");
  CHECK(device.usable);
  CHECK(device.unusable_because.empty());
  CHECK(variable_of(device, "ROCR_VISIBLE_DEVICES") == "GPU-deadbeefcafe0001");
  CHECK(variable_of(device, "HIP_VISIBLE_DEVICES") == "0");
  CHECK(probe.looked_for.empty());
  CHECK(probe.notes.empty());
}

TEST_CASE("eight partitions of one GPU share its address and are told apart") {
  Machine machine;
  machine.add_processor();
  for (unsigned partition = 0; partition < 8; ++partition) {
    Gpu gpu;
    gpu.location_id = 0x0500 | partition << 28;
    gpu.render_minor = 128 + partition;
    machine.add_gpu(gpu);
  }
  machine.add_device_file("kfd");
  const Probe probe = machine.probe();
  REQUIRE(probe.devices.size() == 8);
  CHECK(probe.devices[0].id == "0000:05:00.0/0");
  CHECK(probe.devices[7].id == "0000:05:00.0/7");
  // They share the id as well, so only the position tells one from another.
  CHECK(variable_of(probe.devices[7], "ROCR_VISIBLE_DEVICES") == "7");
}

TEST_CASE("GPUs of two kinds, one of them unknown to the lists") {
  Machine machine;
  machine.add_gpu({90010, 0x740f, 0x2f08, 128, "7"});
  machine.add_gpu({120001, 0x7550, 0x8301, 129, "0"});
  machine.add_device_file("kfd");
  const Probe probe = machine.probe();
  REQUIRE(ids_of(probe) == Texts{"0000:2f:01.0", "0000:83:00.1"});
  CHECK(probe.devices[0].target == "gfx90a");
  CHECK(probe.devices[0].sku == "mi210");
  CHECK(probe.devices[1].target == "gfx1201");
  CHECK(probe.devices[1].name == "AMD GPU 0x7550");
  CHECK(probe.devices[1].sku.empty());
  CHECK(variable_of(probe.devices[1], "ROCR_VISIBLE_DEVICES") == "1");
}

TEST_CASE("nodes are read in the order of their numbers") {
  Machine machine;
  for (unsigned index = 0; index < 11; ++index) {
    machine.add_gpu({90402, 0x74a1, index << 8, 128 + index, "0"});
  }
  machine.add_device_file("kfd");
  CHECK(ids_of(machine.probe()).back() == "0000:0a:00.0");
}

TEST_CASE("a render node that cannot be opened makes its device unusable, with the reason") {
  Machine machine;
  machine.add_gpu({});
  machine.add_device_file("kfd");
  fs::remove(machine.path("dev/dri/renderD128"));
  const std::string reason =
      machine.path("dev/dri/renderD128") + " cannot be opened: No such file or directory";
  const Probe probe = machine.probe();
  REQUIRE(probe.devices.size() == 1);
  CHECK_FALSE(probe.devices[0].usable);
  CHECK(probe.devices[0].unusable_because == reason);
  CHECK(probe.looked_for == Texts{"AMD Instinct MI300X at 0000:05:00.0: " + reason});
}

TEST_CASE("one usable device is enough to look for nothing") {
  Machine machine;
  machine.add_gpu({});
  machine.add_gpu({90402, 0x74a1, 0x0600, 129, "5"});
  machine.add_device_file("kfd");
  fs::remove(machine.path("dev/dri/renderD128"));
  fs::create_directories(machine.path("dev/dri/renderD128"));
  const Probe probe = machine.probe();
  REQUIRE(probe.devices.size() == 2);
  CHECK(probe.devices[0].unusable_because.find("Is a directory") != std::string::npos);
  CHECK(probe.devices[1].usable);
  CHECK(probe.looked_for.empty());
}

TEST_CASE("a container that shows the topology but not /dev/kfd") {
  Machine machine;
  machine.add_gpu({});
  const Probe probe = machine.probe();
  REQUIRE(probe.devices.size() == 1);
  CHECK_FALSE(probe.devices[0].usable);
  CHECK(probe.devices[0].unusable_because ==
        machine.path("dev/kfd") + " cannot be opened: No such file or directory");
}

TEST_CASE("a machine without the driver") {
  const Machine machine;
  const Probe probe = machine.probe();
  CHECK(probe.devices.empty());
  CHECK(probe.looked_for ==
        Texts{"no " + machine.path(Machine::nodes()) + ": the amdgpu driver is not loaded",
              machine.path("dev/kfd") + " cannot be opened: No such file or directory"});
}

TEST_CASE("a machine with the driver and without a GPU") {
  Machine machine;
  machine.add_processor();
  machine.add_device_file("kfd");
  const Probe probe = machine.probe();
  CHECK(probe.devices.empty());
  CHECK(probe.looked_for ==
        Texts{machine.path(Machine::nodes()) + " lists no GPU that can be read (nodes: 1)"});
}

TEST_CASE("garbage in the topology is noted and hides no other device") {
  Machine machine;
  machine.add_node("");
  machine.add_node("gfx_target_version many\n\n   \nnonsense\n");
  machine.add_node("gfx_target_version 4294967295\n");
  machine.add_gpu({});
  machine.root.write(Machine::nodes() / "not_a_number/properties", "gfx_target_version 90402\n");
  machine.add_device_file("kfd");
  const Probe probe = machine.probe();
  CHECK(probe.devices.size() == 1);
  const std::string nodes = machine.path(Machine::nodes());
  CHECK(probe.notes == Texts{nodes + "/0/properties is empty or cannot be read",
                             nodes + "/1/properties holds no gfx_target_version",
                             nodes + "/2/properties has the impossible gfx_target_version "
                                     "4294967295"});
}

TEST_CASE("devices that the user hides are shown as hidden") {
  Machine machine;
  machine.add_gpu({});
  machine.add_gpu({90402, 0x74a1, 0x0600, 129, "5"});
  machine.add_device_file("kfd");
  const Probe probe = machine.probe({"1", {}});
  REQUIRE(probe.devices.size() == 2);
  CHECK_FALSE(probe.devices[0].usable);
  CHECK(probe.devices[0].unusable_because == "hidden by ROCR_VISIBLE_DEVICES=1");
  CHECK(probe.devices[1].usable);
  CHECK(machine.probe({"1", "1"}).looked_for.size() == 2);
}

TEST_CASE("the backend looks below --rocm-root, and only when it is asked to") {
  Machine machine;
  machine.add_gpu({});
  machine.add_device_file("kfd");
  FakeHost host;
  rocm::Backend backend({{{"rocm-root", machine.root.path().string()}}, {}}, host);
  CHECK(ids_of(backend.probe({true})) == Texts{"0000:05:00.0"});
  const Probe unasked = backend.probe({false});
  CHECK(unasked.devices.empty());
  CHECK(unasked.looked_for.empty());

  host.variables["HIP_VISIBLE_DEVICES"] = "3";
  const Probe hidden = backend.probe({true});
  REQUIRE(hidden.devices.size() == 1);
  CHECK(hidden.devices[0].unusable_because == "hidden by HIP_VISIBLE_DEVICES=3");
}

}  // namespace
}  // namespace sharkreg::tests
