// SPDX-License-Identifier: Apache-2.0
#include "base/secrets.h"

#include <algorithm>

namespace sharkreg::core {
namespace {

constexpr std::string_view hidden = "***";
constexpr std::string_view before_authority = "://";

bool ends_url(char c) {
  return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f ||
         std::string_view("\"<>\\`").find(c) != std::string_view::npos;
}

// What stands behind "://": up to the end of the URL, without the punctuation of the sentence that
// it stands in.
std::string_view rest_of_url(std::string_view text) {
  const auto end = std::find_if(text.begin(), text.end(), ends_url);
  std::string_view rest = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  while (!rest.empty() &&
         std::string_view("'.,:;)]}").find(rest.back()) != std::string_view::npos) {
    rest.remove_suffix(1);
  }
  return rest;
}

std::string redacted_rest(std::string_view rest) {
  const std::size_t query = rest.find('?');
  const std::string_view shown = rest.substr(0, query);
  const std::size_t user_end = shown.substr(0, shown.find_first_of("/#")).rfind('@');
  std::string result;
  if (user_end == std::string_view::npos) {
    result = shown;
  } else {
    result.append(hidden).append(shown.substr(user_end));
  }
  if (query != std::string_view::npos) result.append("?").append(hidden);
  return result;
}

}  // namespace

std::string redacted(std::string_view text) {
  std::string result;
  for (;;) {
    const std::size_t at = text.find(before_authority);
    if (at == std::string_view::npos) return result.append(text);
    const std::size_t start = at + before_authority.size();
    const std::string_view rest = rest_of_url(text.substr(start));
    result.append(text.substr(0, start)).append(redacted_rest(rest));
    text.remove_prefix(start + rest.size());
  }
}

}  // namespace sharkreg::core
