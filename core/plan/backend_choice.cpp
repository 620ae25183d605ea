// SPDX-License-Identifier: Apache-2.0
#include "plan/backend_choice.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

bool fits(const Device& device, const std::string& target) {
  return device.target.empty() || target.empty() || device.target == target;
}

// "Acme A1 (a1)".
std::string title_of(const Device& device) {
  const std::string& name = device.name.empty() ? device.id : device.name;
  return device.target.empty() ? name : fmt::format("{} ({})", name, device.target);
}

std::string what_was_found(const Probe& probe) {
  std::vector<std::string> found;
  for (const Device& device : probe.devices) {
    found.push_back(device.usable ? title_of(device)
                                  : title_of(device) + ": " + device.unusable_because);
  }
  if (found.empty()) found = probe.looked_for;
  return found.empty() ? "the backend knows of none" : join(found, "; ");
}

void add_once(std::vector<std::string>& targets, const std::string& target) {
  if (std::ranges::find(targets, target) == targets.end()) targets.push_back(target);
}

}  // namespace

void choose_targets(ChosenBackend& backend) {
  backend.targets.clear();
  backend.no_target_because.clear();
  const std::string& option = backend.description.target_option;
  if (option.empty()) {
    backend.targets = {""};
    return;
  }
  for (const std::string& part : split(backend.configuration.option(option), ',')) {
    const std::string target(trim(part));
    if (target != "auto") {
      if (!target.empty()) add_once(backend.targets, target);
      continue;
    }
    for (const Device& device : backend.probe.devices) {
      if (device.usable && !device.target.empty()) add_once(backend.targets, device.target);
    }
  }
  if (!backend.targets.empty()) return;
  const std::string value = backend.configuration.option(option);
  if (value.find("auto") == std::string::npos) {
    backend.no_target_because = fmt::format("--{}={} names no target", option, value);
  } else if (!backend.devices_probed) {
    backend.no_target_because = fmt::format(
        "--{}={} is the target of the device present, but none was looked for", option, value);
  } else {
    backend.no_target_because =
        fmt::format("--{}={} found no device: {}", option, value, what_was_found(backend.probe));
  }
}

std::vector<Device> devices_for(const ChosenBackend& backend, const std::string& target) {
  std::vector<Device> result;
  for (const Device& device : backend.probe.devices) {
    if (device.usable && fits(device, target)) result.push_back(device);
  }
  return result;
}

std::string unavailable_because(const ChosenBackend& backend, const std::string& target) {
  if (!backend.devices_probed || !devices_for(backend, target).empty()) return {};
  const std::string wanted = target.empty() ? "" : " for " + target;
  const std::string found = what_was_found(backend.probe);
  if (backend.probe.devices.empty()) return fmt::format("no device{}: {}", wanted, found);
  return fmt::format("no usable device{}; present: {}", wanted, found);
}

std::vector<std::string> mismatch_notes(const ChosenBackend& backend, const std::string& sku) {
  std::set<std::string> targets;
  std::set<std::string> skus;
  for (const Device& device : backend.probe.devices) {
    if (!device.target.empty()) targets.insert(device.target);
    if (!device.sku.empty()) skus.insert(device.sku);
  }
  std::vector<std::string> notes;
  for (const std::string& target : backend.targets) {
    if (target.empty() || targets.empty() || targets.contains(target)) continue;
    notes.push_back(fmt::format("{}: {} was chosen, but the devices present are {}", backend.name,
                                target, fmt::join(targets, ", ")));
  }
  if (!sku.empty() && !skus.empty() && !skus.contains(sku)) {
    notes.push_back(fmt::format("{}: the SKU {} was chosen, but the devices present are {}",
                                backend.name, sku, fmt::join(skus, ", ")));
  }
  return notes;
}

}  // namespace sharkreg::core
