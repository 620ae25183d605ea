// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace boost::json {
class value;
class object;
class array;
}  // namespace boost::json

namespace sharkreg::core {

// The one way JSON is read: RFC 8259, UTF-8, no duplicate keys, no comments, no trailing commas.
//
// The error names `name` (a file, as the user knows it), line and column, and for a duplicate key
// its JSON pointer; comments and trailing commas are called by their names.
Result<boost::json::value> parse_json(std::string_view text, const std::string& name);

// As parse_json, from a file. A directory, a missing or an unreadable file is an error as well.
Result<boost::json::value> read_json_file(const std::filesystem::path& path);

// One thing that is wrong with a JSON text.
struct JsonProblem {
  std::size_t line = 1;    // from 1
  std::size_t column = 1;  // from 1, in characters
  std::string pointer;     // of a duplicate key; else empty
  std::string found;
  std::string expected;
};

// Why parse_json refuses a text: each duplicate key, and the first error of syntax. Empty if it
// does not.
std::vector<JsonProblem> find_json_problems(std::string_view text);

// One line, without spaces. A number that JSON cannot express (infinite, not a number) is null.
std::string to_json_line(const boost::json::value& value);

// Append to a text what to_json_line() makes of a string, which must be valid UTF-8, and of a number:
// for those who write much.
void append_json(std::string& text, std::string_view value);
void append_json(std::string& text, double value);

// Several lines, indented by two spaces.
std::string to_pretty_json(const boost::json::value& value);

// The token as it stands in a JSON pointer (RFC 6901): "~" is "~0", "/" is "~1".
std::string pointer_token(std::string_view token);

}  // namespace sharkreg::core
