// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <sharkreg/tensor.h>

namespace iree_threshold {

// How far an actual value may be from the expected one.
struct Tolerance {
  bool exact = false;     // equal bytes, nothing else
  double absolute = 0.0;  // atol and rtol of |actual - expected| <= atol + rtol * |expected|
  double relative = 0.0;
};

// What a list of arguments says, for all element types at once. Defaults are those of
// iree-run-module 3.13.
struct Tolerances {
  bool exact = false;
  double f16 = 1e-3;
  double bf16 = 1e-2;
  double f32 = 1e-4;
  double f64 = 1e-4;
  double relative = 1e-5;

  // Exact for a type that has no tolerance: integers, booleans and all the rest.
  Tolerance of(sharkreg::ElementType type) const;
};

// One line of help for each argument.
std::vector<std::string> argument_help();

// Of several arguments of one name the last counts, as in the runtime. Throws Failure(invalid)
// naming the argument that is not understood.
Tolerances parse_tolerances(const std::vector<std::string>& arguments);

}  // namespace iree_threshold
