// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/error.h"

namespace sharkreg::core {

// Regular expressions of ECMAScript, where ^ and $ are the ends of a line.

// An error that says what is wrong with the pattern.
Result<void> check_pattern(const std::string& pattern);

// Whether the pattern is found in the text. An error if it is wrong, or if looking for it would take
// longer than anybody wants to wait.
Result<bool> has_match(const std::string& text, const std::string& pattern);

// One that is looked for in many texts. Copies share it. Threads: any.
class Pattern {
 public:
  // Errors are those of check_pattern.
  static Result<Pattern> create(const std::string& pattern);

  // As has_match.
  Result<bool> is_found_in(const std::string& text) const;

 private:
  struct State;
  explicit Pattern(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace sharkreg::core
