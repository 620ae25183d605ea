// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sharkreg/comparator.h>

namespace sharkreg::core {

// Whether two results are the same, bit for bit, and if not how far apart: how many elements differ,
// by how much at most, absolutely, relatively, and for floating-point numbers in units in the last
// place (ULP): the number of values of the type that lie between.
//
// Metrics of a mismatch: elements, and, where values are numbers, max_absolute_difference,
// max_relative_difference, max_ulp_difference. Where one of two that differ is NaN or infinite, it
// counts for the number alone. Takes no arguments.
class Bitwise final : public Comparator {
 public:
  ComparatorDescription describe() const override;
  Comparison compare(const TensorView& expected, const TensorView& actual,
                     const std::vector<std::string>& arguments) override;
};

}  // namespace sharkreg::core
