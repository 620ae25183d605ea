// SPDX-License-Identifier: Apache-2.0
// The executor with real files and threads, but without processes.
#include "execute/executor.h"

#include <chrono>
#include <set>

#include "fakes.h"

namespace sharkreg::core {
namespace {

using Names = std::vector<std::string>;

// A compile that reads "program", and a run that reads what comes of it and "water".
struct SmallPlan : HandMadePlan {
  SmallPlan() {
    const std::size_t compiling = compile();
    const FileOrigin module = action(compiling, "shark", {artifact("program")});
    action(run_after(compiling), "swim", {module, artifact("water")});
  }
};

// Plans of one compile each; they share nothing.
std::vector<HandMadePlan> independent(std::size_t count) {
  std::vector<HandMadePlan> made(count);
  for (std::size_t index = 0; index < count; ++index) {
    made[index].action(made[index].compile(), "a" + std::to_string(index));
  }
  return made;
}

std::vector<std::shared_ptr<CasePlan>> plans_of(const std::vector<HandMadePlan>& made) {
  std::vector<std::shared_ptr<CasePlan>> plans;
  for (const HandMadePlan& one : made) plans.push_back(one.plan);
  return plans;
}

TEST_CASE("a case is fetched, compiled, run and concluded") {
  SmallPlan made;
  Rig rig;
  rig.run({made.plan});
  CHECK(rig.recorder.saw_in_order({"fetch program", "fetched program", "start shark",
                                   "compile0: succeeded", "run1: succeeded"}));
  CHECK(rig.recorder.saw_in_order({"fetched water", "start swim", "run1: succeeded"}));
  CHECK(rig.recorder.events.size() == 8);
  CHECK(rig.launcher.programs() == Names{"shark", "swim"});
  CHECK(content_of(made.path("outputs/shark.bin")) == "made by /fake/shark");
  CHECK(content_of(made.path("artifacts/water")) == "memory://water");

  const ActionResult& run = rig.recorder.results.at("run1").actions.at(1);
  REQUIRE(run.request);
  CHECK(run.request->program == "/fake/swim");
  REQUIRE(run.launch);
  CHECK(run.outputs == std::vector{made.path("outputs/swim.bin")});
  CHECK(run.names.at("shark.bin") == made.path("outputs/shark.bin"));
  CHECK_FALSE(run.trouble);
}

TEST_CASE("no directory is left behind but those of outputs and logs") {
  SmallPlan made;
  Rig rig;
  rig.run({made.plan});
  std::set<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(made.path("outputs"))) {
    left.insert(entry.path().filename());
  }
  CHECK(left == std::set<std::string>{"shark.bin", "swim.bin"});
}

TEST_CASE("a failed compile keeps the run from starting, and both are concluded") {
  SmallPlan made;
  Rig rig;
  rig.launcher.ending = FakeLauncher::failing("shark");
  rig.run({made.plan});
  CHECK(rig.launcher.programs() == Names{"shark"});
  CHECK(rig.recorder.saw("compile0: failed"));
  CHECK(rig.recorder.saw("run1: not started"));
  CHECK_FALSE(rig.recorder.saw("start swim"));
  CHECK_FALSE(std::filesystem::exists(made.path("outputs/shark.bin")));
}

TEST_CASE("an artifact that is not there keeps only those from starting who need it") {
  HandMadePlan made;
  made.action(made.compile(), "hungry", {made.artifact("absent food")});
  made.action(made.compile(), "content");
  Rig rig;
  rig.run({made.plan});
  CHECK(rig.launcher.programs() == Names{"content"});
  CHECK(rig.recorder.saw("compile0: no absent food, not started"));
  CHECK(rig.recorder.saw("compile1: succeeded"));
  CHECK(rig.recorder.results.at("compile0").artifacts.at(0).error->message ==
        "memory://absent food: there is no such file");
}

TEST_CASE("after a failure no later action of its step starts") {
  HandMadePlan made;
  const std::size_t compile = made.compile();
  made.action(compile, "first");
  made.action(compile, "second");
  made.action(compile, "third");
  Rig rig;
  rig.launcher.ending = FakeLauncher::failing("second");
  rig.run({made.plan});
  CHECK(rig.launcher.programs() == Names{"first", "second"});
  CHECK(rig.recorder.saw("compile0: succeeded, failed, not started"));
}

TEST_CASE("what fails in one case does not concern the next") {
  std::vector<HandMadePlan> made = independent(3);
  Rig rig;
  rig.launcher.ending = FakeLauncher::failing("a1");
  rig.run(plans_of(made));
  CHECK(rig.launcher.programs() == Names{"a0", "a1", "a2"});
  CHECK(std::ranges::count(rig.recorder.events, "compile0: succeeded") == 2);
  CHECK(std::ranges::count(rig.recorder.events, "compile0: failed") == 1);
}

TEST_CASE("foregone steps are neither fetched for, run nor concluded") {
  SmallPlan made;
  made.plan->steps[1].foregone = ForegoneVerdict{};
  Rig rig;
  rig.run({made.plan});
  CHECK(rig.recorder.events ==
        Names{"fetch program", "fetched program", "start shark", "compile0: succeeded"});
}

TEST_CASE("exit status 0 without the output is trouble, not success") {
  SmallPlan made;
  Rig rig;
  rig.launcher.ending = [](const LaunchRequest&) { return LaunchResult{}; };
  rig.run({made.plan});
  CHECK(rig.recorder.saw("compile0: failed"));
  REQUIRE(rig.recorder.results.at("compile0").actions[0].trouble);
  CHECK(rig.recorder.results.at("compile0").actions[0].trouble->kind == ErrorKind::infrastructure);
}

TEST_CASE("trouble of the launcher and of staging is kept with the action") {
  SmallPlan made;
  Rig rig;
  rig.launcher.ending = [](const LaunchRequest&) -> Result<LaunchResult> {
    return Error{ErrorKind::infrastructure, "no process to be had", {}};
  };
  rig.run({made.plan});
  CHECK(rig.recorder.results.at("compile0").actions[0].trouble->message == "no process to be had");

  SmallPlan unstaged;
  unstaged.plan->actions[0].action.program_missing = "there is no shark";
  Rig second;
  second.run({unstaged.plan});
  CHECK(second.launcher.requests.empty());
  CHECK(second.recorder.saw("compile0: failed"));
  CHECK(second.recorder.saw("run1: not started"));
  const ActionResult& result = second.recorder.results.at("compile0").actions[0];
  CHECK(result.trouble->message == "there is no shark");
  CHECK_FALSE(result.request);
}

TEST_CASE("a program that was stopped or killed has failed") {
  using End = LaunchResult::End;
  for (const End end : {End::signalled, End::timed_out, End::start_failed, End::supervisor_lost}) {
    SmallPlan made;
    Rig rig;
    rig.launcher.ending = [end](const LaunchRequest& request) {
      Result<LaunchResult> result = FakeLauncher::write_outputs(request);
      result->end = end;
      return result;
    };
    rig.run({made.plan});
    CHECK(rig.recorder.saw("compile0: failed"));
    CHECK(rig.recorder.results.at("compile0").actions[0].launch->end == end);
    CHECK_FALSE(std::filesystem::exists(made.path("outputs/shark.bin")));
  }
}

TEST_CASE("as many actions run at a time as there are jobs") {
  for (const std::size_t jobs : {1U, 2U, 3U}) {
    std::vector<HandMadePlan> made = independent(6);
    Rig rig(options_for(jobs, 1));
    rig.launcher.ends_at = jobs;  // with fewer at a time, this would not end
    rig.run(plans_of(made));
    CHECK(rig.launcher.most_running == jobs);
    CHECK(rig.launcher.requests.size() == 6);
  }
}

TEST_CASE("as many artifacts are fetched at a time as there are fetch jobs") {
  HandMadePlan made;
  const std::size_t compile = made.compile();
  std::vector<FileOrigin> origins;
  for (const char* name : {"a", "b", "c", "d"}) origins.push_back(made.artifact(name));
  made.action(compile, "shark", origins);
  for (const std::size_t jobs : {1U, 2U}) {
    Rig rig(options_for(1, jobs));
    std::size_t fetching = 0;
    std::size_t most = 0;
    rig.recorder.on_event = [&](const std::string& event) {
      if (event.starts_with("fetch ")) most = std::max(most, ++fetching);
      if (event.starts_with("fetched ")) --fetching;
    };
    rig.run({made.plan});
    CHECK(most == jobs);
    CHECK(rig.recorder.saw("compile0: succeeded"));
  }
}

Device device(const std::string& id) {
  Device result;
  result.id = id;
  result.environment = {{"DEVICE", id}};
  return result;
}

TEST_CASE("a device is given to one action at a time") {
  std::vector<HandMadePlan> made = independent(5);
  for (HandMadePlan& one : made) {
    one.plan->actions[0].devices = {device("left"), device("right")};
    one.plan->actions[0].action.device_count = 1;
  }
  Rig rig(options_for(4, 1));
  std::multiset<std::string> in_use;
  rig.launcher.on_launch = [&] {
    const auto& environment = rig.launcher.requests.back().environment;
    REQUIRE(environment.size() == 1);
    in_use.insert(environment[0].second);
    CHECK(in_use.count("left") <= 1);
    CHECK(in_use.count("right") <= 1);
  };
  rig.launcher.ending = [&](const LaunchRequest& request) {
    in_use.erase(in_use.find(request.environment[0].second));
    return FakeLauncher::write_outputs(request);
  };
  rig.run(plans_of(made));
  CHECK(rig.launcher.requests.size() == 5);
  CHECK(rig.launcher.most_running <= 2);
}

TEST_CASE("who waits for a device lets others pass") {
  std::vector<HandMadePlan> made = independent(3);
  for (const std::size_t index : {0U, 1U}) {
    made[index].plan->actions[0].devices = {device("only")};
    made[index].plan->actions[0].action.device_count = 1;
  }
  Rig rig(options_for(2, 1));
  rig.launcher.ends_at = 2;
  rig.launcher.on_launch = [&] {
    if (rig.launcher.requests.size() == 2) rig.launcher.ends_at = 1;
  };
  rig.run(plans_of(made));
  const Names programs = rig.launcher.programs();
  REQUIRE(programs.size() == 3);
  CHECK(std::set(programs.begin(), programs.begin() + 2) == std::set<std::string>{"a0", "a2"});
  CHECK(programs[2] == "a1");
}

TEST_CASE("an action that wants more devices than there are gets all of them") {
  std::vector<HandMadePlan> made = independent(1);
  made[0].plan->actions[0].devices = {device("only")};
  made[0].plan->actions[0].action.device_count = 2;
  Rig rig;
  rig.run(plans_of(made));
  CHECK(rig.recorder.saw("compile0: succeeded"));
}

TEST_CASE("no more plans are held than there is room for") {
  std::vector<HandMadePlan> made = independent(6);
  Rig rig(options_for(1, 1, 2));
  rig.launcher.on_launch = [&] { CHECK(rig.source.taken <= rig.launcher.requests.size() + 2); };
  rig.run(plans_of(made));
  CHECK(rig.source.taken == 6);
  CHECK(rig.launcher.requests.size() == 6);
}

TEST_CASE("thousands of plans without anything to do leave others their turn") {
  Rig rig(options_for(1, 1, 8));
  std::optional<std::size_t> taken;
  rig.loop.post([&] { taken = rig.source.taken; });
  rig.run(std::vector<std::shared_ptr<CasePlan>>(5000, std::make_shared<CasePlan>()));
  CHECK(rig.source.taken == 5000);
  REQUIRE(taken);
  CHECK(*taken < 100);
}

TEST_CASE("as many steps are concluded at a time as there are judge jobs") {
  for (const int jobs : {1, 2}) {
    std::vector<HandMadePlan> made = independent(6);
    ExecutorOptions options = options_for(6, 1);
    options.judge_jobs = static_cast<std::size_t>(jobs);
    Rig rig(options);
    rig.launcher.ends_at = 6;
    std::atomic<int> concluded = 0;
    rig.recorder.while_concluding = [&] {
      ++concluded;
      while (concluded < jobs) std::this_thread::yield();  // with fewer, this would not end
      std::this_thread::yield();
    };
    rig.run(plans_of(made));
    CHECK(rig.recorder.most_concluding == jobs);
  }
}

TEST_CASE("an executor runs again") {
  SmallPlan first;
  SmallPlan second;
  Rig rig;
  rig.run({first.plan});
  rig.run({second.plan});
  CHECK(rig.launcher.requests.size() == 4);
  CHECK(std::filesystem::exists(second.path("outputs/swim.bin")));
}

TEST_CASE("the longest case by what is known comes first") {
  struct Known final : Estimates {
    std::optional<Estimate> of(const CasePlan& plan, std::size_t action) const override {
      if (plan.actions[action].action.name != "a2") return std::nullopt;
      return Estimate{std::chrono::milliseconds(5), 0, 1};
    }
  };
  const Known known;
  std::vector<HandMadePlan> made = independent(4);
  ExecutorOptions options = options_for(1, 1);
  options.estimates = &known;
  Rig rig(options);
  rig.run(plans_of(made));
  CHECK(rig.launcher.programs() == Names{"a2", "a0", "a1", "a3"});
}

TEST_CASE("what each action is known to need is asked once, and counted") {
  struct Known final : Estimates {
    mutable std::size_t asked = 0;
    std::optional<Estimate> of(const CasePlan&, std::size_t) const override {
      ++asked;
      return Estimate{std::chrono::milliseconds(5), 600, 1};
    }
  };
  const Known known;
  std::vector<HandMadePlan> made = independent(6);
  ExecutorOptions options = options_for(4, 1);
  options.scheduling.memory_bytes = 1000;
  options.estimates = &known;
  Rig rig(options);
  std::ptrdiff_t ended = 0;
  rig.launcher.ending = [&](const LaunchRequest& request) {
    const auto is_start = [](const std::string& event) { return event.starts_with("start "); };
    CHECK(std::ranges::count_if(rig.recorder.events, is_start) == ++ended);
    return FakeLauncher::write_outputs(request);
  };
  rig.run(plans_of(made));
  CHECK(ended == 6);
  CHECK(known.asked == 6);
}

TEST_CASE("fetches, actions and conclusions of several cases go on at once") {
  std::vector<HandMadePlan> made(2);
  made[0].action(made[0].compile(), "first");
  made[1].action(made[1].compile(), "second", {made[1].artifact("food")});
  Rig rig(options_for(2, 1));
  rig.launcher.ends_at = 2;  // with one at a time, this would not end
  rig.run(plans_of(made));
  CHECK(rig.launcher.most_running == 2);
  CHECK(rig.recorder.saw_in_order({"start first", "fetched food", "start second"}));
}

TEST_CASE("what was done is told with its slots, and nothing overlaps on one") {
  std::vector<HandMadePlan> made = independent(12);
  for (HandMadePlan& one : made) one.action(one.step(Stage::compile, {}), "b", {one.artifact("x")});
  Rig rig(options_for(3, 2));
  rig.run(plans_of(made));
  CHECK(rig.recorder.spans.size() == 12 * 5);
  using Row = std::pair<WorkSpan::Kind, std::size_t>;
  std::map<Row, std::vector<WorkSpan>> rows;
  for (const WorkSpan& span : rig.recorder.spans) {
    REQUIRE(span.slots.size() == 1);
    CHECK(span.start <= span.end);
    rows[{span.kind, span.slots[0]}].push_back(span);
  }
  CHECK(rows.size() <= 3 + 3 + 2);
  for (auto& [row, spans] : rows) {
    std::ranges::sort(spans, {}, &WorkSpan::start);
    for (std::size_t index = 1; index < spans.size(); ++index) {
      CHECK(spans[index - 1].end <= spans[index].start);
    }
  }
}

// Runs on one device each, where the check says what the test says.
struct DeviceRig {
  std::vector<HandMadePlan> made = independent(3);
  std::atomic<int> checks = 0;
  std::string trouble = "it is not there any more";
  ExecutorOptions options = options_for(1, 1);

  DeviceRig() {
    for (HandMadePlan& one : made) {
      one.plan->steps[0].backend = "acme";
      one.plan->actions[0].devices = {device("only")};
      one.plan->actions[0].action.device_count = 1;
    }
    options.check_device = [this](const std::string& backend, const Device& checked) {
      CHECK(backend == "acme");
      CHECK(checked.id == "only");
      ++checks;
      return trouble;
    };
  }

  void run(Rig& rig) { rig.run(plans_of(made)); }
};

TEST_CASE("a device that is not well after a timeout is given to nobody any more") {
  using End = LaunchResult::End;
  for (const End end : {End::timed_out, End::signalled}) {
    DeviceRig device;
    Rig rig(device.options);
    rig.launcher.ending = [end](const LaunchRequest&) {
      LaunchResult result;
      result.end = end;
      return result;
    };
    device.run(rig);
    CHECK(device.checks == 1);
    CHECK(rig.launcher.programs() == Names{"a0"});
    CHECK(std::ranges::count(rig.recorder.events, "compile0: failed") == 3);
    const ActionResult& last = rig.recorder.results.at("compile0").actions[0];
    REQUIRE(last.trouble);
    CHECK(last.trouble->kind == ErrorKind::infrastructure);
    CHECK(last.trouble->message == "device only of acme is out of order: it is not there any more");
  }
}

TEST_CASE("a device that is well after a timeout goes on") {
  DeviceRig device;
  device.trouble.clear();
  Rig rig(device.options);
  rig.launcher.ending = [](const LaunchRequest&) {
    LaunchResult result;
    result.end = LaunchResult::End::timed_out;
    return result;
  };
  device.run(rig);
  CHECK(device.checks == 3);
  CHECK(rig.launcher.requests.size() == 3);
  CHECK(rig.recorder.results.at("compile0").actions[0].devices == Names{"only"});
}

TEST_CASE("after a failure a device is checked if it is blamed") {
  for (const bool blamed : {false, true}) {
    DeviceRig device;
    Rig rig(device.options);
    rig.recorder.blames = blamed;
    rig.launcher.ending = [](const LaunchRequest&) {
      LaunchResult result;
      result.exit_status = 1;
      return result;
    };
    device.run(rig);
    CHECK(device.checks == (blamed ? 1 : 0));
    CHECK(rig.launcher.requests.size() == (blamed ? 1 : 3));
  }
}

// What an interrupt finds: one phase after the other.

TEST_CASE("an interrupt before the start asks for no plan") {
  SmallPlan made;
  Rig rig;
  rig.executor.interrupt();
  rig.run({made.plan});
  CHECK(rig.source.taken == 0);
  CHECK(rig.recorder.events.empty());
}

TEST_CASE("an interrupt during a fetch stops that, and concludes what was taken") {
  SmallPlan made;
  SmallPlan other;
  Rig rig;
  rig.interrupt_at("fetch program");
  rig.run({made.plan, other.plan});
  CHECK(rig.launcher.requests.empty());
  CHECK(rig.recorder.saw("fetched program"));
  CHECK(rig.recorder.saw("compile0: no program, interrupted"));
  CHECK(rig.recorder.saw("run1: no water, interrupted"));
  CHECK(rig.recorder.results.at("run1").artifacts[1].error->kind == ErrorKind::interrupted);
  CHECK(std::ranges::count(rig.recorder.events, "run1: no water, interrupted") == 2);
}

TEST_CASE("an interrupt while an action is staged keeps it from starting") {
  SmallPlan made;
  Rig rig;
  rig.interrupt_at("start shark");
  rig.run({made.plan});
  CHECK(rig.launcher.requests.empty());
  CHECK(rig.recorder.saw("compile0: interrupted"));
  CHECK(std::filesystem::is_empty(made.path("outputs")));
}

TEST_CASE("an interrupt stops what runs") {
  std::vector<HandMadePlan> made = independent(4);
  Rig rig(options_for(2, 1, 3));
  rig.launcher.ends_at = 0;
  rig.launcher.on_launch = [&] {
    if (rig.launcher.requests.size() == 2) rig.loop.post([&] { rig.executor.interrupt(); });
  };
  rig.run(plans_of(made));
  CHECK(rig.launcher.terminations == 1);
  CHECK(rig.launcher.requests.size() == 2);
  CHECK(rig.recorder.events == Names{"start a0", "start a1", "compile0: interrupted",
                                     "compile0: interrupted", "compile0: interrupted"});
  CHECK(rig.source.taken == 3);  // the fourth was never asked for
}

TEST_CASE("what ends by itself after an interrupt is judged by how it ended") {
  SmallPlan made;
  Rig rig;
  rig.launcher.on_launch = [&] {
    // It has ended already when it is asked to stop.
    rig.loop.post([&] { rig.executor.interrupt(); });
  };
  rig.run({made.plan});
  CHECK(rig.recorder.saw("compile0: succeeded"));
  CHECK(rig.recorder.saw("run1: interrupted") != rig.recorder.saw("run1: no water, interrupted"));
}

TEST_CASE("an interrupt during a conclusion starts nothing more") {
  std::vector<HandMadePlan> made = independent(3);
  Rig rig;
  std::atomic<bool> concluding = false;
  std::atomic<bool> interrupted = false;
  rig.recorder.while_concluding = [&] {
    if (!concluding.exchange(true)) {
      rig.loop.post([&] {
        rig.executor.interrupt();
        interrupted = true;
      });
    }
    while (!interrupted) std::this_thread::yield();
  };
  rig.run(plans_of(made));
  CHECK(rig.launcher.requests.size() <= 2);
  CHECK(rig.recorder.saw("compile0: succeeded"));
  CHECK(rig.recorder.saw("compile0: interrupted"));
}

TEST_CASE("no more steps are concluded at a time after an interrupt either") {
  std::vector<HandMadePlan> made = independent(8);
  Rig rig;
  rig.interrupt_at("start a0");
  rig.recorder.while_concluding = [] { std::this_thread::yield(); };
  rig.run(plans_of(made));
  CHECK(std::ranges::count(rig.recorder.events, "compile0: interrupted") == 8);
  CHECK(rig.recorder.most_concluding == 1);
}

TEST_CASE("a second interrupt asks what runs a second time") {
  std::vector<HandMadePlan> made = independent(1);
  Rig rig;
  rig.launcher.ends_at = 0;
  rig.launcher.on_launch = [&] {
    rig.loop.post([&] {
      rig.executor.interrupt();
      rig.executor.interrupt();
    });
  };
  rig.run(plans_of(made));
  CHECK(rig.launcher.terminations == 2);
  CHECK(rig.recorder.saw("compile0: interrupted"));
}

// A rig whose observer may want steps done again.
struct PatientRig : Rig {
  PatientRig() : Rig(patient()) {}
  static ExecutorOptions patient() {
    ExecutorOptions options = options_for(1, 1);
    options.may_do_again = true;
    return options;
  }
};

TEST_CASE("a step is done again as often as is wanted, before others see what it made") {
  SmallPlan made;
  PatientRig rig;
  int launches = 0;
  rig.launcher.ending = [&](const LaunchRequest& request) {
    return ++launches <= 2 ? FakeLauncher::failing("shark")(request)
                           : FakeLauncher::write_outputs(request);
  };
  rig.recorder.again["compile0"] = 2;
  rig.run({made.plan});
  CHECK(rig.launcher.programs() == Names{"shark", "shark", "shark", "swim"});
  CHECK(rig.recorder.saw_in_order({"compile0: failed", "start shark", "compile0: failed",
                                   "start shark", "compile0: succeeded", "start swim",
                                   "run1: succeeded"}));
}

TEST_CASE("an artifact is fetched again for a step that is done again") {
  HandMadePlan made;
  made.action(made.compile(), "hungry", {made.artifact("absent food")});
  PatientRig rig;
  rig.recorder.again["compile0"] = 1;
  rig.run({made.plan});
  CHECK(std::ranges::count(rig.recorder.events, "fetch absent food") == 2);
  CHECK(std::ranges::count(rig.recorder.events, "compile0: no absent food, not started") == 2);
  CHECK(rig.launcher.programs().empty());
}

TEST_CASE("an interrupt does not wait until a step may be done again") {
  SmallPlan made;
  PatientRig rig;
  rig.launcher.ending = FakeLauncher::failing("shark");
  rig.recorder.again["compile0"] = 1;
  rig.recorder.wait = std::chrono::hours(1);
  rig.interrupt_at("compile0: failed");
  rig.run({made.plan});
  CHECK(rig.recorder.saw_in_order({"compile0: failed", "compile0: interrupted"}));
  CHECK(rig.launcher.programs() == Names{"shark"});
}

TEST_CASE("finishing up lets what runs end, starts nothing more, and concludes all plans") {
  std::vector<HandMadePlan> made = independent(3);
  Rig rig(options_for(1, 1, 1));
  rig.recorder.on_event = [&](const std::string& told) {
    if (told == "start a0") rig.executor.finish_up();
  };
  rig.run(plans_of(made));
  CHECK(rig.launcher.programs() == Names{"a0"});
  CHECK(rig.launcher.terminations == 0);
  CHECK(rig.source.taken == 3);
  CHECK(std::ranges::count(rig.recorder.events, "compile0: succeeded") == 1);
  CHECK(std::ranges::count(rig.recorder.events, "compile0: interrupted") == 2);
}

TEST_CASE("what was done before is taken as it ended") {
  SmallPlan well;
  write(well.path("outputs/shark.bin"), "made before");
  well.plan->steps[0].done_before = true;
  SmallPlan badly;
  badly.plan->steps[0].done_before = false;
  Rig rig;
  rig.run({well.plan, badly.plan});
  CHECK(rig.launcher.programs() == Names{"swim"});
  CHECK(std::ranges::count(rig.recorder.events, "run1: succeeded") == 1);
  CHECK(std::ranges::count(rig.recorder.events, "run1: not started") == 1);
  CHECK(rig.recorder.results.count("compile0") == 0);
}

}  // namespace
}  // namespace sharkreg::core
