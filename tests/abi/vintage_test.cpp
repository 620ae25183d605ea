// SPDX-License-Identifier: Apache-2.0
// v1_0/plugin.c, built from the headers of ABI 1.0, does all that a plugin can do under this host.
#include <filesystem>

#include <doctest/doctest.h>

#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

// One model whose program, expected numbers and tuner file come through the plugin's own fetcher.
class Cellar {
 public:
  Cellar() {
    const std::string numbers("\0\0\x80\x3f\0\0\0\x40", 8);  // 1 and 2
    const std::string url = "\"vintage://" + box.root().native();
    box.write("program.npy", npy_vector("<f4", 2, numbers));
    box.write("expected.npy", npy_vector("<f4", 2, numbers));
    box.write("tuner.txt", "2026");
    box.write("tests/m/s.json", R"({"programs": {"copied": )" + url + R"(/program.npy"},
      "outputs": [{"source": )" + url +
                                    R"(/expected.npy", "value": "2xf32"}],
      "tuner_file": {"any": )" + url +
                                    R"(/tuner.txt"}})");
  }

  Ended run(const Arguments& more = {}) const {
    Arguments arguments = more;
    for (const char* kind : {"backend", "fetcher", "comparator", "tuner"}) {
      arguments.push_back("--" + std::string(kind) + "-plugin=" VINTAGE_PLUGIN);
    }
    arguments.insert(arguments.end(),
                     {"--tuner-resolver=vintage_tuner", "--model=m", "--tests-dir", box.tests()});
    return box.run(arguments);
  }

  Sandbox box;
};

}  // namespace

TEST_CASE("a plugin of ABI 1.0 is accepted with all its interfaces") {
  const Ended ended = Cellar().run({"plugins"});
  CHECK(ended.exit_status == 0);
  CHECK(contains(ended.out, "vintage 1.0"));
  for (const char* name : {"backend", "vintage_bytes", "vintage_tuner"}) {
    CHECK_MESSAGE(contains(ended.out, name), ended.out);
  }
  CHECK(contains(Cellar().run({"--help"}).out, "--vintage-year"));
}

TEST_CASE("a plugin of ABI 1.0 fetches, compiles, runs and compares") {
  const Cellar cellar;
  const Ended ended = cellar.run();
  CHECK_MESSAGE(ended.exit_status == 0, ended.out, ended.err);
  CHECK(verdicts_of(cellar.box.events()) ==
        std::vector<std::string>{"m/s compile vintage: pass", "m/s run vintage: pass"});
}

TEST_CASE("a plugin of ABI 1.0 finds a result that differs") {
  const Cellar cellar;
  cellar.box.write("expected.npy",
                   npy_vector("<f4", 2, std::string("\0\0\x80\x3f\0\0\x40\x40", 8)));
  const Ended ended = cellar.run();
  CHECK(ended.exit_status == 1);
  CHECK(verdict_of(cellar.box.events(), "m/s", "run vintage") == "fail");
  CHECK(contains(ended.out, "some bytes differ"));
}

TEST_CASE("a plugin of ABI 1.0 chooses the tuner file") {
  const Ended ended = Cellar().run({"plan"});
  CHECK_MESSAGE(ended.exit_status == 0, ended.err);
  CHECK(contains(ended.out, "tuner.txt"));
}

TEST_CASE("an artifact that a plugin of ABI 1.0 does not find is named") {
  const Cellar cellar;
  fs::remove(cellar.box.root() / "program.npy");
  const Ended ended = cellar.run();
  CHECK(ended.exit_status == 3);
  CHECK(contains(ended.out + ended.err, "program.npy"));
}

}  // namespace sharkreg::e2e
