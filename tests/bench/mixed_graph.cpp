// SPDX-License-Identifier: Apache-2.0
#include "mixed_graph.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "execute/executor.h"

namespace sharkreg::bench {
namespace {

using namespace sharkreg::core;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int slots = 4;
constexpr int fetch_jobs = 4;
constexpr const char* device_ids[] = {"one", "two"};

// A plan of which each artifact and each action takes a time, by its index.
struct TimedCase {
  std::shared_ptr<CasePlan> plan = std::make_shared<CasePlan>();
  milliseconds fetch{0};
  std::vector<milliseconds> actions;
};

class Graph final : public PlanSource, public ExecutionObserver, public Estimates {
 public:
  Graph(unsigned seed, std::size_t cases) : random_(seed) {
    for (std::size_t number = 0; number < cases; ++number) cases_.push_back(make_case(number));
    for (const TimedCase& one : cases_) by_plan_[one.plan.get()] = &one;
  }

  microseconds lower_bound() const {
    milliseconds longest{0};
    milliseconds fetching{0};
    milliseconds working{0};
    milliseconds on_devices{0};
    for (const TimedCase& one : cases_) {
      const milliseconds runs = std::max(one.actions[1], one.actions[2]);
      longest = std::max(longest, one.fetch + one.actions[0] + runs);
      fetching += one.fetch;
      working += one.actions[0] + one.actions[1] + one.actions[2];
      on_devices += one.actions[2];
    }
    return std::max<microseconds>({longest, microseconds(fetching) / fetch_jobs,
                                   microseconds(working) / slots,
                                   microseconds(on_devices) / std::ssize(device_ids)});
  }

  milliseconds time_of(const CasePlan& plan, std::size_t action) const {
    return by_plan_.at(&plan)->actions[action];
  }

  std::shared_ptr<const CasePlan> next() override {
    return given_ == cases_.size() ? nullptr : cases_[given_++].plan;
  }
  std::optional<Estimate> of(const CasePlan& plan, std::size_t action) const override {
    return Estimate{time_of(plan, action), 0, 1};
  }
  void fetch_started(const CasePlan&, std::size_t) override {}
  void fetch_finished(const CasePlan&, std::size_t) override {}
  void action_started(const CasePlan&, std::size_t) override {}
  std::function<Again()> conclude(const CasePlan&, std::size_t, const CaseResults&) override {
    return [] { return std::nullopt; };
  }

 private:
  // From `least` to `most`, each order of magnitude as likely.
  milliseconds between(double least, double most) {
    std::uniform_real_distribution<double> exponent(std::log(least), std::log(most));
    return milliseconds(static_cast<std::int64_t>(std::exp(exponent(random_))));
  }

  static std::size_t add_step(CasePlan& plan, Stage stage, const char* name) {
    PlannedStep& step = plan.steps.emplace_back();
    step.stage = stage;
    step.name = name;
    step.backend = "timed";
    step.artifacts = {0};
    step.actions = {plan.actions.size()};
    if (stage == Stage::run) step.compile_step = 0;
    PlannedAction& action = plan.actions.emplace_back();
    action.action.name = name;
    action.step = plan.steps.size() - 1;
    action.inputs["program"] = {FileOrigin::Kind::artifact, 0, {}};
    return plan.actions.size() - 1;
  }

  TimedCase make_case(std::size_t number) {
    TimedCase made;
    made.plan->model = "timed";
    made.plan->submodel = std::to_string(number);
    made.fetch = between(5, 60);
    PlannedArtifact& artifact = made.plan->artifacts.emplace_back();
    artifact.source.location = std::to_string(made.fetch.count());
    add_step(*made.plan, Stage::compile, "compile");
    add_step(*made.plan, Stage::run, "run");
    PlannedAction& on_device =
        made.plan->actions[add_step(*made.plan, Stage::run, "run_on_device")];
    on_device.action.device_count = 1;
    for (const char* id : device_ids) {
      Device device;
      device.id = id;
      on_device.devices.push_back(std::move(device));
    }
    made.actions = {between(20, 800), between(10, 100), between(10, 100)};
    return made;
  }

  std::mt19937 random_;
  std::vector<TimedCase> cases_;
  std::map<const CasePlan*, const TimedCase*> by_plan_;
  std::size_t given_ = 0;
};

class Waits final : public ActionStarter {
 public:
  Waits(EventLoop& loop, const Graph& graph) : loop_(loop), graph_(graph) {}

  void run(std::shared_ptr<const CasePlan> plan, std::size_t action, Allotment,
           Done done) override {
    loop_.after(graph_.time_of(*plan, action), [done = std::move(done)] {
      ActionResult result;
      result.status = ActionResult::Status::succeeded;
      done(std::move(result));
    });
  }
  void interrupt() override {}

 private:
  EventLoop& loop_;
  const Graph& graph_;
};

}  // namespace

Makespan run_mixed_graph(unsigned seed, std::size_t cases, bool known) {
  Graph graph(seed, cases);
  EventLoop loop(fetch_jobs + slots);
  Waits actions(loop, graph);
  ExecutorOptions options;
  options.scheduling.jobs = slots;
  options.fetch_jobs = fetch_jobs;
  options.judge_jobs = slots;
  if (known) options.estimates = &graph;
  Executor executor(
      loop, actions,
      [](const PlannedArtifact& artifact, const std::stop_token&, auto done) {
        std::this_thread::sleep_for(milliseconds(std::stol(artifact.source.location)));
        done(Provided{});
      },
      std::move(options));
  const auto start = std::chrono::steady_clock::now();
  executor.run(graph, graph);
  const auto taken = std::chrono::steady_clock::now() - start;
  return {std::chrono::duration_cast<microseconds>(taken), graph.lower_bound()};
}

}  // namespace sharkreg::bench
