// SPDX-License-Identifier: Apache-2.0
#include "base/pattern.h"

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

bool found(const std::string& text, const std::string& pattern) {
  const Result<bool> result = has_match(text, pattern);
  REQUIRE_MESSAGE(result.has_value(), pattern);
  return *result;
}

TEST_CASE("a pattern is looked for anywhere in the text") {
  CHECK(found("the fin is too long", "fin"));
  CHECK(found("the fin is too long", "f.n .* (long|wide)"));
  CHECK(found("12 > 10", "\\d+ > [0-9]{2}"));
  CHECK_FALSE(found("the fin", "tail"));
  CHECK_FALSE(found("", "x"));
  CHECK(found("", ""));
}

TEST_CASE("lines have a beginning and an end") {
  const std::string text = "first\nfin.mlir:3: error\nlast";
  CHECK(found(text, "^fin"));
  CHECK(found(text, "error$"));
  CHECK_FALSE(found(text, "^error"));
}

TEST_CASE("a wrong pattern is an error that shows where") {
  for (const char* pattern : {"(a", "[a", "*a", "a{2,1}", "a)"}) {
    const Result<void> checked = check_pattern(pattern);
    REQUIRE_MESSAGE(checked.has_error(), pattern);
    CHECK(checked.error().message.find(">>>HERE>>>") != std::string::npos);
    CHECK(has_match("a", pattern).has_error());
  }
  CHECK(check_pattern("a(b|c)*\\.").has_value());
}

TEST_CASE("a pattern that would be looked for until the end of time is given up") {
  CHECK(check_pattern("(a|aa)+b$").has_value());
  CHECK(has_match(std::string(5000, 'a'), "(a|aa)+b$").has_error());
}

TEST_CASE("long texts do not fill the stack") {
  CHECK(found(std::string(1 << 14, 'a') + "b", "(a|c)*b"));
  const Result<bool> endless = has_match(std::string(1 << 24, 'a') + "b", "(a|c)*b");
  CHECK((endless.has_error() || *endless));
}

}  // namespace
}  // namespace sharkreg::core
