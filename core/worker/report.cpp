// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "base/text.h"

namespace sharkreg::core {
namespace {

// A message of a plugin may have several lines; the host counts lines.
std::string one_line(std::string_view text) {
  std::string line = printable(trim(text));
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

}  // namespace

void report(const std::string& message, const std::string& hint) {
  std::string text = one_line(message) + "\n";
  if (!hint.empty()) text += one_line(hint) + "\n";
  // What the plugin printed leads to the same place, and must not come behind.
  std::fflush(stdout);
  std::fputs(text.c_str(), stderr);
}

void report(const Error& error) {
  report(error.message, error.hint);
}

}  // namespace sharkreg::core
