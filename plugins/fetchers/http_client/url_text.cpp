// SPDX-License-Identifier: Apache-2.0
#include "url_text.h"

#include <algorithm>

namespace http_fetcher {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

int hexadecimal_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

std::string UrlParts::host() const {
  return authority.substr(0, authority.find(':', authority.rfind(']') + 1));
}

std::optional<UrlParts> split_url(std::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  UrlParts parts;
  parts.scheme = in_lower_case(url.substr(0, colon));
  url.remove_prefix(colon + 3);
  if (const std::size_t at = url.find('#'); at != std::string_view::npos) {
    parts.fragment = url.substr(at + 1);
    url = url.substr(0, at);
  }
  if (const std::size_t at = url.find('?'); at != std::string_view::npos) {
    parts.query = url.substr(at + 1);
    url = url.substr(0, at);
  }
  const std::size_t slash = std::min(url.find('/'), url.size());
  parts.authority = in_lower_case(url.substr(0, slash));
  parts.path = url.substr(slash);
  return parts;
}

std::string percent_encoded(std::string_view text, std::string_view kept) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c) || kept.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto value = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[value >> 4];
    encoded += digits[value & 15];
  }
  return encoded;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    const int high = at + 1 < text.size() ? hexadecimal_value(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? hexadecimal_value(text[at + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return decoded;
}

std::string in_lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

std::string_view without_spaces_around(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(spaces), text.size()));
  while (!text.empty() && spaces.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

bool is_confidential(std::string_view url) {
  const auto parts = split_url(url);
  if (!parts) return false;
  const std::string host = parts->host();
  return parts->scheme == "https" || host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

}  // namespace http_fetcher
