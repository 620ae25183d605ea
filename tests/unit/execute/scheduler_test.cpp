// SPDX-License-Identifier: Apache-2.0
#include "execute/scheduler.h"

#include "fakes.h"

namespace sharkreg::core {
namespace {

using Names = std::vector<std::string>;
using std::chrono::milliseconds;

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

Device device(const std::string& id) {
  Device result;
  result.id = id;
  return result;
}

// Actions of a plan, asked for by their names.
struct Desk {
  HandMadePlan made;
  std::map<std::string, Estimate> known;  // by name
  SchedulerOptions options;
  std::optional<Scheduler> scheduler;
  std::map<std::string, Scheduler::Grant> granted;
  Names waits;

  PlannedAction& action(const std::string& name, Stage stage = Stage::compile) {
    made.action(made.step(stage, std::nullopt), name);
    made.plan->steps.back().backend = "acme";
    return made.plan->actions.back();
  }

  PlannedAction& run_on(const std::string& name, const std::vector<std::string>& devices,
                        std::int64_t count = 1) {
    PlannedAction& run = action(name, Stage::run);
    for (const std::string& id : devices) run.devices.push_back(device(id));
    run.action.device_count = count;
    return run;
  }

  void open() {
    scheduler.emplace(options);
    scheduler->on_wait = [this](const ReadyAction& ready, const std::string& what) {
      waits.push_back(name_of(ready) + " for " + what);
    };
  }

  std::string name_of(const ReadyAction& ready) const {
    return ready.plan->actions[ready.action].action.name;
  }

  // All of the plan, or the one of this name.
  void add(const std::string& name = {}) {
    if (!scheduler) open();
    for (std::size_t index = 0; index < made.plan->actions.size(); ++index) {
      const std::string& its = made.plan->actions[index].action.name;
      if (!name.empty() && its != name) continue;
      const Estimate& its_known = known[its];
      scheduler->add({made.plan, index, its_known.wall, 0, index, its_known.peak_rss_bytes});
    }
  }

  // The names of all that start now; those that never will have "!" before them.
  Names start(bool other_work = false) {
    Names names;
    if (other_work) scheduler->begin_other_work();
    while (auto decision = scheduler->next()) {
      const std::string name = name_of(decision->action);
      if (decision->refusal) {
        names.push_back("!" + name);
      } else {
        granted.emplace(name, std::move(*decision->grant));
        names.push_back(name);
      }
    }
    if (other_work) scheduler->end_other_work();
    return names;
  }

  void end(const std::string& name) {
    scheduler->give_back(std::move(granted.extract(name).mapped()));
  }
};

TEST_CASE("those with most before them come first, then those in the plan's order") {
  Desk desk;
  for (const char* name : {"a", "b", "c", "d"}) desk.action(name);
  desk.known["b"].wall = milliseconds(10);
  desk.known["d"].wall = milliseconds(200);
  desk.options.jobs = 4;
  desk.add();
  CHECK(desk.start() == Names{"d", "b", "a", "c"});
}

TEST_CASE("cases come in their order") {
  Desk desk;
  desk.action("a");
  desk.options.jobs = 2;
  desk.open();
  desk.scheduler->add({desk.made.plan, 0, milliseconds(0), 7, 0});
  HandMadePlan other;
  other.action(other.compile(), "b");
  desk.scheduler->add({other.plan, 0, milliseconds(0), 3, 0});
  CHECK(desk.start() == Names{"b", "a"});
}

TEST_CASE("an action has as many CPU slots as it keeps busy, at most all") {
  Desk desk;
  desk.action("wide").action.cpu_slots = 64;
  desk.action("a");
  desk.action("b");
  desk.options.jobs = 2;
  desk.add("a");
  CHECK(desk.start() == Names{"a"});
  desk.add("wide");
  desk.add("b");
  CHECK(desk.start() == Names{"b"});  // passes by who finds no room
  desk.end("a");
  CHECK(desk.start() == Names{});
  desk.end("b");
  CHECK(desk.start() == Names{"wide"});
  CHECK(desk.granted.at("wide").share.slots.size() == 2);
}

TEST_CASE("who finds no room is not passed by for ever") {
  Desk desk;
  desk.action("wide").action.cpu_slots = 2;
  desk.action("small");
  desk.action("first");
  desk.options.jobs = 2;
  desk.add("first");
  CHECK(desk.start() == Names{"first"});
  desk.add("wide");
  std::size_t passed = 0;
  for (; passed < 1000; ++passed) {
    desk.add("small");
    if (desk.start().empty()) break;
    desk.end("small");
  }
  CHECK(passed > 1);
  CHECK(passed < 100);
  desk.end("first");
  CHECK(desk.start() == Names{"wide"});
}

TEST_CASE("two compiles of 20 GB do not start together on 24 GiB, but each does") {
  Desk desk;
  for (const char* name : {"big", "bigger", "small"}) desk.action(name);
  desk.known["big"].peak_rss_bytes = 20 * gibibyte;
  desk.known["bigger"].peak_rss_bytes = 30 * gibibyte;
  desk.options.jobs = 8;
  desk.options.memory_bytes = 24 * gibibyte;
  desk.add();
  CHECK(desk.start() == Names{"big", "small"});
  desk.end("big");
  CHECK(desk.start() == Names{"bigger"});
}

TEST_CASE("serial arguments are given when there are as many actions as slots") {
  Desk desk;
  for (const char* name : {"a", "b", "c"}) {
    desk.action(name).action.serial_arguments = {"--one-thread"};
  }
  desk.action("plain");
  desk.options.jobs = 4;
  desk.add();
  CHECK(desk.start() == Names{"a", "b", "c", "plain"});
  for (const char* name : {"a", "b", "c"}) {
    CHECK(desk.granted.at(name).serial);
    CHECK(desk.granted.at(name).share.slots.size() == 1);
  }
  CHECK_FALSE(desk.granted.at("plain").serial);
}

TEST_CASE("an action that uses several threads counts as its part of the free slots") {
  Desk desk;
  for (const char* name : {"a", "b"}) {
    desk.action(name).action.serial_arguments = {"--one-thread"};
  }
  desk.options.jobs = 8;
  desk.add("a");
  CHECK(desk.start() == Names{"a"});
  CHECK_FALSE(desk.granted.at("a").serial);
  CHECK(desk.granted.at("a").share.slots.size() == 8);
  desk.end("a");
  desk.add();
  CHECK(desk.start() == Names{"a", "b"});
  CHECK(desk.granted.at("a").share.slots.size() == 4);
  CHECK(desk.granted.at("b").share.slots.size() == 4);
}

TEST_CASE("nothing more starts above the load limit, unless nothing runs") {
  Desk desk;
  for (const char* name : {"a", "b", "c"}) desk.action(name);
  double load = 9;
  desk.options.jobs = 4;
  desk.options.load_limit = 8;
  desk.options.load = [&] { return load; };
  desk.add();
  CHECK(desk.start() == Names{"a"});
  CHECK(desk.scheduler->waits_for_others());
  load = 8;
  CHECK(desk.start() == Names{"b", "c"});
  CHECK_FALSE(desk.scheduler->waits_for_others());
}

TEST_CASE("timed actions have the machine to themselves, when nothing else is to be done") {
  Desk desk;
  desk.action("compile");
  desk.action("run1", Stage::run);
  desk.action("run2", Stage::run);
  desk.options.jobs = 4;
  desk.options.exclusive_timing = true;
  desk.add();
  CHECK(desk.start() == Names{"compile"});
  CHECK_FALSE(desk.scheduler->is_timing());
  desk.end("compile");
  CHECK(desk.start(true) == Names{});  // something is fetched
  CHECK(desk.start() == Names{"run1"});
  CHECK(desk.scheduler->runs_alone());
  desk.add("compile");
  CHECK(desk.start() == Names{});
  desk.end("run1");
  CHECK(desk.scheduler->is_timing());
  CHECK(desk.start() == Names{"run2"});
  desk.end("run2");
  CHECK_FALSE(desk.scheduler->is_timing());
  CHECK(desk.start() == Names{"compile"});
}

TEST_CASE("among processes, nothing starts while one times") {
  const auto locks =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "locks-").value();
  Desk ordinary;
  ordinary.action("a");
  ordinary.action("b");
  ordinary.options.jobs = 1;
  ordinary.options.lock_directory = locks.path();
  Desk timing;
  timing.action("run", Stage::run);
  timing.options.exclusive_timing = true;
  timing.options.lock_directory = locks.path();
  ordinary.add();
  timing.add();
  CHECK(ordinary.start() == Names{"a"});
  CHECK(timing.start() == Names{});
  CHECK(timing.scheduler->waits_for_others());
  CHECK(timing.waits == Names{"run for other sharkreg processes to end what they run"});
  ordinary.end("a");
  CHECK(ordinary.start() == Names{});
  CHECK(ordinary.scheduler->waits_for_others());
  CHECK(ordinary.waits == Names{"b for another sharkreg process, which times something"});
  CHECK(timing.start() == Names{"run"});
  CHECK(ordinary.start() == Names{});
  timing.end("run");
  CHECK(ordinary.start() == Names{"b"});
}

TEST_CASE("among processes, nothing is fetched or compared while one times") {
  const auto locks =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "locks-").value();
  Desk ordinary;
  ordinary.options.lock_directory = locks.path();
  ordinary.open();
  Desk timing;
  timing.action("run", Stage::run);
  timing.options.exclusive_timing = true;
  timing.options.lock_directory = locks.path();
  timing.add();
  CHECK(ordinary.scheduler->may_begin_other_work());
  ordinary.scheduler->begin_other_work();
  CHECK(timing.start() == Names{});
  CHECK_FALSE(ordinary.scheduler->may_begin_other_work());  // one waits for it to be idle
  ordinary.scheduler->end_other_work();
  CHECK(timing.start() == Names{"run"});
  CHECK_FALSE(ordinary.scheduler->may_begin_other_work());
  timing.end("run");
  CHECK(ordinary.scheduler->may_begin_other_work());
}

TEST_CASE("where locks cannot be, nothing is timed as if it were alone") {
  const auto place =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "locks-").value();
  write(place.path() / "file", "");
  Desk desk;
  desk.action("run", Stage::run);
  desk.action("compile");
  desk.options.exclusive_timing = true;
  desk.options.lock_directory = place.path() / "file";
  desk.add();
  CHECK(desk.start() == Names{"compile"});
  desk.end("compile");
  CHECK(desk.start() == Names{"!run"});
}

TEST_CASE("a device is one action's at a time, or that of as many as may share it") {
  for (const std::size_t sharing : {1U, 2U}) {
    Desk desk;
    for (const char* name : {"a", "b", "c", "d", "e"}) desk.run_on(name, {"left", "right"});
    desk.options.jobs = 8;
    desk.options.device_jobs = sharing;
    desk.add();
    CHECK(desk.start().size() == 2 * sharing);
    std::set<std::pair<std::string, std::size_t>> places;
    for (const auto& [name, grant] : desk.granted) {
      places.emplace(grant.devices.devices.at(0).id, grant.devices.places.at(0));
    }
    CHECK(places.size() == 2 * sharing);
    CHECK_FALSE(desk.scheduler->waits_for_others());
  }
}

TEST_CASE("who waits for devices holds neither slots nor devices") {
  Desk desk;
  desk.run_on("a", {"left", "right"});
  desk.run_on("both", {"left", "right"}, 2);
  desk.run_on("c", {"left", "right"});
  desk.action("compile");
  desk.options.jobs = 3;
  desk.add();
  CHECK(desk.start() == Names{"a", "c", "compile"});
  desk.end("a");
  CHECK(desk.start() == Names{});
  desk.end("c");
  CHECK(desk.start() == Names{"both"});
  CHECK(desk.granted.at("both").devices.devices.size() == 2);
}

TEST_CASE("among processes, a device is one action's at a time") {
  const auto locks =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "locks-").value();
  Desk one;
  Desk two;
  for (Desk* desk : {&one, &two}) {
    desk->options.jobs = 4;
    desk->options.lock_directory = locks.path();
    desk->run_on("a", {"left", "right"});
    desk->run_on("both", {"left", "right"}, 2);
    desk->add();
  }
  CHECK(one.start() == Names{"a"});
  CHECK(two.start() == Names{"a"});
  CHECK(one.granted.at("a").devices.devices.at(0).id == "left");
  CHECK(two.granted.at("a").devices.devices.at(0).id == "right");
  CHECK(one.start() == Names{});
  CHECK(one.scheduler->waits_for_others());
  const std::string told = "both for device right of acme, used by process ";
  REQUIRE(one.waits.size() == 1);
  CHECK(one.waits[0].starts_with(told));
  two.end("a");
  CHECK(one.start() == Names{});  // it has one of them itself
  one.end("a");
  CHECK(one.start() == Names{"both"});
  CHECK(two.start() == Names{});
  one.end("both");
  CHECK(two.start() == Names{"both"});
}

TEST_CASE("who shares a device keeps out who wants it alone, and the reverse") {
  const auto locks =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "locks-").value();
  Desk sharing;
  Desk alone;
  sharing.options.device_jobs = 2;
  for (Desk* desk : {&sharing, &alone}) {
    desk->options.jobs = 4;
    desk->options.lock_directory = locks.path();
    for (const char* name : {"a", "b", "c"}) desk->run_on(name, {"only"});
    desk->add();
  }
  CHECK(sharing.start() == Names{"a", "b"});
  CHECK(alone.start() == Names{});
  sharing.end("a");
  CHECK(alone.start() == Names{});
  sharing.end("b");
  CHECK(alone.start() == Names{"a"});
  CHECK(sharing.start() == Names{});
}

TEST_CASE("a device that is out of order is given to nobody") {
  Desk desk;
  desk.run_on("a", {"left", "right"});
  desk.run_on("b", {"left"});
  desk.run_on("c", {"left", "right"}, 2);
  desk.options.jobs = 4;
  desk.open();
  desk.scheduler->quarantine("acme", device("left"), "it is not there any more");
  desk.scheduler->quarantine("other", device("right"), "that of another backend");
  desk.add();
  CHECK(desk.start() == Names{"a", "!b", "!c"});
  CHECK(desk.granted.at("a").devices.devices.at(0).id == "right");
}

TEST_CASE("where locks cannot be, a device is not given away") {
  const auto place =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "locks-").value();
  write(place.path() / "file", "");
  Desk desk;
  desk.run_on("a", {"left"});
  desk.action("compile");
  desk.options.jobs = 2;
  desk.options.lock_directory = place.path() / "file";
  desk.add();
  CHECK(desk.start() == Names{"!a", "compile"});
}

TEST_CASE("all that waits can be taken back") {
  Desk desk;
  for (const char* name : {"a", "b", "c"}) desk.action(name);
  desk.add();
  CHECK(desk.start() == Names{"a"});
  CHECK(desk.scheduler->take_all().size() == 2);
  desk.end("a");
  CHECK(desk.start() == Names{});
}

}  // namespace
}  // namespace sharkreg::core
