// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <boost/json/value.hpp>
#include <doctest/doctest.h>

#include "base/json.h"

namespace sharkreg::core {
namespace {

TEST_CASE("a line has no spaces and no line breaks") {
  const boost::json::value value = {{"a", {1, -2, 0.5, nullptr, true}}, {"b", "x\n\"\u00e9"}};
  CHECK(to_json_line(value) == "{\"a\":[1,-2,0.5,null,true],\"b\":\"x\\n\\\"\u00e9\"}");
  CHECK(to_json_line(boost::json::object()) == "{}");
  CHECK(to_json_line(boost::json::array()) == "[]");
}

TEST_CASE("pretty text is indented by two spaces") {
  const boost::json::value value = {{"a", {1, 2}}, {"b", boost::json::object()}};
  CHECK(to_pretty_json(value) == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}");
}

TEST_CASE("numbers read back as what they were") {
  for (const double number : {0.1, 1.0, -0.0, 1e300, 5e-324, 1234567890123456789.0}) {
    const std::string text = to_json_line(number);
    const boost::json::value read = parse_json(text, "text").value();
    REQUIRE_MESSAGE(read.is_double(), text);
    CHECK(read.get_double() == number);
  }
  CHECK(to_json_line(0.1) == "0.1");
  CHECK(to_json_line(2.0) == "2.0");
  CHECK(to_json_line(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEST_CASE("what JSON has no number for is null") {
  CHECK(to_json_line(std::numeric_limits<double>::infinity()) == "null");
  CHECK(to_json_line(std::numeric_limits<double>::quiet_NaN()) == "null");
}

TEST_CASE("a pointer's token escapes what separates tokens") {
  CHECK(pointer_token("a/b~c") == "a~1b~0c");
}

}  // namespace
}  // namespace sharkreg::core
