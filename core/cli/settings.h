// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace sharkreg::core {

// Where a value came from, weakest first.
enum class Origin { default_value, user_file, suite_file, environment, command_line };

// A value together with where it came from.
struct Setting {
  std::vector<std::string> values;  // empty for an option without default that was not given
  Origin origin = Origin::default_value;
  std::string place;  // "--model", "SHARKREG_MODEL", "~/.config/…/sharkreg.cfg"
};

// All settings by option name.
class Settings {
 public:
  std::map<std::string, Setting> all;

  std::string text(const std::string& name) const;                // the value, or ""
  std::vector<std::string> list(const std::string& name) const;   // split at commas, each once
  std::vector<std::string> texts(const std::string& name) const;  // all values as given
  bool is_true(const std::string& name) const;
  double number(const std::string& name) const;
  bool given(const std::string& name) const;  // by whatever but the default
};

}  // namespace sharkreg::core
