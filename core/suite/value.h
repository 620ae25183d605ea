// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sharkreg::core {

// What a value may say besides shape and type.
enum class ValueUse {
  input,                // its bytes come from a file
  input_with_contents,  // it may say them itself: "4xf32=1 2 3 4", "i32=5"; without, they are zeros
  output,               // of a type whose elements can be compared
};

// What is wrong with a shape and type such as "1x64xi64"; nothing if it can be read.
struct ValueProblem {
  std::string found;
  std::string expected;
};
std::optional<ValueProblem> find_value_problem(std::string_view value, ValueUse use);

}  // namespace sharkreg::core
