// SPDX-License-Identifier: Apache-2.0
#include "iree/flag_list.h"

#include "iree/similarity.h"
#include "iree/text.h"

namespace sharkreg::iree {
namespace {

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name_part(char c) {
  return is_name_start(c) || c == '-' || c == '_' || c == '.' || c == '+';
}

// Removes one dash or two; false when what follows cannot be a flag's name.
bool strip_dashes(std::string_view& text) {
  if (!text.starts_with('-')) return false;
  text.remove_prefix(text.starts_with("--") ? 2 : 1);
  return !text.empty() && is_name_start(text.front());
}

// A flag's line is indented by two columns, or by six in a group; values of enums ("=name") and
// the continuation of a help text by other amounts.
bool strip_indentation(std::string_view& line) {
  const std::size_t indentation = line.find_first_not_of(' ');
  if (indentation != 2 && indentation != 6) return false;
  line.remove_prefix(indentation);
  return true;
}

}  // namespace

std::optional<WrittenFlag> parse_flag(std::string_view argument) {
  if (!strip_dashes(argument)) return std::nullopt;
  const std::size_t equals = argument.find('=');
  WrittenFlag flag{std::string(argument.substr(0, equals)), std::nullopt};
  if (equals != std::string_view::npos) flag.value = argument.substr(equals + 1);
  return flag;
}

std::optional<FlagList> FlagList::parse(std::string_view help) {
  FlagList list;
  bool of_iree = false;
  for (std::string_view line : lines_of(help)) {
    if (!strip_indentation(line) || !strip_dashes(line)) continue;
    std::size_t end = 1;
    while (end < line.size() && is_name_part(line[end])) ++end;
    const std::string_view name = line.substr(0, end);
    const std::string_view rest = line.substr(end);
    // "[=<value>]" is optional; "-o <filename>" is the form of flags with one letter.
    const bool takes_value = rest.starts_with("=<") || rest.starts_with(" <");
    list.flags_.emplace(name, takes_value);
    of_iree = of_iree || name.starts_with("iree-");
  }
  if (!of_iree) return std::nullopt;
  return list;
}

bool FlagList::takes_value(std::string_view name) const {
  const auto found = flags_.find(name);
  return found != flags_.end() && found->second;
}

std::vector<std::string> FlagList::nearest(std::string_view name, std::size_t count) const {
  std::vector<std::string_view> names;
  names.reserve(flags_.size());
  for (const auto& flag : flags_) names.push_back(flag.first);
  std::vector<std::string> result = nearest_names(name, names, count);
  for (auto& nearest : result) nearest.insert(0, nearest.size() == 1 ? "-" : "--");
  return result;
}

}  // namespace sharkreg::iree
