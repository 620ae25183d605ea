// SPDX-License-Identifier: Apache-2.0
#include "file_url.h"

#include <string_view>

#include <sharkreg/failure.h>

namespace file_fetcher {
namespace {

using sharkreg::Failure;

[[noreturn]] void refuse(const std::string& url, const std::string& reason,
                         const std::string& hint = {}) {
  throw Failure(Failure::Kind::invalid, "\"" + url + "\" " + reason, hint);
}

// ASCII only: URLs know nothing else, and the locale must not matter.
bool equal_ignoring_case(std::string_view text, std::string_view lower_case) {
  if (text.size() != lower_case.size()) return false;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const char c = text[index];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != lower_case[index]) return false;
  }
  return true;
}

int hexadecimal_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::string percent_decode(const std::string& url, std::string_view text) {
  std::string decoded;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (text[index] != '%') {
      decoded += text[index];
      continue;
    }
    const int high = index + 1 < text.size() ? hexadecimal_value(text[index + 1]) : -1;
    const int low = index + 2 < text.size() ? hexadecimal_value(text[index + 2]) : -1;
    if (high < 0 || low < 0) {
      refuse(url, "has a '%' that two hexadecimal digits do not follow",
             "write a '%' that belongs to the name as %25");
    }
    decoded += static_cast<char>(high * 16 + low);
    index += 2;
  }
  return decoded;
}

// What follows the host.
std::string_view without_host(const std::string& url, std::string_view rest) {
  if (rest.substr(0, 2) != "//") return rest;
  rest.remove_prefix(2);
  const std::string_view host = rest.substr(0, rest.find('/'));
  if (!host.empty() && !equal_ignoring_case(host, "localhost")) {
    refuse(url, "names the host \"" + std::string(host) + "\", but files are read on this one only",
           "write three slashes before an absolute path: file:///directory/file");
  }
  return rest.substr(host.size());
}

std::string decoded_path(const std::string& url) {
  const auto colon = url.find(':');
  if (colon == std::string::npos ||
      !equal_ignoring_case(std::string_view(url).substr(0, colon), "file")) {
    refuse(url, "is neither a file: URL nor an absolute path");
  }
  const std::string_view encoded = without_host(url, std::string_view(url).substr(colon + 1));
  if (encoded.find_first_of("?#") != std::string_view::npos) {
    refuse(url, "has a query or a fragment, which files do not",
           "write '?' in a name as %3F and '#' as %23");
  }
  return percent_decode(url, encoded);
}

}  // namespace

std::string path_from_url(const std::string& url) {
  const std::string path = !url.empty() && url.front() == '/' ? url : decoded_path(url);
  if (path.empty() || path.front() != '/') refuse(url, "does not hold an absolute path");
  if (path.find('\0') != std::string::npos) refuse(url, "has a zero byte, which no path can have");
  return path;
}

}  // namespace file_fetcher
