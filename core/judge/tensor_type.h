// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sharkreg/backend.h>
#include <sharkreg/tensor.h>

#include "base/error.h"

namespace sharkreg::core {

// Element type and static shape of a tensor. Rank 0 is a scalar with one element.
struct TensorType {
  ElementType element = ElementType::opaque;
  std::vector<std::uint64_t> shape;

  friend bool operator==(const TensorType&, const TensorType&) = default;
};

// As model files write it: "2x3xf32", "f32" for a scalar.
std::string to_text(const TensorType& type);

// As to_text, with '?' for a dynamic dimension.
std::string to_text(const DeclaredResult& declared);

// Reads "1x64xi64". Errors (invalid) for anything else, dynamic dimensions too, and for a type
// whose byte size does not fit 63 bits.
Result<TensorType> parse_value(std::string_view value);

// Of the whole tensor, in bytes; absent if it does not fit 63 bits.
std::optional<std::uint64_t> byte_size_of(const TensorType& type);

bool is_integer(ElementType type);

// Whether the two are one type to a compiled program, whose integers have no sign: a NumPy array of
// uint8 and a result of type i8 are the same bits. Otherwise only equal types are.
bool are_interchangeable(ElementType a, ElementType b);

}  // namespace sharkreg::core
