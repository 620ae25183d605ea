// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sharkreg::iree {

// Those of `names` that someone who wrote `wanted` most likely meant, best first, at most `count`.
//
// Two kinds of likeness count: few edits (a typo: "iree-rcom-target"), and rare words in common (a
// flag that was renamed: "iree-llvmgpu-enable-prefetch", "iree-llvmgpu-prefetch-num-stages"). Words
// are what stands between dashes.
std::vector<std::string> nearest_names(std::string_view wanted,
                                       const std::vector<std::string_view>& names,
                                       std::size_t count);

}  // namespace sharkreg::iree
