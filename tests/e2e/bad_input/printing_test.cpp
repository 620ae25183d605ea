// SPDX-License-Identifier: Apache-2.0
// Nobody reads what is printed, or it cannot be printed: results are written all the same.
#include <doctest/doctest.h>

#include "scene.h"

namespace sharkreg::e2e {
namespace {

// sharkreg started by a shell, as `"$0" "$@"` in the script.
Ended run_in_shell(const Sandbox& box, const std::string& script, const Arguments& arguments) {
  Arguments words{"-c", script, SHARKREG_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return box.run_program("/bin/bash", words);
}

void check_results(const Scene& scene) {
  const auto events = scene.box.events();
  CHECK(verdict_of(events, "fine/model", "run cpu") == "pass");
  CHECK(finish_of(events).exit_status == 0);
}

}  // namespace

TEST_CASE("printing: standard output closed") {
  const Scene scene;
  const Ended ended = run_in_shell(scene.box, "\"$0\" \"$@\" >&-", scene.arguments());
  CHECK(ended.exit_status == 0);
  check_results(scene);
}

TEST_CASE("printing: all three descriptors closed") {
  const Scene scene;
  const Ended ended = run_in_shell(scene.box, "\"$0\" \"$@\" <&- >&- 2>&-", scene.arguments());
  CHECK(ended.exit_status == 0);
  check_results(scene);
}

TEST_CASE("printing: a reader that goes away") {
  const Scene scene;
  scene.box.write_program("tools/iree-run-module", "#!/bin/sh\nsleep 0.3\n");
  const Ended ended =
      run_in_shell(scene.box, "\"$0\" \"$@\" | head -1; exit ${PIPESTATUS[0]}", scene.arguments());
  CHECK(ended.exit_status == 0);
  CHECK(ended.err == "");
  check_results(scene);
}

TEST_CASE("printing: a plan whose reader goes away") {
  const Scene scene;
  Arguments arguments = scene.arguments();
  arguments.insert(arguments.begin(), "plan");
  const Ended ended =
      run_in_shell(scene.box, "\"$0\" \"$@\" | true; exit ${PIPESTATUS[0]}", arguments);
  CHECK(ended.exit_status == 0);
  CHECK(ended.err == "");
}

TEST_CASE("printing: a plan into a full device") {
  const Scene scene;
  Arguments arguments = scene.arguments();
  arguments.insert(arguments.begin(), "plan");
  check_refusal(run_in_shell(scene.box, "\"$0\" \"$@\" > /dev/full", arguments), 3,
                {"cannot write to the standard output: No space left on device"});
}

TEST_CASE("printing: the help into a full device") {
  const Sandbox box;
  check_refusal(run_in_shell(box, "\"$0\" --help > /dev/full", {}), 3,
                {"cannot write to the standard output: No space left on device"});
}

}  // namespace sharkreg::e2e
