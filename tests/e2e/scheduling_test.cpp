// SPDX-License-Identifier: Apache-2.0
// What runs when: devices among processes, devices that disappear, timed runs, traces. The devices
// are those that files of a driver under --rocm-root tell of; the tools are scripts.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <signal.h>
#include <thread>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "base/json.h"
#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

using Texts = std::vector<std::string>;

constexpr std::string_view gpu_ids[] = {"16045690984503050241", "16045690984503050242"};
constexpr const char* gpu_uuid = "GPU-deadbeefcafe0001";

// A sandbox with a machine of two GPUs and some models. ROOT in scripts is the sandbox's directory.
class Machine {
 public:
  explicit Machine(int models) {
    sandbox.write_stub_tools();
    for (int model = 0; model < models; ++model) {
      sandbox.write_model("m" + std::to_string(model), "s", R"({"mlir": "program.mlir"})");
    }
    const fs::path root = "machine";
    sandbox.write(root / "sys/class/kfd/kfd/topology/nodes/0/properties",
                  "cpu_cores_count 96\nsimd_count 0\ngfx_target_version 0\n");
    for (int gpu = 0; gpu < 2; ++gpu) {
      sandbox.write(
          root / "sys/class/kfd/kfd/topology/nodes" / std::to_string(gpu + 1) / "properties",
          "cpu_cores_count 0\nsimd_count 1216\ngfx_target_version 90402\n"
          "vendor_id 4098\ndevice_id 29857\nlocation_id " +
              std::to_string(1280 * (gpu + 1)) + "\ndomain 0\ndrm_render_minor " +
              std::to_string(128 + gpu) + "\nunique_id " + std::string(gpu_ids[gpu]) +
              "\nnum_xcc 8\n");
      sandbox.write(root / "dev/dri" / ("renderD" + std::to_string(128 + gpu)), "");
    }
    sandbox.write(root / "dev/kfd", "");
  }

  void write_tool(const std::string& name, std::string script) const {
    for (std::size_t at; (at = script.find("ROOT")) != std::string::npos;) {
      script.replace(at, 4, sandbox.root().string());
    }
    sandbox.write_program(fs::path("tools") / name, "#!/bin/sh\n" + script);
  }

  Arguments arguments(const Arguments& more) const {
    Arguments all = more;
    all.insert(all.end(), {"--tests-dir", sandbox.tests(), "--tools-dir", sandbox.tools(),
                           "--rocm-root", sandbox.root() / "machine", "--model=*"});
    return all;
  }

  Running start(const Arguments& more) const { return sandbox.start(arguments(more)); }
  Ended run(const Arguments& more) const { return sandbox.run(arguments(more)); }

  Texts lines(const std::string& file) const {
    std::ifstream stream(sandbox.root() / file);
    Texts all;
    for (std::string line; std::getline(stream, line);) all.push_back(line);
    return all;
  }

  Sandbox sandbox;
};

// As a run on a device: says so if another one is on the same device.
constexpr std::string_view run_alone = R"(
device=ROOT/on-$ROCR_VISIBLE_DEVICES
if ! mkdir "$device"; then echo "$device" >> ROOT/overlaps; fi
case $PWD in *ROOT/first/*) me=first;; *) me=second;; esac
echo "$me $ROCR_VISIBLE_DEVICES" >> ROOT/log
WAIT
rmdir "$device"
)";

std::string run_alone_and(const std::string& wait) {
  std::string script(run_alone);
  script.replace(script.find("WAIT"), 4, wait);
  return script;
}

// The arguments of two processes that share nothing but the machine.
Arguments process(const Machine& machine, const std::string& name) {
  return {"--backend=rocm", "--rocm-chip=gfx942",
          "--cache-dir",    machine.sandbox.root() / name,
          "--output-dir",   machine.sandbox.root() / name / "out"};
}

json::array trace_of(const fs::path& path) {
  const auto parsed = core::parse_json(content_of(path), "trace");
  REQUIRE(parsed.has_value());
  return parsed->as_array();
}

// Checks that each span has what it must have, and that none overlap on a row. Their steps.
std::multiset<std::string> steps_of_trace(const json::array& events) {
  std::map<std::int64_t, std::string> rows;
  std::map<std::int64_t, std::vector<std::pair<double, double>>> spans;
  std::multiset<std::string> steps;
  for (const json::value& event : events) {
    const std::int64_t row = event.at("tid").as_int64();
    CHECK(event.at("pid").is_int64());
    if (event.at("ph") == "M") {
      if (event.at("name") == "thread_name") rows[row] = event.at("args").at("name").as_string();
      continue;
    }
    REQUIRE(event.at("ph") == "X");
    CHECK(rows.contains(row));
    const double start = event.at("ts").to_number<double>();
    const double length = event.at("dur").to_number<double>();
    CHECK(start >= 0);
    CHECK(length >= 0);
    spans[row].emplace_back(start, start + length);
    const json::object& arguments = event.at("args").as_object();
    if (event.at("cat") == "fetch") continue;
    REQUIRE(arguments.contains("step"));
    const bool first_row = event.at("cat") == "action" && rows[row].starts_with("CPU");
    if (event.at("cat") == "action") CHECK(arguments.contains("cached"));
    if (first_row) {
      steps.insert(std::string(arguments.at("case").as_string()) + " " +
                   std::string(arguments.at("step").as_string()));
    }
  }
  for (auto& [row, of_row] : spans) {
    std::ranges::sort(of_row);
    for (std::size_t index = 1; index < of_row.size(); ++index) {
      INFO(rows[row]);
      CHECK(of_row[index - 1].second <= of_row[index].first + 1e-3);  // of a microsecond
    }
  }
  return steps;
}

}  // namespace

TEST_CASE("two processes use two devices, and never one of them at the same time") {
  const Machine machine(6);
  machine.write_tool("iree-run-module", run_alone_and("sleep 0.05"));
  Arguments first = process(machine, "first");
  Arguments second = process(machine, "second");
  for (Arguments* arguments : {&first, &second}) arguments->push_back("--jobs=2");
  Running one = machine.start(first);
  Running two = machine.start(second);
  const Ended one_ended = one.wait();
  const Ended two_ended = two.wait();
  INFO(one_ended.out, one_ended.err, two_ended.out, two_ended.err);
  CHECK(one_ended.exit_status == 0);
  CHECK(two_ended.exit_status == 0);
  CHECK(machine.lines("overlaps") == Texts{});
  std::map<std::string, int> runs;
  std::map<std::string, int> devices;
  for (const std::string& line : machine.lines("log")) {
    ++runs[line.substr(0, line.find(' '))];
    ++devices[line.substr(line.find(' ') + 1)];
  }
  CHECK(runs == std::map<std::string, int>{{"first", 6}, {"second", 6}});
  CHECK(devices.size() == 2);
}

TEST_CASE("two processes go on at the same time, each on a device of its own") {
  const Machine machine(2);
  // Each waits for the other to be on its device: one after the other would not end.
  machine.write_tool("iree-run-module",
                     run_alone_and("touch ROOT/is-$me\n"
                                   "until [ -e ROOT/is-first ] && [ -e ROOT/is-second ]; do "
                                   "sleep 0.01; done"));
  Arguments first = process(machine, "first");
  Arguments second = process(machine, "second");
  for (Arguments* arguments : {&first, &second}) arguments->push_back("--jobs=1");
  Running one = machine.start(first);
  Running two = machine.start(second);
  CHECK(one.wait().exit_status == 0);
  CHECK(two.wait().exit_status == 0);
  CHECK(machine.lines("overlaps") == Texts{});
}

TEST_CASE("who waits for a device that another process uses says so") {
  Machine machine(1);
  machine.write_tool("iree-run-module", run_alone_and("touch ROOT/runs\n"
                                                      "until [ -e ROOT/go ]; do sleep 0.01; done"));
  machine.sandbox.environment["ROCR_VISIBLE_DEVICES"] = gpu_uuid;
  Running one = machine.start(process(machine, "first"));
  while (!fs::exists(machine.sandbox.root() / "runs")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  Running two = machine.start(process(machine, "second"));
  const std::string told = "used by process " + std::to_string(one.pid());
  const auto says_so = [&] {
    for (const auto& entry : fs::recursive_directory_iterator(machine.sandbox.root() / "second")) {
      if (entry.path().filename() != "results.jsonl") continue;
      std::ifstream file(entry.path());
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      if (contains(text, "waiting for device") && contains(text, told)) return true;
    }
    return false;
  };
  while (!fs::exists(machine.sandbox.root() / "second") || !says_so()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  machine.sandbox.write("go", "");
  CHECK(one.wait().exit_status == 0);
  CHECK(two.wait().exit_status == 0);
  CHECK(machine.lines("overlaps") == Texts{});
}

TEST_CASE("a device that disappears between two cases is not waited for again") {
  const Machine machine(4);
  // The second case finds both devices gone.
  machine.write_tool("iree-run-module", R"(
if [ -e ROOT/ran ]; then
  rm -rf ROOT/machine/sys/class/kfd/kfd/topology/nodes/1 ROOT/machine/sys/class/kfd/kfd/topology/nodes/2
  echo "iree/runtime/src/iree/hal/driver.c:1: UNAVAILABLE; the device is lost" >&2
  exit 1
fi
touch ROOT/ran
)");
  const Ended ended = machine.run({"--backend=rocm", "--rocm-chip=gfx942", "--jobs=1"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 3);
  const auto events = machine.sandbox.events();
  CHECK(verdict_of(events, "m0/s", "run rocm gfx942") == "pass");
  std::size_t out_of_order = 0;
  std::size_t started = 0;
  for (const char* name : {"m1/s", "m2/s", "m3/s"}) {
    const core::StepFinished step = step_of(events, name, "run rocm gfx942");
    CHECK(core::name_of(step.verdict) == "infra");
    started += step.actions.size();
    out_of_order += contains(step.sentence, "is out of order: it is not there any more") ? 1U : 0U;
  }
  CHECK(started == 2);  // one on each device
  CHECK(out_of_order == 1);
}

TEST_CASE("a device that disappeared leaves the work to the other one") {
  const Machine machine(4);
  machine.write_tool("iree-run-module", R"(
echo "$ROCR_VISIBLE_DEVICES" >> ROOT/log
case $ROCR_VISIBLE_DEVICES in *0001)
  rm -rf ROOT/machine/sys/class/kfd/kfd/topology/nodes/1
  echo "iree/runtime/src/iree/hal/driver.c:1: UNAVAILABLE; the device is lost" >&2
  exit 1;;
esac
)");
  const Ended ended = machine.run({"--backend=rocm", "--rocm-chip=gfx942", "--jobs=1"});
  INFO(ended.out, ended.err);
  const auto events = machine.sandbox.events();
  CHECK(verdict_of(events, "m0/s", "run rocm gfx942") == "infra");
  for (const char* name : {"m1/s", "m2/s", "m3/s"}) {
    const core::StepFinished step = step_of(events, name, "run rocm gfx942");
    CHECK(core::name_of(step.verdict) == "pass");
    REQUIRE(step.actions.size() == 1);
    CHECK(step.actions[0].devices == Texts{"0000:0a:00.0"});
  }
  CHECK(machine.lines("log").size() == 4);
}

TEST_CASE("with --exclusive-timing nothing runs beside a run, in other processes neither") {
  const Machine machine(4);
  machine.write_tool("iree-compile", R"(
if [ -d ROOT/timed ]; then echo compile >> ROOT/overlaps; fi
touch ROOT/compile-$$
sleep 0.02
rm ROOT/compile-$$
echo "a module" > "$2"
)");
  machine.write_tool("iree-run-module", R"(
if ! mkdir ROOT/timed; then echo run >> ROOT/overlaps; fi
for other in ROOT/compile-*; do
  if [ -e "$other" ]; then echo "run beside $other" >> ROOT/overlaps; fi
done
sleep 0.02
rmdir ROOT/timed
)");
  Arguments first = process(machine, "first");
  Arguments second = process(machine, "second");
  for (Arguments* arguments : {&first, &second}) {
    arguments->insert(arguments->end(), {"--jobs=2", "--exclusive-timing"});
  }
  Running one = machine.start(first);
  Running two = machine.start(second);
  CHECK(one.wait().exit_status == 0);
  CHECK(two.wait().exit_status == 0);
  CHECK(machine.lines("overlaps") == Texts{});
}

TEST_CASE(
    "a process that another one holds up by timing says so, begins nothing, and can be ended") {
  const Machine machine(1);
  machine.write_tool("iree-compile", R"(
case $PWD in *ROOT/second/*) touch ROOT/begun;; esac
echo "a module" > "$2"
)");
  machine.write_tool("iree-run-module", R"(
touch ROOT/timed
while [ ! -e ROOT/go ]; do sleep 0.01; done
)");
  const auto wait_until = [](const auto& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    REQUIRE(condition());
  };
  Arguments first = process(machine, "first");
  first.push_back("--exclusive-timing");
  Running one = machine.start(first);
  wait_until([&] { return fs::exists(machine.sandbox.root() / "timed"); });
  Running two = machine.start(process(machine, "second"));
  wait_until([&] {
    return contains(two.out(), "waiting for another sharkreg process, which times something");
  });
  two.send(SIGINT);
  CHECK(two.wait().exit_status == 130);
  CHECK_FALSE(fs::exists(machine.sandbox.root() / "begun"));
  machine.sandbox.write("go", "");
  CHECK(one.wait().exit_status == 0);
}

TEST_CASE("compiles use one thread when there are as many as CPU slots") {
  const Machine machine(4);
  // Without the cache, which gives the others what the first one made of the same program.
  CHECK(machine.run({"--backend=cpu", "--jobs=2", "--no-cache"}).exit_status == 0);
  CHECK(count_of(content_of(machine.sandbox.calls()), "--mlir-disable-threading") >= 2);
  const Machine lonely(1);
  CHECK(lonely.run({"--backend=cpu", "--jobs=2", "--no-cache"}).exit_status == 0);
  CHECK(count_of(content_of(lonely.sandbox.calls()), "--mlir-disable-threading") == 0);
}

TEST_CASE("a trace tells of every step, without overlaps on a row") {
  const Machine machine(5);
  const fs::path trace = machine.sandbox.root() / "trace.json";
  const Ended ended = machine.run({"--rocm-chip=gfx942", "--jobs=3", "--trace", trace});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  const json::array events = trace_of(trace);
  const auto steps = steps_of_trace(events);
  for (int model = 0; model < 5; ++model) {
    for (const char* step : {"compile cpu", "compile rocm gfx942", "run cpu", "run rocm gfx942"}) {
      CHECK(steps.contains("m" + std::to_string(model) + "/s " + step));
    }
  }
  const std::string text = content_of(trace);
  CHECK(contains(text, R"("name":"rocm 0000:05:00.0")"));
  CHECK(contains(text, R"("verdict":"pass")"));
  CHECK(contains(text, R"("cat":"fetch")"));
}

TEST_CASE("a trace is whole after Ctrl-C, too") {
  const Machine machine(3);
  machine.write_tool("iree-run-module", "touch ROOT/runs\nexec sleep 600\n");
  const fs::path trace = machine.sandbox.root() / "trace.json";
  Running running = machine.start({"--backend=cpu", "--trace", trace});
  while (!fs::exists(machine.sandbox.root() / "runs")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  running.send_to_group(SIGINT);
  CHECK(running.wait().exit_status == 130);
  const auto steps = steps_of_trace(trace_of(trace));
  CHECK(std::ranges::any_of(steps, [](const auto& step) { return contains(step, "run cpu"); }));
}

TEST_CASE("wrong numbers of the scheduler's options are told") {
  const Machine machine(1);
  for (const char* option : {"--jobs=0", "--jobs=1.5", "--device-jobs=0", "--load-limit=0"}) {
    const Ended ended = machine.run({option});
    CHECK(ended.exit_status == 2);
    CHECK(contains(ended.err, std::string(option).substr(0, std::string(option).find('='))));
  }
}

}  // namespace sharkreg::e2e
