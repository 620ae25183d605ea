// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include <sharkreg/backend.h>
#include <sharkreg/host.h>

#include "iree/tools.h"
#include "vulkan/drivers.h"

namespace sharkreg::vulkan {

// A device in what `iree-run-module --dump_devices=vulkan` prints.
struct ListedDevice {
  std::string uuid;    // as IREE names it: "GPU-6d65…"
  std::string name;    // as the driver names it
  std::string driver;  // "llvmpipe Mesa 22.3.6 (LLVM 15.0.6)"
};

std::vector<ListedDevice> parse_devices(std::string_view dump);

// Asks the runtime for the devices of each driver by itself, so that each device can be told from
// those of other drivers: its environment lets the loader see its driver alone. A run takes the
// first device of a driver; further ones are listed as unusable. Adds to `probe`, and where no
// device is usable says what was looked for.
//
// The host remembers answers by the content of the runtime, the manifest, the driver's library, and
// what the kernel says of graphics devices, as long as these stay the same.
void find_devices(const iree::LocatedTool& runtime, const Drivers& drivers, const Host& host,
                  Probe& probe);

}  // namespace sharkreg::vulkan
