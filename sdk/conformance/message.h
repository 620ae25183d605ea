// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "perform.h"

namespace sharkreg::conformance {

// What a child tells its parent, one line each.
std::string question_line(const std::string& asked);
std::string result_line(const Performed& performed);

// Everything that a child told. Lines that are no message of ours are a plugin's and are ignored.
struct Told {
  std::string asked;  // the last question
  bool finished = false;
  Performed performed;  // if it is finished
};
Told read_lines(std::string_view lines);

}  // namespace sharkreg::conformance
