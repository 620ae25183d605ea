// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sharkreg::iree {

// A flag as it stands on a command line: "--name", "--name=value", and the same with one dash.
struct WrittenFlag {
  std::string name;  // without dashes
  std::optional<std::string> value;
};

// Absent for what is no flag: a file name, a value, "-" and "--".
std::optional<WrittenFlag> parse_flag(std::string_view argument);

// The flags that one compiler knows, as it lists them itself.
class FlagList {
 public:
  // Reads the output of `iree-compile --help-hidden`. Absent when that holds none of IREE's flags:
  // then it is some other program's help, or none.
  static std::optional<FlagList> parse(std::string_view help);

  // Names are written without dashes.
  bool knows(std::string_view name) const { return flags_.find(name) != flags_.end(); }

  // Whether a value must follow, be it after "=" or as the next argument.
  bool takes_value(std::string_view name) const;

  // Flags that someone who wrote `name` may have meant, best first, with their dashes.
  std::vector<std::string> nearest(std::string_view name, std::size_t count) const;

  std::size_t size() const { return flags_.size(); }

 private:
  std::map<std::string, bool, std::less<>> flags_;  // name to takes_value
};

}  // namespace sharkreg::iree
