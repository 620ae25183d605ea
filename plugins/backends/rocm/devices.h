// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <sharkreg/backend.h>

namespace sharkreg::rocm {

// The variables of the user's environment that hide devices.
struct VisibleDevices {
  std::optional<std::string> rocr;  // ROCR_VISIBLE_DEVICES
  std::optional<std::string> hip;   // HIP_VISIBLE_DEVICES
};

// Adds to `probe` the AMD GPUs that the driver's files below `root` show, usable or not (a device
// that cannot be opened, or is hidden, says so), and, when none can be used, what was looked for.
void find_devices(const std::filesystem::path& root, const VisibleDevices& visible, Probe& probe);

}  // namespace sharkreg::rocm
