// SPDX-License-Identifier: Apache-2.0
#include "protocol.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <sharkreg/failure.h>

namespace exec_fetcher {
namespace {

using sharkreg::ArtifactInformation;
using sharkreg::ArtifactPart;
using sharkreg::Failure;

constexpr std::size_t most_line_bytes = std::size_t{64} << 10;
constexpr std::size_t most_shown_bytes = 400;
constexpr std::chrono::seconds longest_wait = std::chrono::hours(7 * 24);

bool is_control(char c) {
  return (c >= 0 && c < ' ') || c == 0x7f;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string printable(std::string_view text) {
  std::string result(text.substr(0, most_shown_bytes));
  std::replace_if(
      result.begin(), result.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return result;
}

// The text with its URLs as people may see them. The one that is asked for is known; others end at
// a blank.
std::string without_secrets(std::string text, const std::string& url) {
  const std::string known = shown(url);
  for (std::size_t at = text.find(url); at != std::string::npos;
       at = text.find(url, at + known.size())) {
    text.replace(at, url.size(), known);
  }
  std::string result;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
    const std::string_view word = rest.substr(0, end);
    result += word.find("://") == std::string_view::npos ? std::string(word) : shown(word);
    result += rest.substr(end, 1);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return result;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || trouble != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// What follows "word " in a line; none if it begins otherwise.
std::optional<std::string_view> behind(std::string_view line, std::string_view word) {
  if (line.substr(0, word.size()) != word) return std::nullopt;
  line.remove_prefix(word.size());
  if (line.empty() || line.front() != ' ') return std::nullopt;
  return line.substr(1);
}

// False if it is no digest of so many bytes.
bool take_digest(ArtifactInformation& information, const char* name, std::string_view text,
                 std::size_t bytes) {
  std::string digest(text);
  std::transform(digest.begin(), digest.end(), digest.begin(), &lower);
  const bool fits = digest.size() == 2 * bytes &&
                    digest.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (fits) information.digests[name] = std::move(digest);
  return fits;
}

// False if the line is none of those that there are.
bool take_line(ArtifactInformation& information, std::string_view line) {
  if (const auto text = behind(line, "size")) {
    const auto size = number<std::int64_t>(*text);
    information.size = size;
    return size && *size >= 0;
  }
  if (const auto text = behind(line, "validator")) {
    information.validator = *text;
    return !text->empty() && std::none_of(text->begin(), text->end(), &is_control);
  }
  if (const auto text = behind(line, "ranges")) {
    information.ranges = *text == "yes";
    return *text == "yes" || *text == "no";
  }
  if (const auto text = behind(line, "sha256"))
    return take_digest(information, "sha256", *text, 32);
  if (const auto text = behind(line, "md5")) return take_digest(information, "md5", *text, 16);
  return line.empty();
}

}  // namespace

std::string scheme_of(const std::string& url) {
  const std::size_t end = url.find("://");
  std::string scheme = url.substr(0, std::min(end, url.size()));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), &lower);
  const bool is_scheme =
      end != std::string::npos && end > 0 && scheme[0] >= 'a' && scheme[0] <= 'z' &&
      std::all_of(scheme.begin(), scheme.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
      });
  if (!is_scheme)
    throw Failure(Failure::Kind::invalid, "\"" + printable(shown(url)) + "\" is no URL");
  if (std::any_of(url.begin(), url.end(), &is_control)) {
    throw Failure(Failure::Kind::invalid,
                  "\"" + printable(shown(url)) + "\" has a control character in it",
                  "write it with % and two hexadecimal digits");
  }
  return scheme;
}

std::string shown(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t begin = url.find("://");
  if (begin == std::string_view::npos) return std::string(url);
  const std::string_view rest = url.substr(begin + 3);
  const std::size_t user = rest.substr(0, rest.find('/')).rfind('@');
  if (user == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, begin + 3)) + std::string(rest.substr(user + 1));
}

std::string stat_request(const std::string& url) {
  return "url " + url + "\n\n";
}

std::string read_request(const std::string& url, const ArtifactPart& part) {
  std::string request = "url " + url + "\noffset " + std::to_string(part.offset) + "\n";
  if (part.length != ArtifactPart::to_end) {
    request += "length " + std::to_string(part.length) + "\n";
  }
  if (!part.validator.empty()) request += "validator " + part.validator + "\n";
  return request + "\n";
}

ArtifactInformation parse_information(const std::string& program, std::string_view text) {
  ArtifactInformation information;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (take_line(information, line)) continue;
    throw Failure(Failure::Kind::invalid,
                  program + " says \"" + printable(line) + "\" of it, which is not understood",
                  "lines are size N, validator TEXT, sha256 HEX, md5 HEX, ranges yes");
  }
  return information;
}

void Remarks::take(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      end();
    } else if (line_.size() < most_line_bytes) {
      line_ += c;
    }
  }
}

void Remarks::end() {
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  std::string line = printable(without_secrets(line_, url_));
  line_.clear();
  if (line.find_first_not_of(' ') == std::string::npos) return;
  if (const auto text = behind(line, "hint")) {
    hint_ = *text;
  } else if (const auto seconds = behind(line, "retry-after")) {
    const auto value = number<std::uint32_t>(*seconds);
    if (value) retry_after_ = std::min(std::chrono::seconds(*value), longest_wait);
  } else {
    reason_ = std::move(line);
  }
}

}  // namespace exec_fetcher
