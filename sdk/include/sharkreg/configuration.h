// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_CONFIGURATION_H
#define SHARKREG_CONFIGURATION_H

#include <sharkreg/codec.h>

#include <map>
#include <string>
#include <vector>

namespace sharkreg {

// What an instance is made with. Empty when the host only wants it described.
struct Configuration {
  static constexpr std::string_view schema = SR_CONFIGURATION_SCHEMA;

  // Values of the options that the plugin declared, by name, checked against their types;
  // those of a repeatable option are joined by newlines.
  std::map<std::string, std::string> options;

  // Where to look for tools, best first; absolute paths.
  std::vector<std::string> tool_directories;

  // The option's value, or "" if it was not declared.
  std::string option(const std::string& name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::string() : found->second;
  }
};

template <class Visitor>
void fields(Visitor& visit, Configuration& value) {
  visit("options", value.options);
  visit("tool_directories", value.tool_directories);
}

}  // namespace sharkreg

#endif  // SHARKREG_CONFIGURATION_H
