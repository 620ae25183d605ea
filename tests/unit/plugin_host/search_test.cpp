// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/search.h"

#include <fstream>

#include <doctest/doctest.h>

#include "fixtures.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

void touch(const fs::path& path) {
  std::ofstream(path) << "x";
}

std::vector<fs::path> libraries(const PluginSearch& search) {
  std::vector<fs::path> result;
  const auto candidates = find_candidates(search);
  REQUIRE(candidates.has_value());
  for (const Candidate& candidate : *candidates) result.push_back(candidate.library);
  return result;
}

TEST_CASE("directories give their libraries by name, in their own order") {
  const ScratchDirectory first;
  const ScratchDirectory second;
  for (const char* name : {"libz.so", "liba.so", "readme.txt", "libb.so.1", "liba.a"}) {
    touch(first / name);
  }
  touch(second / "libm.so");
  CHECK(libraries({{}, {first.path(), second.path()}}) ==
        std::vector<fs::path>{first / "liba.so", first / "libz.so", second / "libm.so"});
  CHECK(libraries({{}, {second.path(), first.path()}})[0] == second / "libm.so");
  CHECK(libraries({{}, {first / "nowhere"}}).empty());
  CHECK(libraries({{}, {}}).empty());
}

TEST_CASE("named files come first; a plain name is looked up along the directories") {
  const ScratchDirectory first;
  const ScratchDirectory second;
  const ScratchDirectory elsewhere;
  touch(first / "liba.so");
  touch(second / "liba.so");
  touch(second / "libz.so");
  touch(elsewhere / "libown.so");
  const PluginSearch search{{"libz.so", elsewhere / "libown.so"}, {first.path(), second.path()}};
  const auto candidates = find_candidates(search);
  REQUIRE(candidates.has_value());
  REQUIRE(candidates->size() == 4);
  CHECK((*candidates)[0].library == second / "libz.so");
  CHECK_FALSE((*candidates)[0].named_as.empty());
  CHECK((*candidates)[1].library == elsewhere / "libown.so");
  CHECK_FALSE((*candidates)[1].named_as.empty());
  CHECK((*candidates)[2].library == first / "liba.so");
  CHECK((*candidates)[2].named_as.empty());
  CHECK((*candidates)[3].library == second / "liba.so");
  CHECK(libraries({{"liba.so"}, {first.path(), second.path()}})[0] == first / "liba.so");
}

TEST_CASE("a file counts once, whatever paths lead to it") {
  const ScratchDirectory first;
  const ScratchDirectory second;
  touch(first / "liba.so");
  fs::create_symlink(first / "liba.so", second / "libother.so");
  CHECK(libraries({{first / "liba.so"}, {first.path(), second.path(), first.path()}}) ==
        std::vector<fs::path>{first / "liba.so"});
}

TEST_CASE("a named file that is not there is an error that says where it was looked for") {
  const ScratchDirectory scratch;
  touch(scratch / "librocm.so");
  const auto typo = find_candidates({{"libromc.so"}, {scratch.path()}});
  REQUIRE_FALSE(typo.has_value());
  CHECK(typo.error().kind == ErrorKind::not_found);
  CHECK(typo.error().message == "there is no plugin file \"libromc.so\" in " +
                                    scratch.path().native() + "; did you mean librocm.so?");
  CHECK(typo.error().hint == "name a path, or add the plugin's directory to SHARKREG_PLUGIN_PATH");
  CHECK(find_candidates({{""}, {}}).error().message ==
        "there is no plugin file \"\" in no directory");
  CHECK(find_candidates({{scratch / "none.so"}, {}}).error().message ==
        "there is no plugin file " + (scratch / "none.so").native());
}

TEST_CASE("the current directory is no search directory") {
  const ScratchDirectory scratch;
  const fs::path before = fs::current_path();
  touch(scratch / "liba.so");
  fs::current_path(scratch.path());
  const auto plain = find_candidates({{"liba.so"}, {}});
  const auto path = find_candidates({{"./liba.so"}, {}});
  fs::current_path(before);
  REQUIRE_FALSE(plain.has_value());
  CHECK(plain.error().hint == "for the file in the current directory write ./liba.so");
  REQUIRE(path.has_value());
  CHECK((*path)[0].library == scratch / "liba.so");
}

}  // namespace
}  // namespace sharkreg::core
