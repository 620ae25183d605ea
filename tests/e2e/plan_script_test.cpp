// SPDX-License-Identifier: Apache-2.0
// The shell script that `sharkreg plan --format=sh` prints can be run by hand, with the real tools.
#include <doctest/doctest.h>

#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

const fs::path source = SHARKREG_SOURCE_DIR;

struct ByHand {
  std::string script;
  Ended ended;
};

ByHand plan_and_run(const Sandbox& sandbox, const Arguments& selection) {
  real_tools();
  Arguments arguments{"plan", "--format=sh", "--rocm-root", sandbox.root() / "no-driver"};
  arguments.insert(arguments.end(), selection.begin(), selection.end());
  const Ended planned = sandbox.run(arguments);
  INFO(planned.err);
  REQUIRE(planned.exit_status == 0);
  const fs::path script = sandbox.write("script.sh", planned.out);
  return {planned.out, sandbox.run_program("/bin/sh", {script})};
}

void check_all_match(const ByHand& by_hand, std::size_t comparisons) {
  INFO(by_hand.script, by_hand.ended.out, by_hand.ended.err);
  CHECK(by_hand.ended.exit_status == 0);
  CHECK(count_of(by_hand.ended.out, "match\n") == comparisons);
  CHECK_FALSE(contains(by_hand.ended.out, "mismatch: "));
  CHECK(contains(by_hand.script, " fetch "));
}

}  // namespace

TEST_CASE("the script of a model with weights runs by hand and ends with a match") {
  const Sandbox sandbox;
  const ByHand by_hand = plan_and_run(sandbox, {"--tests-dir", source / "tests" / "programs",
                                                "--model=weights", "--submodel=layer"});
  check_all_match(by_hand, 1);
  CHECK(contains(by_hand.script, "# unavailable: no device for gfx942"));
  CHECK(fs::exists(sandbox.cache() / "outputs" / "weights_layer_vmfbs" / "model.cpu.vmfb"));
  CHECK(sandbox.runs().empty());
}

TEST_CASE("the script of two modules and of raw results runs by hand") {
  const Sandbox sandbox;
  check_all_match(
      plan_and_run(sandbox, {"--tests-dir", source / "tests" / "programs", "--model=two_modules",
                             "--submodel=three_steps", "--backend=cpu"}),
      1);
  const ByHand raw =
      plan_and_run(sandbox, {"--tests-dir", source / "tests" / "programs", "--model=data_formats",
                             "--submodel=npy_and_raw", "--backend=cpu"});
  check_all_match(raw, count_of(raw.script, " compare "));
}

TEST_CASE("the script of Magika runs by hand and ends with a match") {
  INFO("the model is missing; cmake/setup.sh imports it");
  REQUIRE(fs::exists(source / "regression_tests" / "magika" / "files" / "magika.mlir"));
  const Sandbox sandbox;
  check_all_match(
      plan_and_run(sandbox, {"--tests-dir", source / "regression_tests", "--model=magika"}), 1);
}

TEST_CASE("a script that meets a mismatch stops there with exit status 1") {
  const Sandbox sandbox;
  const ByHand by_hand =
      plan_and_run(sandbox, {"--tests-dir", source / "tests" / "programs", "--model=weights",
                             "--submodel=wrong_numbers", "--backend=cpu"});
  CHECK(by_hand.ended.exit_status == 1);
  CHECK(contains(by_hand.ended.out, "mismatch: "));
}

}  // namespace sharkreg::e2e
