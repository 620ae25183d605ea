// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <sharkreg/comparator.h>

namespace iree_threshold {

// Judges as iree-run-module 3.13 does for --expected_output, but looks at every element and says
// how far off they are.
//
// f16, bf16, f32, f64: an element matches if it is equal, or both are NaN, or the expected one is
// finite and |actual - expected| <= atol + rtol * |expected|, in double precision. In exact mode,
// and for all other types, an element matches if its bytes are equal.
//
// Metrics of numbers are taken over the pairs of which both are finite, relative errors over those
// of them whose expected value is not 0.
class IreeThreshold final : public sharkreg::Comparator {
 public:
  static constexpr bool thread_safe = true;  // it keeps nothing

  sharkreg::ComparatorDescription describe() const override;
  sharkreg::Comparison compare(const sharkreg::TensorView& expected,
                               const sharkreg::TensorView& actual,
                               const std::vector<std::string>& arguments) override;
};

}  // namespace iree_threshold
