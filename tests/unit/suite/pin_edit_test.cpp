// SPDX-License-Identifier: Apache-2.0
#include "suite/pin_edit.h"

#include <boost/json/value.hpp>
#include <doctest/doctest.h>

#include "base/json.h"

namespace sharkreg::core {
namespace {

using Pins = std::map<std::string, Pin>;

// With short digests, which the editor does not look into.
std::string edited(std::string_view text, const Pins& pins) {
  const auto result = with_pins(text, pins);
  REQUIRE_MESSAGE(result.has_value(), (result ? "" : to_text(result.error())));
  CHECK_MESSAGE(parse_json(*result, "the result").has_value(), *result);
  CHECK(with_pins(*result, pins).value() == *result);
  return *result;
}

std::string edited(std::string_view text, const std::string& pointer) {
  return edited(text, {{pointer, {"ab", ""}}});
}

TEST_CASE("pin edit: a plain text becomes an object as loose as its member") {
  CHECK(edited(R"({"mlir": "p"})", "/mlir") == R"({"mlir": {"source": "p", "sha256": "ab"}})");
  CHECK(edited(R"({"mlir":"p"})", "/mlir") == R"({"mlir":{"source":"p","sha256":"ab"}})");
  CHECK(edited(R"({"mlir" : "p"})", "/mlir") == R"({"mlir" : {"source" : "p", "sha256" : "ab"}})");
  CHECK(edited("{\"mlir\":\n  \"p\"}", "/mlir") ==
        "{\"mlir\":\n  {\"source\": \"p\", \"sha256\": \"ab\"}}");
  CHECK(edited(R"({"a": {"b": "p", "c": "q"}, "d": "r"})", "/a/c") ==
        R"({"a": {"b": "p", "c": {"source": "q", "sha256": "ab"}}, "d": "r"})");
}

TEST_CASE("pin edit: an object on one line gets a member on it") {
  CHECK(edited(R"([{"source": "p", "value": "4xf32"}])", "/0") ==
        R"([{"source": "p", "sha256": "ab", "value": "4xf32"}])");
  CHECK(edited(R"([{"value": "4xf32", "source": "p"}])", "/0") ==
        R"([{"value": "4xf32", "source": "p", "sha256": "ab"}])");
  CHECK(edited(R"([{"source": "p"}])", "/0") == R"([{"source": "p", "sha256": "ab"}])");
  CHECK(edited(R"([{ "source": "p" }])", "/0") == R"([{ "source": "p", "sha256": "ab" }])");
  CHECK(edited(R"([{"source":"p","value":"4xf32"}])", "/0") ==
        R"([{"source":"p","sha256":"ab","value":"4xf32"}])");
  CHECK(edited(R"([{"source":"p"}])", "/0") == R"([{"source":"p","sha256":"ab"}])");
  CHECK(edited(R"([{"source": "p" , "value": "f32"}])", "/0") ==
        R"([{"source": "p", "sha256": "ab" , "value": "f32"}])");
}

TEST_CASE("pin edit: an object on several lines gets a line, indented as the others") {
  CHECK(
      edited("[\n\t{\n\t\t\"source\": \"p\",\n\t\t\"value\": \"f32\"\n\t}\n]\n", "/0") ==
      "[\n\t{\n\t\t\"source\": \"p\",\n\t\t\"sha256\": \"ab\",\n\t\t\"value\": \"f32\"\n\t}\n]\n");
  CHECK(edited("[{\r\n  \"source\": \"p\"\r\n}]\r\n", "/0") ==
        "[{\r\n  \"source\": \"p\",\r\n  \"sha256\": \"ab\"\r\n}]\r\n");
  CHECK(edited("[{\n    \"value\": \"f32\",\n    \"source\": \"p\"\n}]", "/0") ==
        "[{\n    \"value\": \"f32\",\n    \"source\": \"p\",\n    \"sha256\": \"ab\"\n}]");
  CHECK(edited("[{\"source\": \"p\",\n  \"value\": \"f32\"}]", "/0") ==
        "[{\"source\": \"p\",\n  \"sha256\": \"ab\",\n  \"value\": \"f32\"}]");
}

TEST_CASE("pin edit: a pin that stands there is kept, or replaced in its place") {
  const std::string text = R"([{"sha256": "AB", "source": "p"}])";
  CHECK(edited(text, "/0") == text);
  CHECK(edited(R"([{"sha256": "cd", "source": "p"}])", "/0") ==
        R"([{"sha256": "ab", "source": "p"}])");
  CHECK(edited(R"([{"source": "p", "md5": "ef"}])", "/0") ==
        R"([{"source": "p", "sha256": "ab", "md5": "ef"}])");
}

TEST_CASE("pin edit: of a pin what is empty is not written") {
  CHECK(edited(R"({"mlir": "p"})", {{"/mlir", {"ab", "cd"}}}) ==
        R"({"mlir": {"source": "p", "sha256": "ab", "md5": "cd"}})");
  CHECK(edited(R"({"mlir": {"source": "p", "sha256": "11"}})", {{"/mlir", {"", "cd"}}}) ==
        R"({"mlir": {"source": "p", "md5": "cd", "sha256": "11"}})");
  CHECK(edited(R"({"mlir": "p"})", {{"/mlir", {}}}) == R"({"mlir": "p"})");
  CHECK(edited(R"({"mlir": "p"})", Pins()) == R"({"mlir": "p"})");
}

TEST_CASE("pin edit: many at once, also such that stand in any order") {
  const std::string text =
      "{\n"
      "  \"outputs\": [{\"source\": \"o\"}, {\"value\": \"(ignored)\"}],\n"
      "  \"inputs\": [],\n"
      "  \"numbers\": [1, -2.5e3, true, null , [], {} ],\n"
      "  \"programs\": {\"source\": \"s\"},\n"
      "  \"mlir\": \"p\"\n"
      "}\n";
  CHECK(edited(text, {{"/mlir", {"01", ""}},
                      {"/outputs/0", {"02", ""}},
                      {"/programs/source", {"03", ""}}}) ==
        "{\n"
        "  \"outputs\": [{\"source\": \"o\", \"sha256\": \"02\"}, {\"value\": \"(ignored)\"}],\n"
        "  \"inputs\": [],\n"
        "  \"numbers\": [1, -2.5e3, true, null , [], {} ],\n"
        "  \"programs\": {\"source\": {\"source\": \"s\", \"sha256\": \"03\"}},\n"
        "  \"mlir\": {\"source\": \"p\", \"sha256\": \"01\"}\n"
        "}\n");
}

TEST_CASE("pin edit: escapes and signs of JSON in texts mislead nobody") {
  CHECK(edited(R"({"a\"}{\\": "],\"sha256\":\\", "mlir": "p\"q"})", "/mlir") ==
        R"({"a\"}{\\": "],\"sha256\":\\", "mlir": {"source": "p\"q", "sha256": "ab"}})");
  CHECK(edited(R"({"ml\u0069r": "p"})", "/mlir") ==
        R"({"ml\u0069r": {"source": "p", "sha256": "ab"}})");
  CHECK(edited(R"([{"s\u006furce": "p", "sh\u0061256": "00"}])", "/0") ==
        R"([{"s\u006furce": "p", "sh\u0061256": "ab"}])");
  CHECK(edited(R"({"t": {"a/b~c": "p", "\ud83e\udd88é🦈": "q"}})",
               {{"/t/a~1b~0c", {"01", ""}}, {"/t/🦈é🦈", {"02", ""}}}) ==
        R"({"t": {"a/b~c": {"source": "p", "sha256": "01"}, )"
        R"("\ud83e\udd88é🦈": {"source": "q", "sha256": "02"}}})");
}

TEST_CASE("pin edit: deep and wide texts") {
  std::string open;
  std::string close;
  std::string pointer;
  for (int level = 0; level < 90; ++level) {
    open += level % 2 == 0 ? "[ 0 ,\t" : "{\"k\":";
    close.insert(0, level % 2 == 0 ? "]" : "}");
    pointer += level % 2 == 0 ? "/1" : "/k";
  }
  CHECK(edited(open + "\"p\"" + close, pointer) ==
        open + R"({"source":"p","sha256":"ab"})" + close);
  std::string wide = "[\"\"";
  for (int index = 1; index < 5000; ++index) wide += ", {\"source\": \"p\"}";
  CHECK(edited(wide + "]", "/4999") == wide.substr(0, wide.size() - 1) + ", \"sha256\": \"ab\"}]");
}

TEST_CASE("pin edit: without a source at the pointer nothing is edited") {
  const auto refusal = [](std::string_view text, const std::string& pointer) {
    const auto result = with_pins(text, {{"/mlir", {"ab", ""}}, {pointer, {"ab", ""}}});
    return result ? "edited: " + *result : result.error().message;
  };
  const std::string_view text = R"({"mlir": "p", "a": [{"value": 5}], "b": 5})";
  for (const char* pointer : {"", "/x", "/a", "/a/0", "/a/1", "/b", "/mlir/source"}) {
    CHECK(refusal(text, pointer) == std::string(pointer) + ": there is no source to be pinned");
  }
}

TEST_CASE("pin edit: what is not JSON is refused, as it is when it is read") {
  CHECK(with_pins("\xef\xbb\xbf{\"mlir\": \"p\"}", {{"/mlir", {"ab", ""}}})
            .error()
            .message.find("byte order mark") != std::string::npos);
  for (const char* text : {"", "{", "{\"mlir\": \"p", "{\"mlir\": \"p\",}", "// x\n{}"}) {
    CHECK_FALSE(with_pins(text, {{"/mlir", {"ab", ""}}}).has_value());
  }
}

}  // namespace
}  // namespace sharkreg::core
