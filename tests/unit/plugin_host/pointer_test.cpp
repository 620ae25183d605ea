// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/pointer.h"

#include <limits>
#include <vector>

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

using Keys = std::vector<std::string>;

Keys keys_of(std::string_view pointer) {
  Keys keys;
  for (PointerWalk walk(pointer); !walk.done(); walk.pop()) keys.push_back(walk.front().key());
  return keys;
}

TEST_CASE("a JSON pointer is told from other text") {
  for (const char* good : {"", "/", "/a", "/a/b", "//", "/~0", "/~1/~0~1", "/a b/\"", "/-"}) {
    CAPTURE(good);
    CHECK(is_json_pointer(good));
  }
  for (const char* bad : {"a", "a/b", "~0", "/~", "/~2", "/a~", "/~0~", "/a/~x", " /a"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_json_pointer(bad));
  }
}

TEST_CASE("a pointer is walked token by token") {
  CHECK(keys_of("").empty());
  CHECK(keys_of("/") == Keys{""});
  CHECK(keys_of("/a/bc") == Keys{"a", "bc"});
  CHECK(keys_of("//x/") == Keys{"", "x", ""});
  CHECK(keys_of("/a~1b/~0~01/~1~1") == Keys{"a/b", "~~1", "//"});
}

TEST_CASE("a token names exactly its key") {
  CHECK(PointerToken("a~1b").names("a/b"));
  CHECK(PointerToken("~01").names("~1"));
  CHECK(PointerToken("").names(""));
  CHECK_FALSE(PointerToken("a~1b").names("a~1b"));
  CHECK_FALSE(PointerToken("ab").names("a"));
  CHECK_FALSE(PointerToken("a").names("ab"));
  CHECK_FALSE(PointerToken("~0").names("/"));
}

TEST_CASE("an index is digits without a leading zero") {
  CHECK(PointerToken("0").index() == 0);
  CHECK(PointerToken("17").index() == 17);
  CHECK(PointerToken("99999999999999999999").index() == std::numeric_limits<std::size_t>::max());
  for (const char* none : {"", "-", "-1", "+1", "01", "00", "1a", " 1", "0x1"}) {
    CAPTURE(none);
    CHECK_FALSE(PointerToken(none).index());
  }
  CHECK(PointerToken("-").is_append());
  CHECK_FALSE(PointerToken("--").is_append());
}

}  // namespace
}  // namespace sharkreg::core
