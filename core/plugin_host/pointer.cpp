// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/pointer.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

namespace sharkreg::core {
namespace {

// The character that begins at `position` of an escaped spelling; `position` moves behind it.
char unescaped(std::string_view spelling, std::size_t& position) {
  const char c = spelling[position++];
  if (c != '~') return c;
  return spelling[position++] == '0' ? '~' : '/';
}

}  // namespace

bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text.front() != '/') return false;
  for (std::size_t position = text.find('~'); position != std::string_view::npos;
       position = text.find('~', position + 1)) {
    if (position + 1 == text.size()) return false;
    if (text[position + 1] != '0' && text[position + 1] != '1') return false;
  }
  return true;
}

bool PointerToken::names(std::string_view key) const {
  std::size_t position = 0;
  for (const char c : key) {
    if (position == spelling_.size() || unescaped(spelling_, position) != c) return false;
  }
  return position == spelling_.size();
}

std::string PointerToken::key() const {
  std::string result;
  result.reserve(spelling_.size());
  for (std::size_t position = 0; position < spelling_.size();) {
    result += unescaped(spelling_, position);
  }
  return result;
}

std::optional<std::size_t> PointerToken::index() const {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (spelling_.empty() || !std::all_of(spelling_.begin(), spelling_.end(), is_digit)) {
    return std::nullopt;
  }
  if (spelling_.size() > 1 && spelling_.front() == '0') return std::nullopt;
  std::size_t value = 0;
  const auto parsed = std::from_chars(spelling_.data(), spelling_.data() + spelling_.size(), value);
  return parsed.ec == std::errc() ? value : std::numeric_limits<std::size_t>::max();
}

}  // namespace sharkreg::core
