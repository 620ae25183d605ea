// SPDX-License-Identifier: Apache-2.0
#include "base/pattern.h"

// The standard library's would recurse until the stack is full, or search until the end of time.
#include <boost/regex.hpp>

namespace sharkreg::core {

struct Pattern::State {
  boost::regex compiled;
};

Result<Pattern> Pattern::create(const std::string& pattern) {
  try {
    return Pattern(
        std::make_shared<const State>(State{boost::regex(pattern, boost::regex::ECMAScript)}));
  } catch (const boost::regex_error& error) {
    return Error{ErrorKind::invalid, error.what(), {}};
  }
}

Result<bool> Pattern::is_found_in(const std::string& text) const {
  try {
    return boost::regex_search(text, state_->compiled);
  } catch (const std::runtime_error& error) {  // of matching
    return Error{ErrorKind::invalid, error.what(), {}};
  }
}

Result<void> check_pattern(const std::string& pattern) {
  const auto compiled = Pattern::create(pattern);
  if (!compiled) return compiled.error();
  return {};
}

Result<bool> has_match(const std::string& text, const std::string& pattern) {
  const auto compiled = Pattern::create(pattern);
  if (!compiled) return compiled.error();
  return compiled->is_found_in(text);
}

}  // namespace sharkreg::core
