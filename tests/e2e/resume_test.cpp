// SPDX-License-Identifier: Apache-2.0
// --resume: what an interrupted run finished is taken over, the rest is done.
#include <algorithm>
#include <fstream>
#include <signal.h>

#include <doctest/doctest.h>

#include "report/results_file.h"
#include "steps_scene.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

// Whether a run has told that this step is finished.
bool has_finished(const fs::path& run, const std::string& submodel, const std::string& step) {
  const auto recorded = core::read_results(run / "results.jsonl");
  return recorded && std::ranges::any_of(recorded->events, [&](const core::Event& event) {
           const auto* finished = std::get_if<core::StepFinished>(&event);
           return finished != nullptr && finished->submodel == submodel && finished->step == step;
         });
}

// Waits until the run, which is the last of so many, has finished the step, then kills it.
void kill_after(const StepsScene& scene, Running& running, std::size_t runs,
                const std::string& submodel, const std::string& step) {
  wait_until("a step is finished", [&] {
    return scene.box.runs().size() == runs && has_finished(scene.box.runs().back(), submodel, step);
  });
  running.send(SIGKILL);
  CHECK(running.wait().signal == SIGKILL);
}

const Texts all_verdicts{"good_a compile cpu: pass",  "good_a run cpu: pass",
                         "good_c compile cpu: pass",  "good_c run cpu: pass",
                         "wrong_b compile cpu: pass", "wrong_b run cpu: fail"};

core::RunStarted start_of(const std::vector<core::Event>& events) {
  REQUIRE_FALSE(events.empty());
  const auto* started = std::get_if<core::RunStarted>(&events.front());
  REQUIRE(started != nullptr);
  return *started;
}

}  // namespace

TEST_CASE("an interrupted run is resumed: nothing twice, nothing lost") {
  const StepsScene scene({"good_a", "good_c", "wrong_b"});
  scene.hold("good_c");
  Running running = scene.start();
  kill_after(scene, running, 1, "good_a", "run cpu");
  scene.let_go("good_c");
  const fs::path first = scene.box.runs().front();
  const Ended ended = scene.run({"--resume=latest"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 1);
  CHECK(scene.verdicts() == all_verdicts);
  CHECK(scene.executions("iree-compile", "good_a") == 1);
  CHECK(scene.executions("iree-run-module", "good_a") == 1);
  CHECK(scene.executions("iree-run-module", "good_c") == 1);
  CHECK(start_of(scene.box.events()).resumes == first.filename());
  const core::StepFinished taken = scene.step("good_a", "run cpu");
  CHECK(taken.resumed_from == first.filename());
  CHECK(contains(ended.out, "taken over from run " + first.filename().string()));
  CHECK(scene.step("good_c", "run cpu").resumed_from == "");
  CHECK(scene.box.runs().size() == 2);
}

TEST_CASE("a run that came to its end is resumed for what was not judged") {
  const StepsScene scene({"flaky_a", "good_b", "wrong_b"});
  CHECK(scene.run().exit_status == 3);
  const std::string run = scene.box.runs().front().filename();
  CHECK(scene.run({"--resume", run}).exit_status == 1);
  CHECK(scene.verdicts() == Texts{"flaky_a compile cpu: pass", "flaky_a run cpu: pass",
                                  "good_b compile cpu: pass", "good_b run cpu: pass",
                                  "wrong_b compile cpu: pass", "wrong_b run cpu: fail"});
  CHECK(scene.executions("iree-compile", "flaky_a") == 2);
  CHECK(scene.executions("iree-compile", "good_b") == 1);
  CHECK(scene.executions("iree-run-module", "wrong_b") == 1);
  // By the path of its results, and what was resumed once more.
  CHECK(scene.run({"--resume", scene.box.results_file()}).exit_status == 1);
  CHECK(scene.executions("iree-compile", "flaky_a") == 2);
  CHECK(scene.step("good_b", "run cpu").resumed_from == run);
}

TEST_CASE("a failed compile is taken over, and its run stays blocked") {
  const StepsScene scene({"broken_a"});
  CHECK(scene.run().exit_status == 1);
  CHECK(scene.run({"--resume=latest"}).exit_status == 1);
  CHECK(scene.verdicts() ==
        Texts{"broken_a compile cpu: compile-error", "broken_a run cpu: blocked"});
  CHECK(scene.executions("iree-compile", "broken_a") == 1);
}

TEST_CASE("a step whose output is not as it was is done again") {
  const StepsScene scene({"good_a", "good_b"});
  CHECK(scene.run().exit_status == 0);
  std::ofstream(scene.output("good_a"), std::ios::trunc) << "mo";
  fs::remove(scene.step("good_b", "run cpu").outputs.front());
  CHECK(scene.run({"--resume=latest"}).exit_status == 0);
  CHECK(scene.executions("iree-compile", "good_a") == 2);
  CHECK(scene.executions("iree-run-module", "good_a") == 1);
  CHECK(scene.executions("iree-compile", "good_b") == 1);
  CHECK(scene.executions("iree-run-module", "good_b") == 2);
  CHECK(content_of(scene.output("good_a")) == "module good_a\n");
}

TEST_CASE("a step of which anything changed is done again") {
  StepsScene scene({"good_a"});
  CHECK(scene.run().exit_status == 0);
  std::size_t compiles = 1;
  std::size_t runs = 1;
  const auto check_done_again = [&](const char* what, bool compile, bool run,
                                    const Arguments& more = {}) {
    INFO(what);
    Arguments all{"--resume=latest"};
    all.insert(all.end(), more.begin(), more.end());
    CHECK(scene.run(all).exit_status == 0);
    CHECK(scene.executions("iree-compile", "good_a") == (compiles += compile ? 1 : 0));
    CHECK(scene.executions("iree-run-module", "good_a") == (runs += run ? 1 : 0));
  };
  check_done_again("nothing", false, false);
  check_done_again("an argument of the compile", true, true, {"--compile-arg=--other"});
  check_done_again("that argument again", true, true);
  check_done_again("an argument of the run", false, true, {"--run-arg=--other"});
  check_done_again("that argument again", false, true);
  check_done_again("the SKU", true, true, {"--sku=mi250"});
  check_done_again("the SKU again", true, true);
  scene.box.write("tests/m/good_a.mlir", "module { }\n");
  check_done_again("the program", true, true);
  scene.box.write("tests/m/expected.npy", content_of(scene.box.root() / "right.npy"));
  check_done_again("what is expected", false, true);
  scene.box.write_program("tools/iree-run-module",
                          content_of(scene.box.tools() / "iree-run-module") + "# newer\n");
  check_done_again("the runtime", false, true);
  scene.box.write_program("tools/iree-compile",
                          content_of(scene.box.tools() / "iree-compile") + "# newer\n");
  check_done_again("the compiler", true, true);
  check_done_again("nothing", false, false);
}

TEST_CASE("a last line that was cut off does not count") {
  const StepsScene scene({"good_a"});
  CHECK(scene.run().exit_status == 0);
  const fs::path results = scene.box.results_file();
  const std::string whole = content_of(results);
  const std::size_t last_step = whole.rfind("{\"event\":\"step-finished\"");
  fs::resize_file(results, last_step + 100);
  CHECK(scene.run({"--resume=latest"}).exit_status == 0);
  CHECK(scene.executions("iree-compile", "good_a") == 1);
  CHECK(scene.executions("iree-run-module", "good_a") == 2);
}

TEST_CASE("a run that still goes on is not resumed, and one run is resumed once at a time") {
  const StepsScene scene({"good_a", "good_c", "wrong_b"});
  scene.hold("good_c");
  Running interrupted = scene.start();
  kill_after(scene, interrupted, 1, "good_a", "run cpu");
  const std::string first = scene.box.runs().front().filename();
  Running resuming = scene.start({"--resume", first});
  wait_until("it resumes", [&] { return scene.box.runs().size() == 2; });
  const Ended second = scene.run({"--resume", first});
  CHECK(second.exit_status == 3);
  CHECK(contains(second.err, "the run " + first + " still goes on, or another process"));
  const Ended latest = scene.run({"--resume=latest"});
  CHECK(latest.exit_status == 3);
  CHECK(contains(latest.err, "still goes on"));
  CHECK(scene.box.runs().size() == 2);
  scene.let_go("good_c");
  CHECK(resuming.wait().exit_status == 1);
}

TEST_CASE("a resumed run that is killed is resumed with what the first one did") {
  const StepsScene scene({"good_a", "good_b", "good_c", "good_d"});
  scene.hold("good_c");
  Running first = scene.start();
  kill_after(scene, first, 1, "good_b", "run cpu");
  // Killed before it has taken all over: its results are cut behind the first step.
  Running second = scene.start({"--resume=latest"});
  kill_after(scene, second, 2, "good_b", "run cpu");
  const fs::path results = scene.box.results_file();
  const std::string whole = content_of(results);
  std::size_t end = whole.find("step-finished");
  end = whole.find('\n', end) + 1;
  fs::resize_file(results, end);
  scene.let_go("good_c");
  const Ended third = scene.run({"--resume=latest"});
  INFO(third.out, third.err);
  CHECK(third.exit_status == 0);
  CHECK(scene.verdicts().size() == 8);
  for (const char* name : {"good_a", "good_b"}) {
    CHECK(scene.executions("iree-compile", name) == 1);
    CHECK(scene.executions("iree-run-module", name) == 1);
  }
  CHECK(scene.executions("iree-run-module", "good_d") == 1);
}

TEST_CASE("repetitions are resumed one by one, and compared with those of the earlier run") {
  const StepsScene scene({"loose_a"});
  CHECK(scene.run({"--repeat=2"}).exit_status == 1);
  // One more than before: the first two are taken over.
  const Ended ended = scene.run({"--resume=latest", "--repeat=3"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 1);
  CHECK(scene.executions("iree-run-module", "loose_a") == 3);
  const core::StepFinished step = scene.step("loose_a", "repeat cpu");
  CHECK(step.resumed_from == "");
  REQUIRE(step.comparisons.size() == 2);
  CHECK(step.comparisons[0].metrics.at("max_ulp_difference") == 1);
  CHECK(step.comparisons[1].metrics.at("max_ulp_difference") == 2);
  CHECK(scene.run({"--resume=latest", "--repeat=3"}).exit_status == 1);
  CHECK(scene.executions("iree-run-module", "loose_a") == 3);
  CHECK(scene.step("loose_a", "repeat cpu").resumed_from != "");
}

TEST_CASE("a bad verdict that was taken over does not stop a run") {
  const StepsScene scene({"broken_a", "good_b"});
  scene.hold("good_b");
  Running running = scene.start();
  kill_after(scene, running, 1, "broken_a", "run cpu");
  scene.let_go("good_b");
  const Ended ended = scene.run({"--resume=latest", "--fail-fast"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 1);
  CHECK(scene.verdict("good_b", "run cpu") == "pass");
}

TEST_CASE("a compile that is taken over by --stage=compile can be run elsewhere") {
  const StepsScene scene({"good_a"});
  CHECK(scene.run().exit_status == 0);
  CHECK(scene.run({"--resume=latest", "--stage=compile"}).exit_status == 0);
  CHECK(scene.executions("iree-compile", "good_a") == 1);
  const Ended ended = scene.run({"--stage=run"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(scene.verdicts() == Texts{"good_a run cpu: pass"});
}

TEST_CASE("what a baseline excused counts again when it is taken over without one") {
  const StepsScene scene({"wrong_a"});
  CHECK(scene.run().exit_status == 1);
  const fs::path before = scene.box.runs().front();
  CHECK(scene.run({"--baseline", before}).exit_status == 0);
  CHECK(scene.run({"--resume=latest"}).exit_status == 1);
  CHECK(scene.step("wrong_a", "run cpu").standing == "");
  CHECK(scene.run({"--resume=latest", "--baseline", before}).exit_status == 0);
  CHECK(scene.executions("iree-run-module", "wrong_a") == 2);
}

TEST_CASE("the history has a step that was taken over once") {
  const StepsScene scene({"good_a"});
  CHECK(scene.run().exit_status == 0);
  CHECK(scene.run({"--resume=latest"}).exit_status == 0);
  const Ended history = scene.box.run({"history", "m/good_a", "--step=run cpu"});
  INFO(history.out);
  CHECK(count_of(history.out, "  pass") == 1);
}

TEST_CASE("what cannot be resumed is said, with the nearest runs") {
  const StepsScene scene({"good_a"});
  const Ended none = scene.run({"--resume=latest"});
  CHECK(none.exit_status == 2);
  CHECK(contains(none.err, "there is no run to resume"));
  CHECK(scene.run().exit_status == 0);
  std::string run = scene.box.runs().front().filename();
  const std::string right = run;
  run.back() = run.back() == '1' ? '2' : '1';
  const Ended wrong = scene.run({"--resume", run});
  CHECK(wrong.exit_status == 2);
  CHECK(contains(wrong.err, "there is no run \"" + run + "\""));
  CHECK(contains(wrong.err, "did you mean " + right));
  std::ofstream(scene.box.results_file(), std::ios::app) << "not an event\n";
  const Ended spoilt = scene.run({"--resume=latest"});
  CHECK(spoilt.exit_status == 2);
  CHECK(contains(spoilt.err, "is not an event"));
  CHECK(scene.box.runs().size() == 1);
}

}  // namespace sharkreg::e2e
