// SPDX-License-Identifier: Apache-2.0
// What `sharkreg new-plugin` writes and refuses. That its projects work is shown in tests/package.
#include <filesystem>

#include <doctest/doctest.h>

#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

void is_refused(const Sandbox& box, const Arguments& words, std::string_view text) {
  Arguments arguments = {"new-plugin"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  const Ended ended = box.run(arguments);
  CHECK(ended.exit_status == 2);
  CHECK(ended.out.empty());
  CHECK_MESSAGE(contains(ended.err, text), ended.err);
  CHECK(fs::is_empty(box.work()));
}

}  // namespace

TEST_CASE("new-plugin writes a whole project and says where") {
  const Sandbox box;
  const Ended ended = box.run({"new-plugin", "comparator", "my_cosine"});
  CHECK(ended.exit_status == 0);
  const fs::path project = box.work() / "my_cosine";
  CHECK(contains(ended.out, (project / "my_cosine.cpp").native()));
  CHECK(contains(content_of(project / "my_cosine.cpp"), "class MyCosinePlugin final"));
  for (const char* file : {"CMakeLists.txt", "README.md", "expected.bin", "actual.bin"}) {
    CHECK_MESSAGE(fs::is_regular_file(project / file), file);
  }
  CHECK(std::distance(fs::directory_iterator(box.work()), {}) == 1);
}

TEST_CASE("new-plugin writes where it is told to") {
  const Sandbox box;
  CHECK(box.run({"new-plugin", "fetcher", "my_shelf", "--directory=here/and/there"}).exit_status ==
        0);
  CHECK(contains(content_of(box.work() / "here/and/there/my_shelf.cpp"), "\"my-shelf:///\""));
}

TEST_CASE("new-plugin refuses what is no kind or no name") {
  const Sandbox box;
  is_refused(box, {}, "takes a kind and a name, not 0 words");
  is_refused(box, {"backend"}, "takes a kind and a name, not 1 words");
  is_refused(box, {"backend", "a", "b"}, "not 3 words");
  is_refused(box, {"compartor", "a"},
             "\"compartor\" is no kind of plugin; did you mean comparator?");
  is_refused(box, {"backend", "my_hardware"}, "takes at most 64 of a-z and 0-9");
  for (const char* name : {"", "Acme", "1st", "_a", "a-b", "../a", "a/b", "a b", "\xc3\xa4"}) {
    is_refused(box, {"comparator", name}, "cannot be the name of a comparator");
  }
  is_refused(box, {"tuner", std::string(65, 'a')}, "cannot be the name of a tuner");
}

TEST_CASE("new-plugin never writes over what is there") {
  const Sandbox box;
  const fs::path file = box.write("there", "kept");
  const Ended ended = box.run({"new-plugin", "tuner", "mine", "--directory", file});
  CHECK(ended.exit_status == 2);
  CHECK(contains(ended.err, "is there already"));
  CHECK(content_of(file) == "kept");
}

TEST_CASE("new-plugin says where it cannot write") {
  const Sandbox box;
  box.write("file", "");
  const Ended ended =
      box.run({"new-plugin", "tuner", "mine", "--directory", box.root() / "file/mine"});
  CHECK(ended.exit_status != 0);
  CHECK(contains(ended.err, "file"));
}

}  // namespace sharkreg::e2e
