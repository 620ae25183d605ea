// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "iree/flag_list.h"
#include "iree/flag_rewriting.h"
#include "iree/similarity.h"
#include "iree_support.h"

namespace sharkreg::tests {
namespace {

using iree::FlagList;
using Texts = std::vector<std::string>;

TEST_CASE("the compiler's help yields its flags and nothing else") {
  const auto list = FlagList::parse(help_of_today);
  REQUIRE(list);
  CHECK(list->knows("iree-rocm-target"));
  CHECK(list->knows("iree-rocm-target-features"));
  CHECK(list->knows("verify"));
  CHECK(list->knows("arm-default-it"));
  CHECK(list->knows("h"));
  CHECK_FALSE(list->knows("not-a-flag"));
  CHECK_FALSE(list->knows("host-only"));
  CHECK_FALSE(list->knows("iree-rocm"));
  CHECK(list->size() == 17);
}

TEST_CASE("the help tells which flags need a value") {
  const auto list = FlagList::parse(help_of_today);
  REQUIRE(list);
  CHECK(list->takes_value("o"));
  CHECK(list->takes_value("iree-rocm-target"));
  CHECK_FALSE(list->takes_value("iree-opt-const-eval"));
  CHECK_FALSE(list->takes_value("iree-opt-level"));
  CHECK_FALSE(list->takes_value("unheard-of"));
}

TEST_CASE("what is not the help of an IREE compiler yields no list") {
  CHECK_FALSE(FlagList::parse(""));
  CHECK_FALSE(FlagList::parse("--help-hidden\n"));
  CHECK_FALSE(FlagList::parse("usage: tool\n  --verbose  - talk\n  -o <file>  - output\n"));
  CHECK_FALSE(FlagList::parse("iree-compile --iree-rocm-target=gfx942\n"));
}

TEST_CASE("flags are told from other arguments") {
  CHECK(iree::parse_flag("--a-b=c=d")->name == "a-b");
  CHECK(iree::parse_flag("--a-b=c=d")->value == "c=d");
  CHECK(iree::parse_flag("-a-b")->name == "a-b");
  CHECK_FALSE(iree::parse_flag("-a-b")->value);
  CHECK(iree::parse_flag("--a=")->value == "");
  for (const char* other : {"", "-", "--", "gfx942", "file.mlir", "--=x", "---x"}) {
    CAPTURE(other);
    CHECK_FALSE(iree::parse_flag(other));
  }
}

TEST_CASE("nearest flags: typos by spelling, renamed ones by rare words") {
  const auto list = FlagList::parse(help_of_today);
  REQUIRE(list);
  CHECK(list->nearest("iree-rcom-target", 1) == Texts{"--iree-rocm-target"});
  CHECK(list->nearest("iree-llvmgpu-enable-prefetch", 1) ==
        Texts{"--iree-llvmgpu-prefetch-num-stages"});
  CHECK(list->nearest("xyzzy", 2).empty());
  CHECK(list->nearest("iree-rocm-target-feature", 2) ==
        Texts{"--iree-rocm-target-features", "--iree-rocm-target"});
}

TEST_CASE("likeness does not depend on order and copes with nothing") {
  CHECK(iree::nearest_names("a", {}, 3).empty());
  CHECK(iree::nearest_names("", {"a"}, 3).empty());
  CHECK(iree::nearest_names("abc", {"abd", "abc", "xyz"}, 3) == Texts{"abc", "abd"});
}

// One flag with a new name, one that knows "off" only, one without a successor.
const std::vector<iree::FlagChange> changes{
    {.flag = "old", .successor = "new"},
    {.flag = "switch",
     .boolean = true,
     .value = "false",
     .successor = "stages",
     .successor_value = "0"},
    {.flag = "switch", .boolean = true, .advice = "see --stages"},
    {.flag = "gone"},
};

iree::RewrittenFlags rewritten(const Texts& flags, FlagCompatibility compatibility) {
  const auto list = FlagList::parse(
      "  --iree-x  - anything\n  --new=<int>  - n\n  --stages=<int>  - n\n  --text=<string>  - "
      "t\n");
  REQUIRE(list);
  return iree::rewrite_flags(flags, "rocm_compiler_flags",
                             {*list, changes, compatibility, "iree-compile 9.9"});
}

TEST_CASE("known flags stay as they are written") {
  const Texts flags{"--iree-x", "-iree-x", "--new=1", "-new=2",   "--new",
                    "3",        "--text",  "-old",    "file.mlir"};
  const auto result = rewritten(flags, FlagCompatibility::strict);
  CHECK(result.flags == flags);
  CHECK(result.notes.empty());
  CHECK(result.problems.empty());
}

TEST_CASE("a renamed flag gets one note and keeps its value") {
  for (const Texts& flags : {Texts{"--old=2"}, Texts{"-old=2"}, Texts{"--old", "2"}}) {
    const auto result = rewritten(flags, FlagCompatibility::rename);
    CHECK(result.flags == Texts{"--new=2"});
    CHECK(result.problems.empty());
    REQUIRE(result.notes.size() == 1);
    CHECK(result.notes[0].text ==
          "rocm_compiler_flags: --old=2 is given to iree-compile 9.9 as --new=2");
    CHECK_FALSE(result.notes[0].changes_result);
  }
}

TEST_CASE("strict refuses what rename would rename") {
  const auto result = rewritten({"--old=2"}, FlagCompatibility::strict);
  CHECK(result.notes.empty());
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0] ==
        "--old=2 in rocm_compiler_flags is not a flag of iree-compile 9.9, "
        "which calls it --new=2");
  CHECK(result.renaming_helps);
  CHECK_FALSE(result.dropping_helps);
}

TEST_CASE("a successor may fit some values only") {
  for (const char* off : {"--switch=false", "--switch=0"}) {
    CHECK(rewritten({off}, FlagCompatibility::rename).flags == Texts{"--stages=0"});
  }
  for (const char* on : {"--switch", "--switch=true", "-switch=1"}) {
    CAPTURE(on);
    const auto result = rewritten({on}, FlagCompatibility::rename);
    CHECK(result.flags.empty());
    REQUIRE(result.problems.size() == 1);
    CHECK(result.problems[0].find("which has no successor for it: see --stages") !=
          std::string::npos);
    CHECK(result.dropping_helps);
  }
}

TEST_CASE("the argument after a switch is not its value") {
  CHECK(rewritten({"--switch=false", "file.mlir"}, FlagCompatibility::rename).flags ==
        Texts{"--stages=0", "file.mlir"});
  CHECK(rewritten({"--switch", "file.mlir"}, FlagCompatibility::drop).flags == Texts{"file.mlir"});
}

TEST_CASE("drop leaves out what has no successor, with its value, and says so") {
  for (const Texts& flags : {Texts{"--gone=7", "--iree-x"}, Texts{"--gone", "7", "--iree-x"}}) {
    const auto result = rewritten(flags, FlagCompatibility::drop);
    CHECK(result.flags == Texts{"--iree-x"});
    CHECK(result.problems.empty());
    REQUIRE(result.notes.size() == 1);
    CHECK(result.notes[0].text ==
          "rocm_compiler_flags: --gone=7 is left out: iree-compile 9.9 has nothing in its place");
    CHECK(result.notes[0].changes_result);
  }
}

TEST_CASE("drop still renames, and still refuses flags that nobody ever knew") {
  const auto result = rewritten({"--old=1", "--texd=a"}, FlagCompatibility::drop);
  CHECK(result.flags == Texts{"--new=1"});
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0] ==
        "--texd=a in rocm_compiler_flags is not a flag of iree-compile 9.9; nearest: --text");
  CHECK_FALSE(result.dropping_helps);
}

}  // namespace
}  // namespace sharkreg::tests
