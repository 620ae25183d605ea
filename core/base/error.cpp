// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <stdexcept>

namespace sharkreg::core {

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("an error was not looked at: " + to_text(error));
}

std::string to_text(const Error& error) {
  return error.hint.empty() ? error.message : error.message + " (" + error.hint + ")";
}

}  // namespace sharkreg::core
