// SPDX-License-Identifier: Apache-2.0
#include <cctype>
#include <string_view>

#include "judge/judge.h"

namespace sharkreg::core {
namespace {

bool belongs_to_a_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '/';
}

// Whether `text` from `at` on is `name`, not a part of a longer one.
bool stands_at(std::string_view text, std::size_t at, std::string_view name) {
  if (text.compare(at, name.size(), name) != 0) return false;
  const bool begins = at == 0 || (!belongs_to_a_name(text[at - 1]) && text[at - 1] != '.');
  const std::size_t end = at + name.size();
  return begins && (end == text.size() || !belongs_to_a_name(text[end]));
}

}  // namespace

std::string map_names(const std::string& text, const std::map<std::string, std::string>& names,
                      const std::filesystem::path& working_directory) {
  const std::string prefix = working_directory.string() + "/";
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    if (prefix.size() > 1 && text.compare(at, prefix.size(), prefix) == 0) at += prefix.size();
    const std::pair<const std::string, std::string>* match = nullptr;
    for (const auto& entry : names) {
      const bool longer = match == nullptr || entry.first.size() > match->first.size();
      if (longer && stands_at(text, at, entry.first)) match = &entry;
    }
    if (match != nullptr) {
      result += match->second;
      at += match->first.size();
    } else if (at < text.size()) {
      result += text[at++];
    }
  }
  return result;
}

}  // namespace sharkreg::core
