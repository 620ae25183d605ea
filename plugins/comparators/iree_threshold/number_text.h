// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <sharkreg/tensor.h>

namespace iree_threshold {

// An element as people read it: the shortest text that gives the same value; the bytes in
// hexadecimal for types that have no numbers here.
std::string element_text(const sharkreg::TensorView& tensor, std::uint64_t index);

// Four significant digits.
std::string short_text(double value);

// "element 7", and for more than one dimension "element 7 (at [1, 3])".
std::string place_text(const sharkreg::TensorView& tensor, std::uint64_t index);

}  // namespace iree_threshold
