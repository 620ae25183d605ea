// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace http_fetcher {

// The parts of a URL (RFC 3986) as they are written.
struct UrlParts {
  std::string scheme;     // in lower case: "https"
  std::string authority;  // in lower case: "example.com:8080"
  std::string path;       // "/a%20b"
  std::optional<std::string> query;
  std::optional<std::string> fragment;

  std::string host() const;  // without the port
};
// None if it has no "://".
std::optional<UrlParts> split_url(std::string_view url);

// Each byte but letters, digits, "-._~" and those of `kept` as "%2B".
std::string percent_encoded(std::string_view text, std::string_view kept = {});

// None if two hexadecimal digits do not follow a '%'.
std::optional<std::string> percent_decoded(std::string_view text);

std::string in_lower_case(std::string_view text);  // ASCII
std::string_view without_spaces_around(std::string_view text);

// What was sent there nobody else can read: by https, or to this machine.
bool is_confidential(std::string_view url);

}  // namespace http_fetcher
