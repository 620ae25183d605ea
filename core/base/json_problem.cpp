// SPDX-License-Identifier: Apache-2.0
#include "base/json_problem.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace json = boost::json;

JsonProblem problem_at(std::string_view text, std::size_t offset, std::string found,
                       std::string expected) {
  JsonProblem problem{1, 1, "", std::move(found), std::move(expected)};
  for (const char letter : text.substr(0, offset)) {
    if (letter == '\n') {
      ++problem.line;
      problem.column = 1;
    } else if ((static_cast<unsigned char>(letter) & 0xc0u) != 0x80u) {
      ++problem.column;
    }
  }
  return problem;
}

// The offset behind the text in quotes that begins at `start`; that of the end if it has none.
std::size_t end_of_text(std::string_view text, std::size_t start) {
  for (std::size_t i = start + 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return text.size() + 1;
}

// Whether the offset lies within a text in quotes. What stands before it is known to be JSON.
bool is_in_text(std::string_view text, std::size_t offset) {
  std::size_t i = text.find('"');
  while (i < offset) {
    const std::size_t end = end_of_text(text.substr(0, offset), i);
    if (end > offset) return true;
    i = text.find('"', end);
  }
  return false;
}

// The offset of a key, by its number among all keys. What stands before it is known to be JSON.
std::size_t offset_of_key(std::string_view text, std::size_t ordinal) {
  for (std::size_t i = text.find('"'); i != std::string_view::npos;) {
    const std::size_t end = end_of_text(text, i);
    if (end > text.size()) break;
    const std::size_t next = text.find_first_not_of(" \t\r\n", end);
    const bool is_key = next != std::string_view::npos && text[next] == ':';
    if (is_key && ordinal-- == 0) return i;
    i = text.find('"', end);
  }
  return text.size();
}

std::string quote(std::string_view text) {
  return fmt::format("\"{}\"", printable(text));
}

bool is_in_word(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_' ||
         (letter >= '0' && letter <= '9');
}

// The word or the character at an offset, as a message shows it.
std::string token_at(std::string_view text, std::size_t offset) {
  constexpr std::size_t longest_word = 40;
  const auto first = static_cast<unsigned char>(text[offset]);
  if (first < 0x20 || first == 0x7f) return fmt::format("the control character 0x{:02x}", first);
  if (first == '"') return "a double quote";
  std::string_view token = text.substr(offset, longest_word);
  std::size_t end = 0;
  while (end < token.size() && is_in_word(token[end])) ++end;
  for (end = std::max<std::size_t>(end, 1); end < token.size(); ++end) {
    if ((static_cast<unsigned char>(token[end]) & 0xc0u) != 0x80u) break;
  }
  return quote(token.substr(0, end));
}

std::string innermost(const JsonBuilder& builder) {
  const std::vector<JsonLevel>& levels = builder.levels();
  const std::string pointer = builder.pointer(levels.size() - 1);
  const std::string_view kind = levels.back().is_object ? "object" : "array";
  return pointer.empty() ? fmt::format("the {}", kind) : fmt::format("the {} at {}", kind, pointer);
}

JsonProblem truncated(std::string_view text, const JsonBuilder& builder) {
  if (trim(text).empty()) return problem_at(text, 0, "nothing, it is empty", "a JSON value");
  std::string expected = "the rest of the value";
  if (is_in_text(text, text.size())) {
    expected = "the closing quote of a text";
  } else if (!builder.levels().empty()) {
    expected = "the end of " + innermost(builder);
  }
  return problem_at(text, text.size(), "the end, it looks cut off", std::move(expected));
}

// What may stand where the parser found something else, by what stands before.
std::string expected_at(char before, bool adjacent, const JsonBuilder& builder) {
  const bool in_object = !builder.levels().empty() && builder.levels().back().is_object;
  if (before == ':' || before == '[') return "a value";
  if (before == '{' || (before == ',' && in_object)) return "a key in double quotes";
  if (before == '\0' || before == ',') return "a value";
  const bool in_word = adjacent && before != '"' && before != ']' && before != '}';
  if (in_word) return "a number, true, false or null";
  if (in_object) return "\",\", \":\" or \"}\"";
  return builder.levels().empty() ? "the end" : "\",\" or \"]\"";
}

JsonProblem syntax_error(std::string_view text, std::size_t offset, const JsonBuilder& builder) {
  const char found = text[offset];
  const std::size_t last = text.substr(0, offset).find_last_not_of(" \t\r\n");
  const char before = last == std::string_view::npos ? '\0' : text[last];
  const std::string_view two = text.substr(offset, 2);
  if (found == '#' || two == "//" || two == "/*") {
    return problem_at(text, offset, "a comment", "JSON, which has no comments");
  }
  if (before == ',' && (found == ']' || found == '}')) {
    return problem_at(text, last, "a trailing comma", fmt::format("no comma before \"{}\"", found));
  }
  return problem_at(text, offset, token_at(text, offset),
                    expected_at(before, last + 1 == offset, builder));
}

JsonProblem error_in_text(std::string_view text, std::size_t offset) {
  if (static_cast<unsigned char>(text[offset]) < 0x20) {
    return problem_at(text, offset,
                      text[offset] == '\n' ? "the end of the line inside of a text"
                                           : token_at(text, offset) + " inside of a text",
                      "a closing quote, or an escape such as \\n");
  }
  if (text[offset - 1] == '\\') {
    return problem_at(text, offset, "an unknown escape sequence",
                      "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
  }
  return problem_at(text, offset, "a broken \\u escape",
                    "four hexadecimal digits, surrogates in pairs");
}

}  // namespace

std::optional<JsonProblem> find_encoding_problem(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) {
    return problem_at(text, 0, "a byte order mark", "UTF-8 without one");
  }
  const std::size_t valid = valid_utf8_length(text);
  if (valid == text.size()) return std::nullopt;
  const auto byte = static_cast<unsigned char>(text[valid]);
  return problem_at(text, valid, fmt::format("the byte 0x{:02x}", byte),
                    "UTF-8, of which it is no part here");
}

JsonProblem describe(std::string_view text, const DuplicateJsonKey& duplicate) {
  JsonProblem problem = problem_at(text, offset_of_key(text, duplicate.ordinal),
                                   fmt::format("the key {} again", quote(duplicate.key)),
                                   "each key once in an object");
  problem.pointer = duplicate.pointer;
  return problem;
}

JsonProblem describe(std::string_view text, const JsonStop& stop, const JsonBuilder& builder) {
  const auto is = [&](json::error code) { return stop.error == code; };
  if (is(json::error::incomplete)) return truncated(text, builder);
  const std::size_t offset = std::min(stop.offset, text.size() - 1);
  if (is(json::error::extra_data)) {
    JsonProblem problem = syntax_error(text, offset, builder);
    if (problem.found != "a comment") {
      problem.found = "more text after the end of the value";
      problem.expected = "one JSON value";
    }
    return problem;
  }
  if (is(json::error::too_deep)) {
    return problem_at(text, offset, "one object or array more inside of others",
                      fmt::format("at most {} levels", most_json_levels));
  }
  if (is(json::error::exponent_overflow)) {
    return problem_at(text, offset, "a number too large to be held", "one below 1.8e308");
  }
  if (is_in_text(text, offset)) return error_in_text(text, offset);
  return syntax_error(text, offset, builder);
}

}  // namespace sharkreg::core
