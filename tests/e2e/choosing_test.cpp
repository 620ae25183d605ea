// SPDX-License-Identifier: Apache-2.0
// Which steps of a run are done, and how often: --filter, --rerun-failed, --repeat, --retries,
// --fail-fast, --max-failures, --stage.
#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "steps_scene.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

bool has_note(const core::StepFinished& step, std::string_view part) {
  return std::ranges::any_of(step.notes,
                             [&](const std::string& note) { return contains(note, part); });
}

void check_usage(const Ended& ended, const Texts& texts) {
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 2);
  CHECK(ended.out == "");
  for (const std::string& text : texts) {
    INFO("expected to be said: ", text);
    CHECK(contains(ended.err, text));
  }
}

}  // namespace

TEST_CASE("a filter selects steps by globs, regular expressions and exclusion") {
  const StepsScene scene({"good_a", "good_b", "wrong_a"});
  CHECK(scene.run({"--filter=m/good_a/*"}).exit_status == 0);
  CHECK(scene.verdicts() == Texts{"good_a compile cpu: pass", "good_a run cpu: pass"});
  CHECK(scene.run({"--filter=*/compile *"}).exit_status == 0);
  CHECK(scene.verdicts() ==
        Texts{"good_a compile cpu: pass", "good_b compile cpu: pass", "wrong_a compile cpu: pass"});
  CHECK(scene.run({"--filter=re:good_[bc]/(compile|link)"}).exit_status == 0);
  CHECK(scene.verdicts() == Texts{"good_b compile cpu: pass"});
  CHECK(scene.run({"--filter=!m/wrong*", "--filter", "!re:_b/"}).exit_status == 0);
  CHECK(scene.verdicts() == Texts{"good_a compile cpu: pass", "good_a run cpu: pass"});
  CHECK(scene.run({"--filter=m/good_a/compile*", "--filter=m/wrong_a/run*"}).exit_status == 1);
  CHECK(scene.verdicts() ==
        Texts{"good_a compile cpu: pass", "wrong_a compile cpu: pass", "wrong_a run cpu: fail"});
  // A run brings its compile along.
  CHECK(scene.run({"--filter=m/good_b/run cpu"}).exit_status == 0);
  CHECK(scene.verdicts() == Texts{"good_b compile cpu: pass", "good_b run cpu: pass"});
  const Ended listed = scene.run({"list", "--filter=m/good_b/compile*"});
  CHECK(contains(listed.out, "compile cpu"));
  CHECK_FALSE(contains(listed.out, "run cpu"));
}

TEST_CASE("a filter that selects nothing, or is none, is wrong usage") {
  const StepsScene scene({"good_a", "good_b"});
  check_usage(scene.run({"--filter=m/good_a/run cpo"}),
              {"--filter=m/good_a/run cpo selects no step", "m/good_a/run cpu", "compile cpu"});
  check_usage(scene.run({"--filter=*/run cpu", "--filter=m/god/*"}), {"m/god/* selects no step"});
  check_usage(scene.run({"--filter=!*"}), {"--filter leaves no step"});
  check_usage(scene.run({"--filter=re:("}), {"--filter=re:("});
  check_usage(scene.run({"--filter=re:"}), {"there is no pattern in it"});
  check_usage(scene.run({"--filter=!"}), {"there is no pattern in it"});
  CHECK(scene.executions("iree-compile", "good_a") == 0);
}

TEST_CASE("a file that cannot be read is invalid if the filter wants any step of it") {
  const StepsScene scene({"good_a"});
  scene.box.write("tests/m/unreadable.json", "{");
  CHECK(scene.run({"--filter=*/run cpu"}).exit_status == 2);
  CHECK(scene.verdict("unreadable", "read") == "invalid");
  CHECK(scene.run({"--filter=m/good*"}).exit_status == 0);
  CHECK(scene.run({"--filter=!m/unreadable/*"}).exit_status == 0);
}

TEST_CASE("--rerun-failed does what was bad when it was last judged") {
  const StepsScene scene({"broken_a", "good_a", "wrong_a"});
  check_usage(scene.run({"--rerun-failed"}),
              {"none of the selected steps was bad", "leave --rerun-failed out"});
  CHECK(scene.run().exit_status == 1);
  CHECK(scene.run({"--rerun-failed"}).exit_status == 1);
  // The run that was blocked is done with its compile.
  CHECK(scene.verdicts() == Texts{"broken_a compile cpu: compile-error",
                                  "broken_a run cpu: blocked", "wrong_a compile cpu: pass",
                                  "wrong_a run cpu: fail"});
  CHECK(scene.executions("iree-compile", "good_a") == 1);
  CHECK(scene.run({"--rerun-failed", "--filter=m/broken*"}).exit_status == 1);
  CHECK(scene.verdicts() ==
        Texts{"broken_a compile cpu: compile-error", "broken_a run cpu: blocked"});
  check_usage(scene.run({"--rerun-failed", "--filter=m/good*"}),
              {"none of the steps that --filter selects was bad"});
  // Once they are good they are not done any more.
  fs::copy_file(scene.box.root() / "right.npy", scene.box.root() / "wrong.npy",
                fs::copy_options::overwrite_existing);
  CHECK(scene.run({"--rerun-failed", "--filter=m/wrong*"}).exit_status == 0);
  CHECK(scene.run({"--rerun-failed"}).exit_status == 1);
  CHECK(scene.verdicts() ==
        Texts{"broken_a compile cpu: compile-error", "broken_a run cpu: blocked"});
  check_usage(scene.run({"--rerun-failed", "--resume=latest"}), {"contradict each other"});
}

TEST_CASE("--repeat does each run several times and finds the same each time") {
  const StepsScene scene({"good_a", "good_b"});
  const Ended ended = scene.run({"--repeat=3", "--filter=m/good_a/run cpu"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(scene.verdicts() == Texts{"good_a compile cpu: pass", "good_a run cpu #1: pass",
                                  "good_a run cpu #2: pass", "good_a run cpu #3: pass"});
  CHECK(scene.run({"--repeat=3", "--filter=m/good_a/repeat *"}).exit_status == 0);
  CHECK(scene.verdicts() == Texts{"good_a compile cpu: pass", "good_a repeat cpu: pass",
                                  "good_a run cpu #1: pass", "good_a run cpu #2: pass",
                                  "good_a run cpu #3: pass"});
  CHECK(scene.step("good_a", "repeat cpu").sentence == "3 runs gave the same, bit for bit");
  CHECK(scene.executions("iree-compile", "good_a") == 2);
  CHECK(scene.executions("iree-run-module", "good_a") == 6);
  std::set<std::string> ids;
  for (const char* name : {"run cpu #1", "run cpu #2", "run cpu #3"}) {
    const core::StepFinished step = scene.step("good_a", name);
    ids.insert(step.id);
    REQUIRE(step.outputs.size() == 1);
    CHECK(fs::exists(step.outputs.front()));
    ids.insert(step.outputs.front());
  }
  CHECK(ids.size() == 6);
}

TEST_CASE("a result that is not the same each time is a finding of its own") {
  const StepsScene scene({"loose_a"});
  const fs::path junit = scene.box.root() / "junit.xml";
  const fs::path summary = scene.box.root() / "summary.md";
  const Ended ended = scene.run({"--repeat=3", "--junit", junit, "--summary", summary});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 1);
  CHECK(scene.verdicts() == Texts{"loose_a compile cpu: pass", "loose_a repeat cpu: fail",
                                  "loose_a run cpu #1: pass", "loose_a run cpu #2: pass",
                                  "loose_a run cpu #3: pass"});
  const core::StepFinished step = scene.step("loose_a", "repeat cpu");
  CHECK(step.stage == "repeat");
  CHECK(contains(step.sentence, "not the same each time: output_0 of run cpu #2: 1 of 2 elements"));
  REQUIRE(step.comparisons.size() == 2);
  CHECK(step.comparisons[1].comparator == "bitwise");
  CHECK(step.comparisons[1].mismatch_count == 1);
  CHECK(step.comparisons[1].metrics.at("max_ulp_difference") == 2);
  CHECK(step.comparisons[1].metrics.at("max_absolute_difference") == doctest::Approx(4.77e-7));
  CHECK(step.comparisons[1].metrics.at("max_relative_difference") == doctest::Approx(2.38e-7));
  REQUIRE(step.comparisons[1].worst);
  CHECK(step.comparisons[1].worst->index == 1);
  for (const std::string& report : {ended.out, content_of(junit), content_of(summary)}) {
    INFO(report);
    CHECK(contains(report, "repeat cpu"));
    CHECK(contains(report, "1 of 2 elements differ"));
    CHECK(contains(report, "2 ULP"));
  }
  // Who expects it leaves the comparison out.
  CHECK(scene.run({"--repeat=3", "--filter=!*/repeat *"}).exit_status == 0);
}

TEST_CASE("--retries does again what broken infrastructure stopped, and says so") {
  const StepsScene scene({"flaky_a", "wrong_a"});
  const Ended ended = scene.run({"--retries=2"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 1);
  CHECK(scene.verdicts() == Texts{"flaky_a compile cpu: pass", "flaky_a run cpu: pass",
                                  "wrong_a compile cpu: pass", "wrong_a run cpu: fail"});
  const core::StepFinished step = scene.step("flaky_a", "compile cpu");
  CHECK(step.attempts == 2);
  CHECK(has_note(step, "passed on attempt 2; first: iree-compile exited with status 0 without"));
  CHECK(contains(ended.out, "passed on attempt 2"));
  CHECK(scene.executions("iree-compile", "flaky_a") == 2);
  CHECK(scene.executions("iree-run-module", "flaky_a") == 1);
  // A wrong number is not asked for again.
  CHECK(scene.executions("iree-run-module", "wrong_a") == 1);
  CHECK_FALSE(scene.step("wrong_a", "run cpu").attempts);
}

TEST_CASE("without --retries infra stays infra, and what never comes right is tried so often") {
  const StepsScene scene({"flaky_a"});
  CHECK(scene.run().exit_status == 3);
  CHECK(scene.verdict("flaky_a", "compile cpu") == "infra");
  CHECK(scene.verdict("flaky_a", "run cpu") == "blocked");
  scene.box.write_model("m", "flaky_a", R"({"mlir": "not_there.mlir"})");
  CHECK(scene.run({"--retries=1"}).exit_status == 3);
  const core::StepFinished step = scene.step("flaky_a", "compile cpu");
  CHECK(core::name_of(step.verdict) == "infra");
  CHECK(step.attempts == 2);
  CHECK(has_note(step, "infra on attempt 2; first: cannot provide not_there.mlir"));
}

TEST_CASE("an artifact that could not be fetched is fetched again") {
  StepsScene scene({"good_a"});
  scene.box.write_model("m", "good_a",
                        R"({"mlir": "lazy://somewhere/good_a.mlir", "run_function": "good_a",
                           "outputs": [{"source": "expected.npy"}]})");
  const fs::path programs = scene.box.root() / "programs";
  scene.box.write_program("programs/sharkreg-fetch-lazy",
                          "#!/bin/sh\n[ \"$1\" = stat ] && exit 0\nmkdir " +
                              (scene.box.root() / "asked").string() +
                              " && { echo not yet >&2; exit 2; }\necho 'module {}'\n");
  scene.box.environment["SHARKREG_FETCH_PATH"] = programs;
  const Ended ended = scene.run({"--retries=1"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(
      has_note(scene.step("good_a", "compile cpu"), "passed on attempt 2; first: cannot provide"));
}

TEST_CASE("--fail-fast starts nothing more after a bad verdict") {
  const StepsScene scene({"a_good", "broken_b", "good_c", "good_d", "good_e"});
  // Held until the bad verdict is there, so that nothing of what follows is done before.
  for (const char* name : {"good_c", "good_d", "good_e"}) scene.hold(name);
  Running running = scene.start({"--fail-fast"});
  wait_until("a verdict is bad", [&] {
    return !scene.box.runs().empty() &&
           contains(content_of(scene.box.results_file()), "compile-error");
  });
  for (const char* name : {"good_c", "good_d", "good_e"}) scene.let_go(name);
  const Ended ended = running.wait();
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 1);
  CHECK(scene.verdict("a_good", "compile cpu") == "pass");
  const core::RunFinished finished = finish_of(scene.box.events());
  CHECK(contains(finished.conclusion, "1 step bad (1 compile-error); stopped by --fail-fast, "));
  CHECK_FALSE(finished.interrupted);
  // What ran was let to its end, no run was started afterwards.
  for (const char* name : {"good_c", "good_d", "good_e"}) {
    const core::StepFinished step = scene.step(name, "run cpu");
    CHECK(core::name_of(step.verdict) == "not-run");
    CHECK(step.sentence == "not started: --fail-fast ended the run");
    CHECK(scene.executions("iree-run-module", name) == 0);
  }
}

TEST_CASE("--max-failures counts what makes the exit status another than 0") {
  const StepsScene scene({"broken_a", "broken_b", "broken_c", "good_z"});
  scene.hold("good_z");
  Running running = scene.start({"--max-failures=3"});
  wait_until("there are three", [&] {
    return !scene.box.runs().empty() &&
           count_of(content_of(scene.box.results_file()), "\"compile-error\"") >= 3;
  });
  scene.let_go("good_z");
  CHECK(running.wait().exit_status == 1);
  CHECK(scene.verdict("good_z", "run cpu") == "not-run");
  CHECK(contains(finish_of(scene.box.events()).conclusion, "stopped by --max-failures=3"));
  CHECK(scene.run({"--max-failures=4"}).exit_status == 1);
  CHECK(scene.verdict("good_z", "run cpu") == "pass");
}

TEST_CASE("an attempt that is made again does not count as a failure") {
  const StepsScene scene({"flaky_a", "good_b"});
  const Ended ended = scene.run({"--retries=1", "--fail-fast"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(scene.verdicts() == Texts{"flaky_a compile cpu: pass", "flaky_a run cpu: pass",
                                  "good_b compile cpu: pass", "good_b run cpu: pass"});
}

TEST_CASE("one machine compiles and another runs") {
  const StepsScene scene({"broken_a", "good_a", "wrong_a"});
  const Ended compiled = scene.run({"--stage=compile"});
  INFO(compiled.out, compiled.err);
  CHECK(compiled.exit_status == 1);
  CHECK(scene.verdicts() == Texts{"broken_a compile cpu: compile-error", "good_a compile cpu: pass",
                                  "wrong_a compile cpu: pass"});
  CHECK(contains(compiled.out, "runs are left out: --stage=compile"));

  // Another machine: the output directory was copied, and there is no compiler.
  const fs::path there = scene.box.root() / "there";
  fs::copy(scene.box.cache() / "outputs", there, fs::copy_options::recursive);
  fs::remove(scene.box.tools() / "iree-compile");
  const Ended ran = scene.run({"--stage=run", "--output-dir", there, "--filter=!m/broken*"});
  INFO(ran.out, ran.err);
  CHECK(ran.exit_status == 1);
  CHECK(scene.verdicts() == Texts{"good_a run cpu: pass", "wrong_a run cpu: fail"});
  CHECK(scene.executions("iree-compile", "good_a") == 1);
}

TEST_CASE("--stage=run says which module is missing, or is another one") {
  const StepsScene scene({"good_a"});
  const auto refusal = [&](const Arguments& more) {
    Arguments all{"--stage=run"};
    all.insert(all.end(), more.begin(), more.end());
    const Ended ended = scene.run(all);
    INFO(ended.out, ended.err);
    CHECK(ended.exit_status == 3);
    const core::StepFinished step = scene.step("good_a", "run cpu");
    CHECK(core::name_of(step.verdict) == "infra");
    CHECK(contains(step.hint, "--stage=compile"));
    CHECK(contains(step.hint, "--submodel=good_a"));
    return step.sentence;
  };
  const fs::path module = scene.output("good_a");
  CHECK(refusal({}) == module.string() + " is not there");
  CHECK(scene.run({"--stage=compile"}).exit_status == 0);
  CHECK(scene.run({"--stage=run"}).exit_status == 0);
  CHECK(contains(refusal({"--compile-arg=--other"}), "from another request"));
  CHECK(contains(refusal({"--sku=mi250"}), "from another request"));
  // A run of all stages replaces the module.
  CHECK(scene.run({"--compile-arg=--other"}).exit_status == 0);
  CHECK(scene.run({"--stage=run"}).exit_status == 0);  // the same bytes
  scene.box.write(fs::relative(module, scene.box.root()), "modul");
  CHECK(contains(refusal({}), "is not as --stage=compile left it"));
  CHECK(scene.run({"--stage=compile"}).exit_status == 0);
  scene.box.write("tests/m/good_a.mlir", "module { }\n");
  CHECK(contains(refusal({}), "is not what"));
  fs::remove(module.parent_path() / ".sharkreg-compile_cpu.json");
  CHECK(contains(refusal({}), "cannot tell how compile cpu was compiled"));
}

TEST_CASE("bad values of options of a run are refused") {
  const StepsScene scene({"good_a"});
  check_usage(scene.run({"--repeat=0"}), {"--repeat is \"0\"", "from 1 to 1000"});
  check_usage(scene.run({"--repeat=two"}), {"--repeat is \"two\""});
  check_usage(scene.run({"--retries=-1"}), {"--retries is \"-1\"", "from 0 to 100"});
  check_usage(scene.run({"--max-failures=0"}), {"--max-failures is \"0\""});
  check_usage(scene.run({"--max-failures=99999999999999999999"}), {"--max-failures is"});
  check_usage(scene.run({"--stage=link"}), {"--stage is \"link\"", "all, compile, run"});
  check_usage(scene.run({"--fail-fast=3"}), {"--fail-fast"});
  check_usage(scene.run({"--filter="}), {"--filter needs a value"});
  check_usage(scene.run({"--resume="}), {"--resume needs a value"});
  CHECK(scene.box.runs().empty());
}

}  // namespace sharkreg::e2e
