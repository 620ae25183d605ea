// SPDX-License-Identifier: Apache-2.0
#include "report/screen_text.h"

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

TEST_CASE("nothing that acts on a terminal is left") {
  CHECK(harmless("\x1b[31mred\x1b[0m") == "red");
  CHECK(harmless("a\x1b[2J\x1b[1;1Hb") == "ab");
  CHECK(harmless("x\x1b]0;title\x07y") == "xy");
  CHECK(harmless("a\x1b]8;;http://x\x1b\\b") == "ab");
  CHECK(harmless("a\x1bPdevice\x1b\\b") == "ab");
  CHECK(harmless("a\x1b(Bb\x1bMx") == "abx");
  CHECK(harmless("bell\x07 back\x08 return\r delete\x7f") == "bell back return delete");
  CHECK(harmless("C1 \u009b31m") == "C1 31m");
  CHECK(harmless("right-to-left \u202e mark") == "right-to-left  mark");
  CHECK(harmless(std::string_view("a\0b", 3)) == "ab");
  CHECK(harmless("tab\t, newline\n") == "tab\t, newline\n");
}

TEST_CASE("a sequence that is cut off leaves no start of one") {
  for (const char* text : {"\x1b", "\x1b[", "\x1b[3", "\x1b]0;title", "\x1b(", "\x1b\u00e9"}) {
    CHECK(harmless(text).find('\x1b') == std::string::npos);
  }
  CHECK(harmless("\x1b]0;no end\nnext") == "0;no end\nnext");
}

TEST_CASE("what is not UTF-8 is replaced") {
  CHECK(harmless("x\xffy") == "x\ufffdy");
}

TEST_CASE("a line is one line") {
  CHECK(harmless_line(" a\nb\tc \n") == "a b c");
}

TEST_CASE("widths are columns") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("größe") == 5);
  CHECK(display_width("模型") == 4);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("🔬") == 2);
  CHECK(display_width("…") == 1);
}

TEST_CASE("what is cut keeps to its width") {
  CHECK(cut("abcdef", 6) == "abcdef");
  CHECK(cut("abcdef", 4) == "abc…");
  CHECK(cut("abcdef", 1) == "…");
  CHECK(cut("abcdef", 0).empty());
  CHECK(cut("模型模型", 4) == "模…");
  CHECK(cut_middle("abcdefgh", 8) == "abcdefgh");
  CHECK(cut_middle("abcdefgh", 6) == "ab…fgh");
  CHECK(cut_middle("abcdefgh", 1) == "…");
  for (std::size_t width = 0; width < 12; ++width) {
    CHECK(display_width(cut("模型a模型b", width)) <= width);
    CHECK(display_width(cut_middle("模型a模型b", width)) <= width);
  }
}

TEST_CASE("padding counts columns") {
  CHECK(padded("模", 4) == "模  ");
  CHECK(padded("abc", 2) == "abc");
}

TEST_CASE("sentences break at spaces, long words stay whole") {
  CHECK(wrapped("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrapped("a /very/long/path b", 5) == std::vector<std::string>{"a /very/long/path", "b"});
  CHECK(wrapped("  a  b ", 10) == std::vector<std::string>{"a b"});
  CHECK(wrapped("", 10).empty());
}

}  // namespace
}  // namespace sharkreg::core
