// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <cmath>
#include <optional>
#include <unordered_set>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace json = boost::json;

// The parser calls itself for each level; files of people and tools have a handful.
constexpr std::size_t most_levels = 100;

std::string_view view(json::string_view text) {
  return {text.data(), text.size()};
}

// A key that its object already had.
struct DuplicateKey {
  std::size_t ordinal = 0;  // among all keys of the text, from 0
  std::string key;
  std::string pointer;
};

// An object or an array that is being read.
struct Level {
  bool is_object = false;
  std::string key;        // last one read
  std::size_t index = 0;  // of the element being read
  std::unordered_set<std::string> keys;
};

// What boost::json::basic_parser reports to: builds the value, and knows where in it the parser is.
class Builder {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  const std::vector<DuplicateKey>& duplicates() const { return duplicates_; }
  const std::vector<Level>& levels() const { return levels_; }
  json::value release() { return stack_.release(); }

  // The JSON pointer of what is being read, by the innermost `depth` levels.
  std::string pointer(std::size_t depth) const {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) {
      const Level& level = levels_[i];
      text += '/';
      text += level.is_object ? pointer_token(level.key) : std::to_string(level.index);
    }
    return text;
  }

  bool on_document_begin(json::error_code&) {
    stack_.reset();
    return true;
  }
  bool on_document_end(json::error_code&) { return true; }

  bool on_object_begin(json::error_code&) {
    levels_.push_back({true, "", 0, {}});
    return true;
  }
  bool on_object_end(std::size_t count, json::error_code&) {
    levels_.pop_back();
    stack_.push_object(count);
    return value_ends();
  }
  bool on_array_begin(json::error_code&) {
    levels_.push_back({false, "", 0, {}});
    return true;
  }
  bool on_array_end(std::size_t count, json::error_code&) {
    levels_.pop_back();
    stack_.push_array(count);
    return value_ends();
  }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    text_ += view(part);
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    text_ += view(part);
    stack_.push_key(part);
    Level& level = levels_.back();
    level.key = std::move(text_);
    text_.clear();
    if (!level.keys.insert(level.key).second) {
      duplicates_.push_back({keys_, level.key, pointer(levels_.size())});
    }
    ++keys_;
    return true;
  }

  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_string(part);
    return value_ends();
  }

  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
    stack_.push_int64(number);
    return value_ends();
  }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
    stack_.push_uint64(number);
    return value_ends();
  }
  bool on_double(double number, json::string_view, json::error_code& error) {
    if (!std::isfinite(number)) {
      error = json::make_error_code(json::error::exponent_overflow);
      return false;
    }
    stack_.push_double(number);
    return value_ends();
  }
  bool on_bool(bool value, json::error_code&) {
    stack_.push_bool(value);
    return value_ends();
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return value_ends();
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool value_ends() {
    if (!levels_.empty()) ++levels_.back().index;
    return true;
  }

  json::value_stack stack_;
  std::vector<Level> levels_;
  std::vector<DuplicateKey> duplicates_;
  std::string text_;      // of the key being read
  std::size_t keys_ = 0;  // read so far
};

// Where the parser stopped, and why.
struct Stop {
  std::size_t offset = 0;
  json::error_code error;
};

json::parse_options options() {
  json::parse_options options;
  options.max_depth = most_levels;
  return options;
}

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

std::string innermost(const Builder& builder) {
  const std::vector<Level>& levels = builder.levels();
  const std::string pointer = builder.pointer(levels.size() - 1);
  const std::string_view kind = levels.back().is_object ? "object" : "array";
  return pointer.empty() ? fmt::format("the {}", kind) : fmt::format("the {} at {}", kind, pointer);
}

JsonProblem truncated(std::string_view text, const Builder& builder) {
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
std::string expected_at(char before, bool adjacent, const Builder& builder) {
  const bool in_object = !builder.levels().empty() && builder.levels().back().is_object;
  if (before == ':' || before == '[') return "a value";
  if (before == '{' || (before == ',' && in_object)) return "a key in double quotes";
  if (before == '\0' || before == ',') return "a value";
  const bool in_word = adjacent && before != '"' && before != ']' && before != '}';
  if (in_word) return "a number, true, false, null or a text in double quotes";
  if (in_object) return "\",\", \":\" or \"}\"";
  return builder.levels().empty() ? "the end" : "\",\" or \"]\"";
}

JsonProblem syntax_error(std::string_view text, std::size_t offset, const Builder& builder) {
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

JsonProblem describe(std::string_view text, const Stop& stop, const Builder& builder) {
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
                      fmt::format("at most {} levels", most_levels));
  }
  if (is(json::error::exponent_overflow)) {
    return problem_at(text, offset, "a number too large to be held", "one below 1.8e308");
  }
  if (is(json::error::illegal_leading_surrogate) || is(json::error::illegal_trailing_surrogate) ||
      is(json::error::expected_hex_digit)) {
    return problem_at(text, offset, "a broken \\u escape",
                      "four hexadecimal digits, surrogates in pairs");
  }
  const bool in_text = is_in_text(text, offset);
  if (in_text && static_cast<unsigned char>(text[offset]) < 0x20) {
    return problem_at(text, offset,
                      text[offset] == '\n' ? "the end of the line inside of a text"
                                           : token_at(text, offset) + " inside of a text",
                      "a closing quote, or an escape such as \\n");
  }
  if (in_text) {
    return problem_at(text, offset, "an unknown escape sequence",
                      "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
  }
  return syntax_error(text, offset, builder);
}

// The value, or what is wrong.
std::optional<json::value> parse(std::string_view text, std::vector<JsonProblem>& problems) {
  if (text.starts_with("\xef\xbb\xbf")) {
    problems.push_back(problem_at(text, 0, "a byte order mark", "UTF-8 without one"));
    return std::nullopt;
  }
  const std::size_t valid = valid_utf8_length(text);
  if (valid != text.size()) {
    const auto byte = static_cast<unsigned char>(text[valid]);
    problems.push_back(problem_at(text, valid, fmt::format("the byte 0x{:02x}", byte),
                                  "UTF-8, of which it is no part here"));
    return std::nullopt;
  }

  json::basic_parser<Builder> parser(options());
  Stop stop;
  stop.offset = parser.write_some(false, text.data(), text.size(), stop.error);
  if (!stop.error && stop.offset < text.size()) stop.error = json::error::extra_data;
  Builder& builder = parser.handler();
  for (const DuplicateKey& duplicate : builder.duplicates()) {
    problems.push_back(problem_at(text, offset_of_key(text, duplicate.ordinal),
                                  fmt::format("the key {} again", quote(duplicate.key)),
                                  "each key once in an object"));
    problems.back().pointer = duplicate.pointer;
  }
  if (stop.error) problems.push_back(describe(text, stop, builder));
  if (!problems.empty()) return std::nullopt;
  return builder.release();
}

}  // namespace

Result<json::value> parse_json(std::string_view text, const std::string& name) {
  std::vector<JsonProblem> problems;
  std::optional<json::value> value = parse(text, problems);
  if (value) return std::move(*value);

  std::string message;
  for (const JsonProblem& problem : problems) {
    if (!message.empty()) message += "; ";
    message += fmt::format("{}:{}:{}: {}found {}, expected {}", printable(name), problem.line,
                           problem.column, problem.pointer.empty() ? "" : problem.pointer + ": ",
                           problem.found, problem.expected);
  }
  return Error{ErrorKind::invalid, std::move(message), ""};
}

Result<json::value> read_json_file(const std::filesystem::path& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return text.error();
  return parse_json(*text, path.native());
}

std::vector<JsonProblem> find_json_problems(std::string_view text) {
  std::vector<JsonProblem> problems;
  parse(text, problems);
  return problems;
}

std::string pointer_token(std::string_view token) {
  std::string escaped;
  for (const char letter : token) {
    if (letter == '~') {
      escaped += "~0";
    } else if (letter == '/') {
      escaped += "~1";
    } else {
      escaped += letter;
    }
  }
  return escaped;
}

}  // namespace sharkreg::core
