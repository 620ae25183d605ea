// SPDX-License-Identifier: Apache-2.0
#include "suite/source.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t longest_file_name = 255;  // of Linux's file systems

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

int hexadecimal_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// None if an escape is broken.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hexadecimal_digit(text[i + 1]);
    const int low = hexadecimal_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

// Why a name cannot be that of a file in a directory of ours and an argument of a tool; empty if it
// can.
std::string_view objection_to(std::string_view name) {
  if (name.empty() || name == "." || name == "..") return "a path or URL that ends in a file name";
  if (name.front() == '-') return "a file name that does not begin with \"-\", as options do";
  if (name.size() > longest_file_name) return "a file name of at most 255 bytes";
  if (name.find('/') != std::string_view::npos || has_control_characters(name) ||
      !is_valid_utf8(name)) {
    return "a plain file name";
  }
  return {};
}

std::string_view last_component(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// The path of a URL: what stands behind the authority, without query and fragment.
std::string_view path_of_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t slash = url.find('/', url.find("://") + 3);
  return slash == std::string_view::npos ? std::string_view() : url.substr(slash);
}

std::string file_name_of_url(std::string_view url) {
  const std::string_view written = last_component(path_of_url(url));
  const std::optional<std::string> decoded = percent_decoded(written);
  return decoded && objection_to(*decoded).empty() ? *decoded : std::string(written);
}

Error refusal(std::string_view expected) {
  return {ErrorKind::invalid, std::string(expected), ""};
}

}  // namespace

bool is_url(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos || end < 2 || !is_letter(text.front())) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

Result<Source> parse_source(std::string_view text, const std::filesystem::path& directory) {
  if (text.empty()) return refusal("a path or a URL");
  if (has_control_characters(text)) return refusal("a path or URL without control characters");
  Source source;
  source.text = text;
  source.is_url = is_url(text);
  if (source.is_url) {
    // RFC 3986 allows none of these, and it is by them that base/secrets.h finds a URL's end.
    if (text.find_first_of(" \"<>\\`") != std::string_view::npos) {
      return refusal("a URL without spaces and any of \"<>\\` (write %20 for a space)");
    }
    source.location = text;
    source.file_name = file_name_of_url(text);
  } else {
    source.location = (directory / text).lexically_normal().native();
    source.file_name = last_component(text);
  }
  const std::string_view objection = objection_to(source.file_name);
  if (!objection.empty()) return refusal(objection);
  return source;
}

}  // namespace sharkreg::core
