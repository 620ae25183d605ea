// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <sharkreg/tensor.h>

namespace iree_threshold {

// How a tensor is cut into elements, also where the SDK has no name for their type: what it says of
// their size, else bytes. Less than 8 bits, or a multiple of 8.
unsigned element_bits(const sharkreg::TensorView& tensor);
std::uint64_t element_count(const sharkreg::TensorView& tensor);

}  // namespace iree_threshold
