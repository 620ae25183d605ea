// SPDX-License-Identifier: Apache-2.0
#include "base/pattern.h"

// The standard library's would recurse until the stack is full, or search until the end of time.
#include <boost/regex.hpp>

namespace sharkreg::core {

Result<void> check_pattern(const std::string& pattern) {
  try {
    const boost::regex compiled(pattern, boost::regex::ECMAScript);
    return {};
  } catch (const boost::regex_error& error) {
    return Error{ErrorKind::invalid, error.what(), {}};
  }
}

Result<bool> has_match(const std::string& text, const std::string& pattern) {
  try {
    return boost::regex_search(text, boost::regex(pattern, boost::regex::ECMAScript));
  } catch (const std::runtime_error& error) {  // of matching; regex_error is one as well
    return Error{ErrorKind::invalid, error.what(), {}};
  }
}

}  // namespace sharkreg::core
