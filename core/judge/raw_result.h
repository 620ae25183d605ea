// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <sharkreg/backend.h>

#include "judge/tensor_type.h"

namespace sharkreg::core {

// The result has another shape, type or size than what is expected: "shape 3xf32, expected 4xf32".
struct ResultDiffers {
  std::string sentence;
};

// The file contradicts what the program declares, or that cannot be understood.
struct ResultBroken {
  std::string sentence;
};

// What a result of `byte_size` raw bytes is: as the program declares it, with one dynamic dimension
// computed from the size; without a declaration, or with several dynamic dimensions, as expected.
// Scalar integers of less than 32 bits are found as the i32 that they come out as.
std::variant<TensorType, ResultDiffers, ResultBroken> type_of_raw_result(
    std::uint64_t byte_size, const std::optional<DeclaredResult>& declared,
    const TensorType& expected);

}  // namespace sharkreg::core
