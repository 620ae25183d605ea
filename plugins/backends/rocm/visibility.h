// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rocm/topology.h"

namespace sharkreg::rocm {

// "GPU-" and the unique id in 16 hexadecimal digits, as ROCr names a GPU; empty without an id.
std::string uuid_of(const GpuNode& gpu);

// Positions, among all GPUs, of those that ROCR_VISIBLE_DEVICES and HIP_VISIBLE_DEVICES leave, in
// the order in which a program sees them. Each is a list of positions or UUIDs; the second counts
// among those that the first leaves. As in ROCr and HIP the first entry that means no GPU ends
// the list.
std::vector<std::size_t> visible_gpus(const std::vector<GpuNode>& gpus,
                                      const std::optional<std::string>& rocr_visible_devices,
                                      const std::optional<std::string>& hip_visible_devices);

// The value of ROCR_VISIBLE_DEVICES that leaves only the GPU at this position: its UUID, or, when
// it has none of its own, the position.
std::string selector_of(const std::vector<GpuNode>& gpus, std::size_t position);

}  // namespace sharkreg::rocm
