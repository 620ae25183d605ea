// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace s3 {

// Settings by name: "region".
using Section = std::map<std::string, std::string>;

// The sections of a file in the form of ~/.aws/config: "[NAME]", "NAME = VALUE", lines that begin
// with '#' or ';'. What belongs to a nested setting (its line is indented) is left out, and so is
// what is none of these.
std::map<std::string, Section> parse_sections(std::string_view text);

// Settings of one profile, of ~/.aws/credentials ("[NAME]") before ~/.aws/config ("[profile NAME]",
// "[default]"). Files that are not there have nothing.
struct Profile {
  bool is_there = false;
  Section settings;

  std::string setting(const std::string& name) const;  // "" if there is none

  static Profile read(const std::string& name, const std::string& credentials_file,
                      const std::string& config_file);
};

}  // namespace s3
