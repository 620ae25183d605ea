// SPDX-License-Identifier: Apache-2.0
// What the real compiler made is used again.
#include <doctest/doctest.h>

#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

TEST_CASE("a model that was compiled for CPU and GPU is not compiled again") {
  Sandbox box;
  const fs::path tests = fs::path(SHARKREG_SOURCE_DIR) / "regression_tests";
  Arguments arguments{"--tests-dir", tests, "--model=magika", "--rocm-chip=gfx942",
                      "--tools-dir", real_tools()};
  if (!fs::exists(tests / "magika/files/magika.mlir")) {
    MESSAGE("the model magika has not been imported: a small program takes its place");
    arguments[1] = (fs::path(SHARKREG_SOURCE_DIR) / "tests/programs").string();
    arguments[2] = "--model=two_modules";
  }
  const Ended first = box.run(arguments);
  INFO(first.out);
  REQUIRE(first.exit_status == 0);
  std::map<std::string, std::string> modules;
  const auto for_modules = [&](const auto& visit) {
    for (const core::Event& event : box.events()) {
      const auto* step = std::get_if<core::StepFinished>(&event);
      if (step == nullptr || step->stage != "compile") continue;
      for (const std::string& output : step->outputs) visit(*step, output);
    }
  };
  for_modules([&](const core::StepFinished& step, const std::string& output) {
    CHECK_FALSE(step.cached);
    modules[output] = content_of(output);
    fs::remove(output);
  });
  REQUIRE(modules.size() >= 2);
  const Ended second = box.run(arguments);
  INFO(second.out);
  CHECK(second.exit_status == 0);
  CHECK(verdicts_of(box.events()).size() >= 4);
  std::size_t placed = 0;
  for_modules([&](const core::StepFinished& step, const std::string& output) {
    CHECK(step.cached);
    CHECK(content_of(output) == modules.at(output));
    ++placed;
  });
  CHECK(placed == modules.size());

  Arguments verified = arguments;
  verified.insert(verified.end(), {"--verify-cache=100", "--explain"});
  const Ended third = box.run(verified);
  INFO(third.out);
  CHECK(third.exit_status == 0);
  CHECK(contains(third.out, "compared with the cached result: the same"));
}

}  // namespace
}  // namespace sharkreg::e2e
