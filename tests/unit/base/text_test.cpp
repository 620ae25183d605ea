// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <limits>

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("splitting keeps empty parts, joining is its inverse") {
  CHECK(split("a,,b,", ',') == Texts{"a", "", "b", ""});
  CHECK(split("", ',') == Texts{""});
  CHECK(join(Texts{"a", "", "b"}, ", ") == "a, , b");
  CHECK(join(Texts{}, ", ").empty());
}

TEST_CASE("trimming removes white space at both ends") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \n").empty());
}

TEST_CASE("a glob matches the whole text") {
  CHECK(matches_glob("punet_int8_fp16", "punet*"));
  CHECK(matches_glob("clip", "cl?p"));
  CHECK(matches_glob("vae", "[uv]ae"));
  CHECK(matches_glob("", "*"));
  CHECK_FALSE(matches_glob("clip", "cli"));
  CHECK_FALSE(matches_glob("clip", "lip"));
  CHECK_FALSE(matches_glob("Clip", "clip"));
}

TEST_CASE("nearest names are a few edits away, best first") {
  const Texts models = {"sd3", "sdxl", "magika"};
  CHECK(nearest_names("magica", models) == Texts{"magika"});
  CHECK(nearest_names("sdlx", models) == Texts{"sdxl"});
  CHECK(nearest_names("MAGIKA", models) == Texts{"magika"});
  CHECK(nearest_names("llama", models).empty());
  CHECK(nearest_names("", models).empty());
  CHECK(nearest_names("aa0", Texts{"aa4", "aa3", "aa2", "aa1"}, 2) == Texts{"aa1", "aa2"});
}

TEST_CASE("beside a good guess, a much worse one is not offered") {
  CHECK(nearest_names("abc_flag", Texts{"abd_flags", "abc_flags"}) == Texts{"abc_flags"});
  CHECK(nearest_names("aa1", Texts{"aa2", "aa1"}) == Texts{"aa1"});
}

TEST_CASE("the beginning of a name and a part of it come near") {
  CHECK(nearest_names("sd", Texts{"sdxl", "magika"}) == Texts{"sdxl"});
  CHECK(nearest_names("weights", Texts{"real_weights", "inputs"}) == Texts{"real_weights"});
}

TEST_CASE("swapped letters are one edit") {
  CHECK(nearest_names("rcom", Texts{"rocm", "cpu"}) == Texts{"rocm"});
}

TEST_CASE("a very long name costs no time and is like nothing") {
  const std::string long_name(1'000'000, 'a');
  CHECK(nearest_names(long_name, Texts{long_name}).empty());
}

TEST_CASE("a question follows a message only when there is something to ask") {
  CHECK(did_you_mean("magica", Texts{"magika"}) == "; did you mean magika?");
  CHECK(did_you_mean("ab1", Texts{"ab2", "ab3"}) == "; did you mean ab2 or ab3?");
  CHECK(did_you_mean("x", Texts{"magika"}).empty());
}

TEST_CASE("a shell reads back what was quoted") {
  CHECK(shell_quote("--flag=a/b.mlir,c:d") == "--flag=a/b.mlir,c:d");
  CHECK(shell_quote("") == "''");
  CHECK(shell_quote("a b") == "'a b'");
  CHECK(shell_quote("it's") == "'it'\\''s'");
  CHECK(shell_quote("$HOME;`x`\n*") == "'$HOME;`x`\n*'");
  CHECK(shell_quote("~") == "'~'");
}

TEST_CASE("UTF-8 is told from what only looks like it") {
  CHECK(is_valid_utf8("plain, \u00e9, \u20ac, \U0001F600, \U0010FFFF"));
  CHECK_FALSE(is_valid_utf8("\x80"));
  CHECK_FALSE(is_valid_utf8("\xc0\xaf"));          // overlong
  CHECK_FALSE(is_valid_utf8("\xe0\x80\xaf"));      // overlong
  CHECK_FALSE(is_valid_utf8("\xf0\x80\x80\xaf"));  // overlong
  CHECK_FALSE(is_valid_utf8("\xed\xa0\x80"));      // a surrogate
  CHECK_FALSE(is_valid_utf8("\xf4\x90\x80\x80"));  // beyond the last character
  CHECK_FALSE(is_valid_utf8("\xf5\x80\x80\x80"));
  CHECK_FALSE(is_valid_utf8("ab\xe2\x82"));  // cut off
  CHECK(valid_utf8_length("ab\xe2\x82") == 2);
  CHECK(valid_utf8_length("\u20ac") == 3);
}

TEST_CASE("printable text has no controls, no colours and no broken characters") {
  CHECK(printable("tab\tline\n") == "tab\tline\n");
  CHECK(printable("\x1b[1;31merror:\x1b[0m no\r\n") == "error: no\n");
  CHECK(printable("\x1b]0;title\x07text") == "text");
  CHECK(printable("\x1b]8;;http://x\x1b\\link") == "link");
  CHECK(printable("a\x1b") == "a");
  CHECK(printable("a\x1b[") == "a");
  CHECK(printable(std::string("a\0b\x7f", 4)) == "ab");
  CHECK(printable("\xc2\x9b"
                  "1m") == "1m");
  CHECK(printable("\xff\u00e9") == "\ufffd\u00e9");
}

TEST_CASE("durations are told in the units people use") {
  CHECK(human_duration(0) == "0 ms");
  CHECK(human_duration(0.34) == "340 ms");
  CHECK(human_duration(0.9996) == "1.0 s");
  CHECK(human_duration(1.24) == "1.2 s");
  CHECK(human_duration(59.96) == "1 min 0 s");
  CHECK(human_duration(125) == "2 min 5 s");
  CHECK(human_duration(3600 * 26 + 59) == "26 h 0 min");
  CHECK(human_duration(-1) == "0 ms");
  CHECK(human_duration(std::numeric_limits<double>::quiet_NaN()) == "0 ms");
}

}  // namespace
}  // namespace sharkreg::core
