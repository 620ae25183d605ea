// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <boost/json/value.hpp>
#include <doctest/doctest.h>

#include "base/files.h"

namespace sharkreg::core {
namespace {

std::string error_of(std::string_view text) {
  const Result<boost::json::value> value = parse_json(text, "f.json");
  if (value) return "no error: " + to_json_line(*value);
  CHECK(value.error().kind == ErrorKind::invalid);
  return value.error().message;
}

std::string read_back(std::string_view text) {
  const Result<boost::json::value> value = parse_json(text, "f.json");
  return value ? to_json_line(*value) : value.error().message;
}

TEST_CASE("JSON is read with all its kinds of values") {
  CHECK(read_back(" {\"a\": [1, -2, 0.5, true, false, null, \"x\"], \"b\": {}}\r\n") ==
        "{\"a\":[1,-2,0.5,true,false,null,\"x\"],\"b\":{}}");
  CHECK(read_back("\"\\u00e9\\ud83d\\ude00\\n\"") == "\"\u00e9\U0001F600\\n\"");
  CHECK(read_back("18446744073709551615") == "18446744073709551615");
  CHECK(read_back("[]") == "[]");
}

TEST_CASE("long keys and texts are read whole") {
  const std::string text =
      "{\"" + std::string(100'000, 'k') + "\":\"" + std::string(100'000, 't') + "\\n\"}";
  CHECK(read_back(text) == text);
}

TEST_CASE("a duplicate key is named with its place and pointer") {
  CHECK(error_of("{\"mlir\": 1,\n \"mlir\": 2}") ==
        "f.json:2:2: /mlir: found the key \"mlir\" again, expected each key once in an object");
  CHECK(error_of("{\"a\": {\"b/c\": [{\"x\": 1}, {\"y\": 1, \"y\": 2}]}}") ==
        "f.json:1:35: /a/b~1c/1/y: found the key \"y\" again, expected each key once in an object");
}

TEST_CASE("an escaped spelling of a key is the same key") {
  CHECK(error_of("{\"a\\\"\": 1, \"\\u0061\\\"\": 2}") ==
        "f.json:1:12: /a\": found the key \"a\"\" again, expected each key once in an object");
}

TEST_CASE("one key in several objects is no duplicate") {
  CHECK(read_back("[{\"a\":1},{\"a\":{\"a\":2}}]") == "[{\"a\":1},{\"a\":{\"a\":2}}]");
}

TEST_CASE("all duplicate keys are told, and the error of syntax after them") {
  CHECK(error_of("{\"a\": 1, \"a\": 2, \"b\": \"a\", \"b\": 1,}") ==
        "f.json:1:10: /a: found the key \"a\" again, expected each key once in an object; "
        "f.json:1:28: /b: found the key \"b\" again, expected each key once in an object; "
        "f.json:1:34: found a trailing comma, expected no comma before \"}\"");
  CHECK(find_json_problems("{\"a\": 1, \"a\": 2}").size() == 1);
  CHECK(find_json_problems("{\"a\": 1}").empty());
}

TEST_CASE("comments are refused by name") {
  const std::string rest = " found a comment, expected JSON, which has no comments";
  CHECK(error_of("// about\n{}") == "f.json:1:1:" + rest);
  CHECK(error_of("{\n  /* about */ \"a\": 1}") == "f.json:2:3:" + rest);
  CHECK(error_of("{\"a\": 1 // one\n}") == "f.json:1:9:" + rest);
  CHECK(error_of("{\"a\": # one\n 1}") == "f.json:1:7:" + rest);
  CHECK(error_of("{} // end") == "f.json:1:4:" + rest);
}

TEST_CASE("what looks like a comment in a text is none") {
  CHECK(read_back("[\"https://x/*\",\"#\"]") == "[\"https://x/*\",\"#\"]");
}

TEST_CASE("trailing commas are refused by name, at the comma") {
  CHECK(error_of("[1, 2 ,\n]") ==
        "f.json:1:7: found a trailing comma, expected no comma before \"]\"");
  CHECK(error_of("{\"a\": 1,}") ==
        "f.json:1:8: found a trailing comma, expected no comma before \"}\"");
}

TEST_CASE("text that is cut off says what was still open") {
  const std::string found = " found the end, it looks cut off, expected ";
  CHECK(error_of("{\"inputs\": [{\"source\": 1}") ==
        "f.json:1:26:" + found + "the end of the array at /inputs");
  CHECK(error_of("{\"inputs\": [{\"source\":") ==
        "f.json:1:23:" + found + "the end of the object at /inputs/0");
  CHECK(error_of("{\"a\": 1") == "f.json:1:8:" + found + "the end of the object");
  CHECK(error_of("{\"a\": \"te") == "f.json:1:10:" + found + "the closing quote of a text");
  CHECK(error_of("{\"ke") == "f.json:1:5:" + found + "the closing quote of a text");
  CHECK(error_of("tru") == "f.json:1:4:" + found + "the rest of the value");
}

TEST_CASE("an empty text is called so") {
  CHECK(error_of("") == "f.json:1:1: found nothing, it is empty, expected a JSON value");
  CHECK(error_of(" \n") == "f.json:1:1: found nothing, it is empty, expected a JSON value");
}

TEST_CASE("an error of syntax says what could stand there") {
  CHECK(error_of("{\"a\" 1}") == "f.json:1:6: found \"1\", expected \",\", \":\" or \"}\"");
  CHECK(error_of("{\"a\": 1 \"b\": 2}") ==
        "f.json:1:9: found a double quote, expected \",\", \":\" or \"}\"");
  CHECK(error_of("[1 2]") == "f.json:1:4: found \"2\", expected \",\" or \"]\"");
  CHECK(error_of("{mlir: 1}") == "f.json:1:2: found \"mlir\", expected a key in double quotes");
  CHECK(error_of("{\"a\": 1, b: 2}") ==
        "f.json:1:10: found \"b\", expected a key in double quotes");
  CHECK(error_of("{\"a\": 'x'}") == "f.json:1:7: found \"'\", expected a value");
  CHECK(error_of("[,1]") == "f.json:1:2: found \",\", expected a value");
  CHECK(error_of("[1,,2]") == "f.json:1:4: found \",\", expected a value");
  CHECK(error_of("[NaN]") == "f.json:1:2: found \"NaN\", expected a value");
  CHECK(error_of("[True]") == "f.json:1:2: found \"True\", expected a value");
  CHECK(error_of("]") == "f.json:1:1: found \"]\", expected a value");
  CHECK(error_of("[trie]") == "f.json:1:2: found \"trie\", expected a value");
  CHECK(error_of("[1.x]") ==
        "f.json:1:4: found \"x\", "
        "expected a number, true, false or null");
}

TEST_CASE("columns count characters, not bytes") {
  CHECK(error_of("[\"\u00e9\u20ac\" 1]") == "f.json:1:7: found \"1\", expected \",\" or \"]\"");
}

TEST_CASE("more than one value is refused") {
  CHECK(error_of("{} {}") ==
        "f.json:1:4: found more text after the end of the value, expected one JSON value");
}

TEST_CASE("texts are checked") {
  CHECK(error_of("[\"a\nb\"]") ==
        "f.json:1:4: found the end of the line inside of a text, "
        "expected a closing quote, or an escape such as \\n");
  CHECK(error_of("[\"a\tb\"]") ==
        "f.json:1:4: found the control character 0x09 inside of a text, "
        "expected a closing quote, or an escape such as \\n");
  CHECK(error_of("[\"\\q\"]") ==
        "f.json:1:4: found an unknown escape sequence, "
        "expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
  const std::string escape =
      " found a broken \\u escape, expected four hexadecimal digits, surrogates in pairs";
  CHECK(error_of("[\"\\u12g4\"]") == "f.json:1:7:" + escape);
  CHECK(error_of("[\"\\ud800\"]").ends_with(escape));
  CHECK(error_of("[\"\\udc00\"]").ends_with(escape));
}

TEST_CASE("numbers that nothing can hold are refused") {
  CHECK(error_of("[1e400]").ends_with(
      "found a number too large to be held, expected one below 1.8e308"));
}

TEST_CASE("what is not UTF-8 is refused, with the byte") {
  CHECK(error_of("{\"a\": \"\xff\"}") ==
        "f.json:1:8: found the byte 0xff, expected UTF-8, of which it is no part here");
  CHECK(error_of("\xff\xfe{\0") ==
        "f.json:1:1: found the byte 0xff, expected UTF-8, of which it is no part here");
  CHECK(error_of("\xef\xbb\xbf{}") ==
        "f.json:1:1: found a byte order mark, expected UTF-8 without one");
}

TEST_CASE("nesting has a limit") {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  CHECK(read_back(nested(100)) == nested(100));
  CHECK(error_of(nested(101)) ==
        "f.json:1:101: found one object or array more inside of others, "
        "expected at most 100 levels");
  CHECK(error_of(std::string(1'000'000, '[')).ends_with("expected at most 100 levels"));
}

TEST_CASE("a name that could upset a terminal is made printable") {
  const Result<boost::json::value> value = parse_json("", "\x1b[31mf");
  REQUIRE_FALSE(value.has_value());
  CHECK(value.error().message.starts_with("f:1:1: "));
}

TEST_CASE("a file is read, or its name stands in the error") {
  const Result<TemporaryDirectory> directory =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "json-");
  REQUIRE(directory.has_value());
  const std::filesystem::path file = directory->path() / "f.json";
  REQUIRE(write_file_atomically(file, "{\"a\":1}").has_value());
  CHECK(to_json_line(read_json_file(file).value()) == "{\"a\":1}");
  REQUIRE(write_file_atomically(file, "{").has_value());
  CHECK(read_json_file(file).error().message ==
        file.native() + ":1:2: found the end, it looks cut off, expected the end of the object");
  CHECK(
      read_json_file(directory->path()).error().message.ends_with("it is a directory, not a file"));
}

}  // namespace
}  // namespace sharkreg::core
