// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/options.h"

namespace sharkreg::core {

std::string help_of(const std::vector<OptionSpec>& specs) {
  std::vector<std::string> groups;
  for (const OptionSpec& spec : specs) {
    if (std::ranges::find(groups, spec.group) == groups.end()) groups.push_back(spec.group);
  }
  std::string text;
  for (const std::string& group : groups) {
    text += "\n" + group + ":\n";
    for (const OptionSpec& spec : specs) {
      if (spec.group != group) continue;
      std::string left = "  --" + spec.name;
      if (!spec.value_name.empty()) left += "=" + spec.value_name;
      std::string help = spec.help;
      if (!spec.choices.empty()) help += " (" + join(spec.choices, ", ") + ")";
      if (!spec.default_value.empty() && spec.type != OptionSpec::Type::boolean) {
        help += fmt::format("; default: {}", spec.default_value);
      }
      if (left.size() > 28) {
        text += fmt::format("{}\n{:30}{}\n", left, "", help);
      } else {
        text += fmt::format("{:<30}{}\n", left, help);
      }
    }
  }
  return text;
}

}  // namespace sharkreg::core
