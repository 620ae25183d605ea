// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include <sharkreg/tensor.h>

#include "tolerance.h"

namespace iree_threshold {

// What one pass over two tensors finds.
struct Findings {
  std::uint64_t count = 0;
  std::uint64_t mismatches = 0;
  std::optional<std::uint64_t> first;  // mismatch

  // The element with the largest excess: how far its error goes beyond its tolerance, negative
  // within it, infinite where an error cannot be measured. Only elements that differ have one.
  std::optional<std::uint64_t> worst;
  double worst_excess = -std::numeric_limits<double>::infinity();

  bool measured = false;            // the elements are real numbers: the fields below count
  bool has_special_values = false;  // the type knows NaN and infinity

  std::uint64_t finite_pairs = 0;
  double sum_of_errors = 0;
  double sum_of_squares = 0;
  double largest_error = 0;
  double largest_relative_error = 0;

  std::uint64_t expected_nan = 0;
  std::uint64_t actual_nan = 0;
  std::uint64_t expected_infinite = 0;
  std::uint64_t actual_infinite = 0;
};

// Compares element by element. Type, shape and size of the two must be equal.
Findings scan(const sharkreg::TensorView& expected, const sharkreg::TensorView& actual,
              const Tolerance& tolerance);

}  // namespace iree_threshold
