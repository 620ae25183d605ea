// SPDX-License-Identifier: Apache-2.0
// kill -9 of sharkreg at system calls and at random moments, then --resume: no finished step is done
// again, none is lost, and the verdicts are those of a run that nobody disturbed. Also with other
// processes beside it, and with a clock that is set back.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include "kill_counts.h"
#include "report/results_file.h"
#include "steps_scene.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

const Texts submodels{"broken_a", "good_b", "stops_c", "wrong_d"};

const Texts undisturbed{"broken_a compile cpu: compile-error",
                        "broken_a run cpu: blocked",
                        "good_b compile cpu: pass",
                        "good_b run cpu: pass",
                        "stops_c compile cpu: pass",
                        "stops_c run cpu: run-error",
                        "wrong_d compile cpu: pass",
                        "wrong_d run cpu: fail"};

// Steps whose verdict says something about the program, as the run of this directory recorded them:
// by submodel and tool.
using Finished = std::vector<std::pair<std::string, std::string>>;

Finished finished_in(const fs::path& run) {
  Finished finished;
  const auto recorded = core::read_results(run / "results.jsonl");
  REQUIRE(recorded.has_value());
  for (const core::Event& event : recorded->events) {
    const auto* step = std::get_if<core::StepFinished>(&event);
    if (step == nullptr || !core::is_judged(step->verdict)) continue;
    finished.emplace_back(step->submodel,
                          step->stage == "compile" ? "iree-compile" : "iree-run-module");
  }
  return finished;
}

struct KillScene : StepsScene {
  KillScene() : StepsScene(submodels) {
    // LeakSanitizer wants to trace, which strace does already.
    std::string& options = box.environment["ASAN_OPTIONS"];
    options += options.empty() ? "detect_leaks=0" : ":detect_leaks=0";
    // Once, so that plugins and tools are known: what is killed is to be at work.
    CHECK(run().exit_status == 1);
    CHECK(verdicts() == undisturbed);
    forget();
  }

  void forget() const {
    fs::remove_all(box.cache() / "runs");
    fs::remove_all(box.cache() / "outputs");
    box.write("executions", "");
  }

  Running start_traced(const Arguments& options) const {
    Arguments all{"-o", box.root() / "trace"};
    all.insert(all.end(), options.begin(), options.end());
    all.emplace_back(SHARKREG_PROGRAM);
    const Arguments its = arguments();
    all.insert(all.end(), its.begin(), its.end());
    return box.start_program("/usr/bin/strace", all);
  }

  // After a run was killed.
  void check_resumed() const {
    const bool recorded = !box.runs().empty();  // else it was killed before there were results
    const Finished finished = recorded ? finished_in(box.runs().back()) : Finished();
    std::map<std::pair<std::string, std::string>, std::size_t> before;
    for (const auto& [submodel, tool] : finished) {
      before[{submodel, tool}] = executions(tool, submodel);
    }
    const Ended ended = recorded ? run({"--resume=latest"}) : run();
    INFO(ended.out, ended.err);
    CHECK(ended.exit_status == 1);
    CHECK(verdicts() == undisturbed);
    for (const auto& [step, count] : before) {
      INFO(step.first, " ", step.second);
      CHECK(count == 1);
      CHECK(executions(step.second, step.first) == 1);
    }
    for (const std::string& submodel : submodels) {
      CHECK(executions("iree-compile", submodel) >= 1);
      CHECK(executions("iree-compile", submodel) <= 2);
      CHECK(executions("iree-run-module", submodel) <= 2);
    }
  }
};

bool can_trace() {
  const Sandbox box;
  if (!fs::exists("/usr/bin/strace")) {
    MESSAGE("skipped: strace is not there; cmake/setup.sh brings it");
    return false;
  }
  const Ended ended = box.run_program("/usr/bin/strace", {"-o", box.root() / "trial", "/bin/true"});
  if (ended.exit_status == 0) return true;
  MESSAGE("skipped: strace may not trace here: ", ended.err);
  return false;
}

// How often the busiest thread makes one of these calls, by call.
std::map<std::string, int> calls_in(const fs::path& trace) {
  std::map<std::pair<std::string, std::string>, int> by_thread;
  std::ifstream lines(trace);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t end = line.find('(');
    if (end == std::string::npos) continue;
    const std::size_t space = line.rfind(' ', end);
    const std::size_t begin = space == std::string::npos ? 0 : space + 1;
    const std::string thread = begin == 0 ? "" : line.substr(0, line.find(' '));
    ++by_thread[{thread, line.substr(begin, end - begin)}];
  }
  std::map<std::string, int> most;
  for (const auto& [key, count] : by_thread) most[key.second] = std::max(most[key.second], count);
  return most;
}

// The N-th call by a thread.
struct KillPoint {
  std::string call;
  int number = 0;
};

// `whose`: "-f" for all threads (and what they start, which makes no such calls), or nothing for the
// one that thinks.
std::vector<KillPoint> learn(const KillScene& scene, const std::string& calls,
                             const Arguments& whose) {
  scene.forget();
  Arguments learning = whose;
  learning.insert(learning.end(), {"-e", "trace=" + calls});
  REQUIRE(scene.start_traced(learning).wait().exit_status == 1);
  std::vector<KillPoint> points;
  for (const auto& [call, count] : calls_in(scene.box.root() / "trace")) {
    for (int number = 1; number <= count; ++number) points.push_back({call, number});
  }
  CHECK_FALSE(points.empty());
  return points;
}

// True if it came to that.
bool kill_at(const KillScene& scene, const KillPoint& point, const Arguments& whose) {
  INFO(point.call, " number ", point.number);
  scene.forget();
  Arguments options = whose;
  options.insert(options.end(),
                 {"-e", "trace=" + point.call, "-e",
                  "inject=" + point.call + ":signal=KILL:when=" + std::to_string(point.number)});
  const bool killed = scene.start_traced(options).wait().signal == SIGKILL;
  scene.check_resumed();
  return killed;
}

// At some of the points, spread over all. How often it came to that.
std::size_t kill_at_some(const KillScene& scene, const std::vector<KillPoint>& points,
                         const Arguments& whose) {
  const std::size_t count = std::min(points.size(), most_kills_of_a_kind);
  std::size_t kills = 0;
  for (std::size_t at = 0; at < count; ++at) {
    if (kill_at(scene, points[at * points.size() / count], whose)) ++kills;
  }
  MESSAGE(kills, " kills at ", count, " of ", points.size(), " points");
  return kills;
}

TEST_CASE("resume: kill -9 at writes") {
  if (!can_trace()) return;
  const KillScene scene;
  const std::vector<KillPoint> points = learn(scene, "write", {});
  const std::size_t kills = kill_at_some(scene, points, {});
  CHECK(kills * 2 >= std::min(points.size(), most_kills_of_a_kind));
}

TEST_CASE("resume: kill -9 at fsync and fdatasync") {
  if (!can_trace()) return;
  const KillScene scene;
  CHECK(kill_at_some(scene, learn(scene, "fsync,fdatasync", {"-f"}), {"-f"}) >= 1);
}

TEST_CASE("resume: kill -9 at renames") {
  if (!can_trace()) return;
  const KillScene scene;
  // Which thread places what is another matter each time: not each number is reached each time.
  CHECK(kill_at_some(scene, learn(scene, "rename,renameat,renameat2", {"-f"}), {"-f"}) >= 1);
}

TEST_CASE("resume: kill -9 at random moments") {
  const KillScene scene;
  constexpr unsigned seed = 20250714;
  MESSAGE("seed ", seed);
  std::mt19937 random(seed);
  double whole = scene.run().seconds;
  int kills = 0;
  for (int time = 0; kills < random_kills && time < 10 * random_kills; ++time) {
    scene.forget();
    const double moment = std::uniform_real_distribution<double>(0, whole)(random);
    INFO("after ", moment, " s");
    Running running = scene.start();
    std::this_thread::sleep_for(std::chrono::duration<double>(moment));
    running.send(SIGKILL);
    const Ended ended = running.wait();
    if (ended.signal == SIGKILL) {
      ++kills;
      scene.check_resumed();
    } else {
      whole = std::min(whole, ended.seconds);  // it had ended: the machine has become faster
    }
  }
  CHECK(kills == random_kills);
}

TEST_CASE("resume: one of four processes over one store is killed") {
  KillScene scene;
  scene.box.write_model("m", "good_b",
                        R"({"mlir": "lazy://somewhere/good_b.mlir", "run_function": "good_b",
                            "outputs": [{"source": "expected.npy"}]})");
  scene.box.write_program("programs/sharkreg-fetch-lazy",
                          "#!/bin/sh\n[ \"$1\" = stat ] || echo 'module {}'\n");
  scene.box.environment["SHARKREG_FETCH_PATH"] = scene.box.root() / "programs";
  const auto own = [&](int process) {
    const std::string number = std::to_string(process);
    return Arguments{"--output-dir", scene.box.root() / ("outputs" + number), "--artifacts-dir",
                     scene.box.root() / ("artifacts" + number)};
  };
  scene.hold("stops_c");
  Running first = scene.start(own(0));
  Running second = scene.start(own(1));
  Running third = scene.start(own(2));
  Running victim = scene.start(own(3));
  const auto run_of = [&](const Running& process) {
    for (const fs::path& run : scene.box.runs()) {
      if (run.filename().string().ends_with("-" + std::to_string(process.pid()))) return run;
    }
    return fs::path();
  };
  wait_until("the victim has finished some steps", [&] {
    const fs::path run = run_of(victim);
    return !run.empty() && finished_in(run).size() >= 3;
  });
  const std::string name = run_of(victim).filename();
  victim.send(SIGKILL);
  CHECK(victim.wait().signal == SIGKILL);
  const Finished finished = finished_in(scene.box.cache() / "runs" / name);
  scene.let_go("stops_c");
  for (Running* process : {&first, &second, &third}) {
    const fs::path run = run_of(*process);
    const Ended ended = process->wait();
    INFO(ended.out, ended.err);
    CHECK(ended.exit_status == 1);
    CHECK(finished_in(run).size() == undisturbed.size() - 1);  // one is blocked
  }
  std::map<std::pair<std::string, std::string>, std::size_t> before;
  for (const auto& [submodel, tool] : finished) {
    before[{submodel, tool}] = scene.executions(tool, submodel);
  }
  Arguments resume = own(3);
  resume.insert(resume.end(), {"--resume", name});
  CHECK(scene.run(resume).exit_status == 1);
  CHECK(scene.verdicts() == undisturbed);
  for (const auto& [step, count] : before) {
    CHECK(scene.executions(step.second, step.first) == count);
  }
  CHECK(scene.box.runs().size() == 5);
}

#ifndef SHARKREG_IS_SANITIZED  // whose libraries want to be loaded first
TEST_CASE("resume: a clock that is set back makes no time negative and no run the wrong one") {
  StepsScene scene({"good_a", "good_b", "good_c"});
  scene.box.environment["LD_PRELOAD"] = SHARKREG_SET_CLOCK;
  scene.box.environment["SHARKREG_TEST_CLOCK"] = scene.box.write("clock", "0");
  CHECK(scene.run({"--filter=m/good_a/*"}).exit_status == 0);
  const auto check_times = [&] {
    for (const core::Event& event : scene.box.events()) {
      const auto* step = std::get_if<core::StepFinished>(&event);
      if (step == nullptr) continue;
      CHECK(step->seconds >= 0);
      for (const core::ActionRecord& action : step->actions) CHECK(action.seconds >= 0);
    }
  };
  // Set back by a day while it runs.
  scene.hold("good_b");
  Running running = scene.start();
  wait_until("a step is finished", [&] {
    return scene.box.runs().size() == 2 && !finished_in(scene.box.runs().back()).empty();
  });
  scene.box.write("clock", "-86400");
  scene.let_go("good_b");
  CHECK(running.wait().exit_status == 0);
  check_times();
  CHECK(finish_of(scene.box.events()).seconds >= 0);

  // The next run begins a day before the last one, and is the latest all the same.
  scene.hold("good_c");
  Running killed = scene.start({"--sku=mi250"});
  wait_until("a step of it is finished", [&] {
    return scene.box.runs().size() == 3 && !finished_in(scene.box.runs().back()).empty();
  });
  killed.send(SIGKILL);
  CHECK(killed.wait().signal == SIGKILL);
  scene.let_go("good_c");
  Texts names;
  for (const fs::path& run : scene.box.runs()) names.push_back(run.filename());
  CHECK(std::ranges::is_sorted(names));
  const std::string latest = names.back();
  CHECK(scene.run({"--resume=latest", "--sku=mi250"}).exit_status == 0);
  check_times();
  const auto events = scene.box.events();
  const auto* started = std::get_if<core::RunStarted>(&events.front());
  REQUIRE(started != nullptr);
  CHECK(started->resumes == latest);
  CHECK(started->run > latest);
}
#endif

}  // namespace
}  // namespace sharkreg::e2e
