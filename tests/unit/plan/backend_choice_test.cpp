// SPDX-License-Identifier: Apache-2.0
#include "plan/backend_choice.h"

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

using Names = std::vector<std::string>;

Device device(const std::string& id, const std::string& target, const std::string& sku = {}) {
  Device result;
  result.id = id;
  result.name = "Reef " + id;
  result.target = target;
  result.sku = sku;
  return result;
}

Device broken(Device device, const std::string& why) {
  device.usable = false;
  device.unusable_because = why;
  return device;
}

ChosenBackend with_targets(const std::string& value, std::vector<Device> devices = {}) {
  ChosenBackend backend;
  backend.name = "reef";
  backend.description.target_option = "reef-chip";
  backend.configuration.options["reef-chip"] = value;
  backend.probe.devices = std::move(devices);
  return backend;
}

Names targets_of(ChosenBackend backend) {
  choose_targets(backend);
  return backend.targets;
}

std::string no_target_because(ChosenBackend backend) {
  choose_targets(backend);
  CHECK(backend.targets.empty());
  return backend.no_target_because;
}

TEST_CASE("a backend without a target option has one target without a name") {
  ChosenBackend backend;
  CHECK(targets_of(backend) == Names{""});
}

TEST_CASE("targets are split, trimmed and kept once") {
  CHECK(targets_of(with_targets("r1")) == Names{"r1"});
  CHECK(targets_of(with_targets(" r1 ,r2,, r1")) == Names{"r1", "r2"});
}

TEST_CASE("auto stands for the targets of the usable devices, each once") {
  const std::vector<Device> devices = {device("0", "r2"), device("1", "r2"), device("2", ""),
                                       broken(device("3", "r9"), "no permission"),
                                       device("4", "r3")};
  CHECK(targets_of(with_targets("auto", devices)) == Names{"r2", "r3"});
  CHECK(targets_of(with_targets("r1,auto", devices)) == Names{"r1", "r2", "r3"});
  CHECK(targets_of(with_targets("r3,auto", devices)) == Names{"r3", "r2"});
}

TEST_CASE("auto without a device says what was looked for, or stands in the way") {
  ChosenBackend backend = with_targets("auto");
  backend.probe.looked_for = {"no /dev/reef", "no driver"};
  CHECK(no_target_because(backend) ==
        "--reef-chip=auto found no device: no /dev/reef; no driver");
  backend.probe.devices = {broken(device("0", "r2"), "no permission")};
  CHECK(no_target_because(backend) ==
        "--reef-chip=auto found no device: Reef 0 (r2): no permission");
}

TEST_CASE("auto without looking for devices says that none was looked for") {
  ChosenBackend backend = with_targets("auto");
  backend.devices_probed = false;
  CHECK(no_target_because(backend) ==
        "--reef-chip=auto is the target of the device present, but none was looked for");
}

TEST_CASE("an option without a name in it is not taken for auto") {
  CHECK(no_target_because(with_targets(" ,")) == "--reef-chip= , names no target");
}

TEST_CASE("choosing again forgets the first choice") {
  ChosenBackend backend = with_targets("auto");
  choose_targets(backend);
  backend.configuration.options["reef-chip"] = "r1";
  choose_targets(backend);
  CHECK(backend.targets == Names{"r1"});
  CHECK(backend.no_target_because == "");
}

TEST_CASE("a run is possible on a usable device of its target") {
  const ChosenBackend backend =
      with_targets("", {device("0", "r1"), broken(device("1", "r2"), "it is gone"),
                        device("2", "")});
  CHECK(unavailable_because(backend, "r1") == "");
  CHECK(devices_for(backend, "r1").size() == 2);  // one without a target's name fits as well
  CHECK(devices_for(backend, "").size() == 2);
  CHECK(devices_for(backend, "r2").size() == 1);
}

TEST_CASE("a run without a device says what is there in its place") {
  ChosenBackend backend = with_targets("", {device("0", "r1"),
                                            broken(device("1", "r2"), "no permission")});
  CHECK(unavailable_because(backend, "r2") ==
        "no usable device for r2; present: Reef 0 (r1); Reef 1 (r2): no permission");
  backend.probe.devices.clear();
  backend.probe.looked_for = {"no /dev/reef"};
  CHECK(unavailable_because(backend, "r2") == "no device for r2: no /dev/reef");
  CHECK(unavailable_because(backend, "") == "no device: no /dev/reef");
  backend.probe.looked_for.clear();
  CHECK(unavailable_because(backend, "") == "no device: the backend knows of none");
}

TEST_CASE("without looking for devices every run is possible") {
  ChosenBackend backend = with_targets("");
  backend.devices_probed = false;
  CHECK(unavailable_because(backend, "r1") == "");
}

TEST_CASE("a target or SKU other than those present is remarked on") {
  ChosenBackend backend = with_targets("r1,r2", {device("0", "r2", "white"),
                                                 device("1", "r3", "tiger")});
  choose_targets(backend);
  CHECK(mismatch_notes(backend, "tiger") ==
        Names{"reef: r1 was chosen, but the devices present are r2, r3"});
  CHECK(mismatch_notes(backend, "whale").at(1) ==
        "reef: the SKU whale was chosen, but the devices present are tiger, white");
}

TEST_CASE("nothing is remarked on where nothing is known") {
  ChosenBackend backend = with_targets("r1");
  choose_targets(backend);
  CHECK(mismatch_notes(backend, "tiger").empty());
  backend.probe.devices = {device("0", "", "")};
  CHECK(mismatch_notes(backend, "tiger").empty());
  backend.probe.devices = {device("0", "r1", "white")};
  CHECK(mismatch_notes(backend, "").empty());
}

}  // namespace
}  // namespace sharkreg::core
