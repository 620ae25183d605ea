// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace sharkreg::core {

std::string Settings::text(const std::string& name) const {
  const auto found = all.find(name);
  return found == all.end() || found->second.values.empty() ? "" : found->second.values.back();
}

std::vector<std::string> Settings::texts(const std::string& name) const {
  const auto found = all.find(name);
  return found == all.end() ? std::vector<std::string>{} : found->second.values;
}

std::vector<std::string> Settings::list(const std::string& name) const {
  std::vector<std::string> result;
  for (const std::string& value : texts(name)) {
    for (const std::string& part : split(value, ',')) {
      const std::string_view trimmed = trim(part);
      if (!trimmed.empty() && std::ranges::find(result, trimmed) == result.end()) {
        result.emplace_back(trimmed);
      }
    }
  }
  return result;
}

bool Settings::is_true(const std::string& name) const {
  return text(name) == "true";
}

double Settings::number(const std::string& name) const {
  const std::string value = text(name);
  double number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

bool Settings::given(const std::string& name) const {
  const auto found = all.find(name);
  return found != all.end() && found->second.origin != Origin::default_value;
}

}  // namespace sharkreg::core
