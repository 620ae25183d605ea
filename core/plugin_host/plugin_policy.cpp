// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/plugin_policy.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t digest_size = 64;

bool is_digest(std::string_view text) {
  return text.size() == digest_size &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

}  // namespace

Result<PluginPolicy> read_strict_policy(const std::filesystem::path& list) {
  const auto text = read_file(list);
  if (!text) {
    return Error{ErrorKind::usage, "the list of trusted plugins: " + text.error().message,
                 "correct --trusted-plugins"};
  }
  PluginPolicy policy;
  policy.strict = true;
  policy.list = list;
  std::size_t number = 0;
  for (const std::string& line : split(*text, '\n')) {
    ++number;
    const std::string_view entry = trim(line);
    if (entry.empty() || entry.front() == '#') continue;
    std::string digest(entry.substr(0, entry.find_first_of(" \t")));
    if (!is_digest(digest)) {
      return Error{ErrorKind::invalid,
                   fmt::format("{}:{}: found \"{}\", expected a SHA-256 in hexadecimal and a name",
                               list.native(), number, printable(digest)),
                   "`sharkreg plugins --digests` prints such lines"};
    }
    std::ranges::transform(digest, digest.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    policy.trusted.insert(std::move(digest));
  }
  return policy;
}

Result<void> check_policy(const PluginPolicy& policy, const std::filesystem::path& library,
                          const std::string& digest) {
  if (!policy.strict || policy.trusted.contains(digest)) return {};
  return Error{ErrorKind::infrastructure,
               fmt::format("{} is not trusted: its SHA-256 {} is not in {}", library.native(),
                           digest, policy.list.native()),
               "if it is what you think it is, add that line to the list"};
}

}  // namespace sharkreg::core
