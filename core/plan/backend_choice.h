// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sharkreg/backend.h>
#include <sharkreg/configuration.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace sharkreg::core {

// A backend that takes part in a run: an instance, and what is known of it before planning.
struct ChosenBackend {
  std::string name;
  std::filesystem::path library;
  std::string library_trusted_sha256;  // under the strict policy; else empty
  std::string version;                 // of the plugin
  BackendDescription description;
  Configuration configuration;
  std::shared_ptr<Backend> backend;
  Probe probe;

  std::vector<std::string> targets;  // to compile for; {""} if they have no names
  std::string no_target_because;     // "auto" found no device: why `targets` is empty
  bool required = false;             // the user named it: a missing device is a failure
  bool devices_probed = true;        // false: runs are tried without looking for a device
};

// Splits the value of the target option, and puts the targets of the usable devices in the place of
// "auto". Sets targets and no_target_because. Each target occurs once.
void choose_targets(ChosenBackend& backend);

// Why no run for this target is possible here; empty if one is.
std::string unavailable_because(const ChosenBackend& backend, const std::string& target);

// The usable devices that run programs for this target.
std::vector<Device> devices_for(const ChosenBackend& backend, const std::string& target);

// Remarks: a target or SKU was chosen that is not the one of the devices present.
std::vector<std::string> mismatch_notes(const ChosenBackend& backend, const std::string& sku);

}  // namespace sharkreg::core
