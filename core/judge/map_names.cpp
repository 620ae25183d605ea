// SPDX-License-Identifier: Apache-2.0
#include <cctype>
#include <string_view>

#include "judge/judge.h"

namespace sharkreg::core {
namespace {

bool belongs_to_a_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '/';
}

// Whether `text` can have a name at `at`, rather than a part of a longer one.
bool can_begin_at(std::string_view text, std::size_t at) {
  return at == 0 || (!belongs_to_a_name(text[at - 1]) && text[at - 1] != '.');
}

// Whether `text` from `at` on is `name`, not the beginning of a longer one.
bool stands_at(std::string_view text, std::size_t at, std::string_view name) {
  if (text.compare(at, name.size(), name) != 0) return false;
  const std::size_t end = at + name.size();
  return end == text.size() || !belongs_to_a_name(text[end]);
}

using Names = std::map<std::string, std::string>;

// The longest of the names that stands there; null if none does.
const Names::value_type* name_at(std::string_view text, std::size_t at, const Names& names) {
  const Names::value_type* match = nullptr;
  for (const auto& entry : names) {
    const bool longer = match == nullptr || entry.first.size() > match->first.size();
    if (longer && stands_at(text, at, entry.first)) match = &entry;
  }
  return match;
}

}  // namespace

std::string map_names(const std::string& text, const Names& names,
                      const std::filesystem::path& working_directory) {
  const std::string prefix = working_directory.string() + "/";
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    if (!can_begin_at(text, at)) {
      result += text[at++];
      continue;
    }
    const bool absolute = prefix.size() > 1 && text.compare(at, prefix.size(), prefix) == 0;
    const std::size_t begin = absolute ? at + prefix.size() : at;
    if (const auto* match = name_at(text, begin, names)) {
      result += match->second;
      at = begin + match->first.size();
    } else if (absolute) {
      at = begin;  // the directory is gone by now
    } else {
      result += text[at++];
    }
  }
  return result;
}

}  // namespace sharkreg::core
