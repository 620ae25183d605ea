// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "rocm/topology.h"

namespace sharkreg::rocm {

// What the GPU is sold as, such as "AMD Instinct MI300X": from the lists that the driver's
// libraries and the distribution keep below `root`. Empty when none of them has it.
std::string product_name(const std::filesystem::path& root, const GpuNode& gpu);

// The SKU, as in tuner files and golden values, of a product; empty for those without one. A name
// that could mean several SKUs is not guessed at.
std::string sku_of(std::string_view product);

}  // namespace sharkreg::rocm
