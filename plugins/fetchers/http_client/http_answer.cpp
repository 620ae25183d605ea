// SPDX-License-Identifier: Apache-2.0
#include "http_answer.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <utility>

#include <curl/curl.h>

namespace http_fetcher {
namespace {

constexpr std::size_t most_shown = 200;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || trouble != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// The value of a member of "md5=…, sha-256=:…:", either form; "" if there is none.
std::string_view digest_member(std::string_view text, std::string_view name) {
  for (std::size_t at = 0; at < text.size();) {
    std::string_view member = text.substr(at, text.find(',', at) - at);
    at += member.size() + 1;
    while (!member.empty() && member.front() == ' ') member.remove_prefix(1);
    const std::size_t equals = member.find('=');
    if (equals == std::string_view::npos || equals != name.size()) continue;
    bool same = true;
    for (std::size_t index = 0; index < equals; ++index) {
      const char c = member[index];
      same = same && (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) == name[index];
    }
    if (!same) continue;
    std::string_view value = member.substr(equals + 1);
    if (value.size() > 1 && value.front() == ':' && value.back() == ':') {
      value = value.substr(1, value.size() - 2);
    }
    return value;
  }
  return {};
}

// What a number such as "#34" or "#x22" stands for, if that is a plain character; else "".
std::string character_of(std::string_view number) {
  const bool hexadecimal = number.substr(0, 2) == "#x";
  number.remove_prefix(hexadecimal ? 2 : 1);
  unsigned value = 0;
  const auto [end, trouble] =
      std::from_chars(number.data(), number.data() + number.size(), value, hexadecimal ? 16 : 10);
  const bool plain = trouble == std::errc() && end == number.data() + number.size() &&
                     value >= ' ' && value <= '~';
  return plain ? std::string(1, static_cast<char>(value)) : std::string();
}

std::string without_entities(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"lt", "<"}, {"gt", ">"}, {"amp", "&"}, {"quot", "\""}, {"apos", "'"}};
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t end = text[at] == '&' ? text.find(';', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      result += text[at];
      continue;
    }
    const std::string_view entity = text.substr(at + 1, end - at - 1);
    if (entity.substr(0, 1) == "#") result += character_of(entity);
    for (const auto& [name, character] : names) {
      if (entity == name) result += character;
    }
    at = end;
  }
  return result;
}

// A message without what Azure puts on lines of their own behind it.
std::string first_sentences(std::string text) {
  text.resize(std::min(text.size(), text.find(" RequestId:")));
  return text;
}

}  // namespace

std::string shown(std::string_view url) {
  return std::string(url.substr(0, url.find_first_of("?#")));
}

std::string Answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

std::optional<std::uint64_t> Answer::content_length() const {
  return is_encoded() ? std::nullopt : number(header("content-length"));
}

bool Answer::is_encoded() const {
  const std::string encoding = header("content-encoding");
  return !encoding.empty() && encoding != "identity";
}

std::chrono::milliseconds Answer::retry_after() const {
  const std::string text = header("retry-after");
  if (text.empty()) return {};
  constexpr std::uint64_t longest = 7 * 24 * 3600;
  if (const auto seconds = number(text)) {
    return std::chrono::seconds(std::min(*seconds, longest));
  }
  const std::time_t when = curl_getdate(text.c_str(), nullptr);
  const std::time_t now = std::time(nullptr);
  if (when <= now) return {};
  return std::chrono::seconds(std::min(static_cast<std::uint64_t>(when - now), longest));
}

std::string Answer::error_element(std::string_view name) const {
  const std::string tag = std::string(name) + ">";
  const std::size_t begin = error_text.find("<" + tag);
  if (begin == std::string::npos) return {};
  const std::size_t first = begin + 1 + tag.size();
  // Of what was cut off there is no end.
  return without_entities(
      std::string_view(error_text).substr(first, error_text.find("</" + tag, first) - first));
}

std::string Answer::error_code() const {
  const std::string code = header("x-ms-error-code");
  return code.empty() ? error_element("Code") : code;
}

std::string Answer::said() const {
  const std::string code = error_code();
  const bool is_xml = error_text.rfind("<?xml", 0) == 0 || error_text.rfind("<Error", 0) == 0;
  std::string explained = is_xml ? first_sentences(error_element("Message")) : error_text;
  if (explained.size() > most_shown) explained.resize(most_shown);
  std::string text = std::to_string(status);
  // Azure's reason is the same message again.
  if (!reason.empty() && explained.rfind(reason, 0) != 0) text += " " + reason;
  if (!code.empty()) explained = explained.empty() ? code : code + ": " + explained;
  if (!explained.empty()) text += " (" + explained + ")";
  return text;
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  constexpr std::string_view unit = "bytes ";
  if (text.substr(0, unit.size()) != unit) return std::nullopt;
  text.remove_prefix(unit.size());
  const std::size_t dash = text.find('-');
  const std::size_t slash = text.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) {
    return std::nullopt;
  }
  const auto first = number(text.substr(0, dash));
  const auto last = number(text.substr(dash + 1, slash - dash - 1));
  const std::string_view total = text.substr(slash + 1);
  if (!first || !last || *last < *first) return std::nullopt;
  if (total == "*") return ContentRange{*first, *last, std::nullopt};
  const auto size = number(total);
  if (!size || *last >= *size) return std::nullopt;
  return ContentRange{*first, *last, size};
}

Version Version::of(const Answer& answer, std::optional<std::uint64_t> size) {
  Version version;
  const std::string etag = answer.header("etag");
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    version.etag = etag;
  } else {
    version.last_modified = answer.header("last-modified");
  }
  version.size = size;
  return version;
}

std::string Version::text() const {
  if (!is_known()) return {};
  return (size ? std::to_string(*size) : "?") +
         (etag.empty() ? " of " + last_modified : " " + etag);
}

Version Version::from_text(std::string_view text) {
  Version version;
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return version;
  version.size = number(text.substr(0, space));
  text.remove_prefix(space + 1);
  constexpr std::string_view of = "of ";
  if (text.substr(0, of.size()) == of) {
    version.last_modified = text.substr(of.size());
  } else {
    version.etag = text;
  }
  return version;
}

std::optional<std::string> hexadecimal_of_base64(std::string_view text, std::size_t bytes) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::string_view digits = "0123456789abcdef";
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string hexadecimal;
  unsigned bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<unsigned>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    hexadecimal += digits[bits >> (held + 4) & 15];
    hexadecimal += digits[bits >> held & 15];
  }
  if (hexadecimal.size() != 2 * bytes) return std::nullopt;
  return hexadecimal;
}

std::map<std::string, std::string> digests_of(const Answer& answer) {
  std::map<std::string, std::string> digests;
  const auto add = [&](const char* name, std::string_view base64, std::size_t bytes) {
    if (base64.empty()) return;
    if (auto text = hexadecimal_of_base64(base64, bytes)) digests.emplace(name, std::move(*text));
  };
  for (const char* header : {"repr-digest", "digest"}) {
    const std::string value = answer.header(header);
    add("sha256", digest_member(value, "sha-256"), 32);
    add("md5", digest_member(value, "md5"), 16);
  }
  // Of a part it is the part's.
  if (answer.status != 206) add("md5", answer.header("content-md5"), 16);
  return digests;
}

}  // namespace http_fetcher
