// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "judge/tensor_file.h"

namespace sharkreg::core {

// Scalar integers of less than 32 bits leave a program as 32 bits. Whether `actual` can be such a
// one, given what is expected.
bool is_widened_scalar(const TensorType& actual, const TensorType& expected);

// The i32 scalar as `element`, a narrower integer; absent if it is neither the sign extension nor
// the zero extension of one.
std::optional<Tensor> narrow_scalar(const Tensor& scalar, ElementType element);

// The value of an i32 scalar, in decimal digits.
std::string scalar_text(const Tensor& scalar);

}  // namespace sharkreg::core
