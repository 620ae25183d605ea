// SPDX-License-Identifier: Apache-2.0
#include "profile.h"

#include <fstream>
#include <sstream>

#include "url_text.h"

namespace s3 {
namespace {

using http_fetcher::without_spaces_around;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  return text.str();
}

// "profile  x" as "profile x".
std::string section_name(std::string_view text) {
  constexpr std::string_view prefix = "profile";
  text = without_spaces_around(text);
  if (text.substr(0, prefix.size()) != prefix) return std::string(text);
  const std::string_view rest = text.substr(prefix.size());
  if (rest.empty() || (rest.front() != ' ' && rest.front() != '\t')) return std::string(text);
  return std::string(prefix) + " " + std::string(without_spaces_around(rest));
}

}  // namespace

std::map<std::string, Section> parse_sections(std::string_view text) {
  std::map<std::string, Section> sections;
  Section* section = nullptr;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || std::string_view("#; \t\r").find(line.front()) != std::string_view::npos) {
      continue;
    }
    if (line.front() == '[') {
      section = &sections[section_name(line.substr(1, line.find(']') - 1))];
      continue;
    }
    const std::size_t equals = line.find('=');
    if (section == nullptr || equals == std::string_view::npos) continue;
    const std::string name =
        http_fetcher::in_lower_case(without_spaces_around(line.substr(0, equals)));
    (*section)[name] = without_spaces_around(line.substr(equals + 1));
  }
  return sections;
}

std::string Profile::setting(const std::string& name) const {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second;
}

Profile Profile::read(const std::string& name, const std::string& credentials_file,
                      const std::string& config_file) {
  Profile profile;
  const auto add = [&](const std::string& file, const std::string& section) {
    const auto sections = parse_sections(content_of(file));
    const auto found = sections.find(section);
    if (found == sections.end()) return;
    profile.is_there = true;
    profile.settings.insert(found->second.begin(), found->second.end());
  };
  add(credentials_file, name);
  add(config_file, "profile " + name);
  if (name == "default") add(config_file, name);
  return profile;
}

}  // namespace s3
