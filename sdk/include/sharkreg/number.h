// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_NUMBER_H
#define SHARKREG_NUMBER_H

#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace sharkreg {

// The number that the whole text stands for, such as "0.001", "-2" or "1e-3", whatever the locale of
// the process is. Empty for anything else: blanks, hexadecimal, "nan", "inf", too large a number.
// (std::from_chars would do, but libc++ has it for floating point only from version 20 on.)
inline std::optional<double> parse_number(std::string_view text) {
  if (text.empty() || text.front() == '+') return std::nullopt;
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
  std::istringstream stream{std::string(text)};
  stream.imbue(std::locale::classic());
  double value = 0;
  stream >> value;
  if (stream.fail() || stream.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  return value;
}

}  // namespace sharkreg

#endif  // SHARKREG_NUMBER_H
