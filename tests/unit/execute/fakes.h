// SPDX-License-Identifier: Apache-2.0
// Twins of what the executor works with: plans made by hand, artifacts in memory, a launcher that
// starts nothing, an observer that writes down what it is told.
#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/files.h"
#include "execute/executor.h"

namespace sharkreg::core {

inline std::string content_of(const std::filesystem::path& path) {
  const auto text = read_file(path);
  return text ? *text : "(none)";
}

inline void write(const std::filesystem::path& path, const std::string& content) {
  REQUIRE(make_directories(path.parent_path()).has_value());
  std::ofstream(path) << content;
}

// A plan whose files lie in a directory of its own. Its actions name the files that they write as
// their arguments: the fake launcher makes those.
struct HandMadePlan {
  TemporaryDirectory directory =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "plan-").value();
  std::shared_ptr<CasePlan> plan = std::make_shared<CasePlan>();

  HandMadePlan() {
    plan->model = "shark";
    plan->submodel = "fin";
  }

  std::filesystem::path path(const std::string& name) const { return directory.path() / name; }

  FileOrigin artifact(const std::string& name) {
    PlannedArtifact& artifact = plan->artifacts.emplace_back();
    artifact.id = name;
    artifact.source.location = artifact.source.text = "memory://" + name;
    artifact.path = path("artifacts") / name;
    return {FileOrigin::Kind::artifact, plan->artifacts.size() - 1, {}};
  }

  std::size_t compile() { return step(Stage::compile, std::nullopt); }
  std::size_t run_after(std::size_t compile) { return step(Stage::run, compile); }

  std::size_t step(Stage stage, std::optional<std::size_t> needs) {
    PlannedStep& step = plan->steps.emplace_back();
    step.stage = stage;
    step.name = std::string(name_of(stage)) + std::to_string(plan->steps.size() - 1);
    step.compile_step = needs;
    return plan->steps.size() - 1;
  }

  // The file "NAME.bin" that the action writes.
  FileOrigin action(std::size_t step, const std::string& name,
                    const std::vector<FileOrigin>& inputs = {}) {
    const std::size_t index = plan->actions.size();
    PlannedAction& planned = plan->actions.emplace_back();
    planned.step = step;
    planned.action.name = name;
    planned.action.program = "/fake/" + name;
    planned.action.outputs = {{name, name + ".bin"}};
    planned.action.arguments = {out(name)};
    planned.output_directory = path("outputs");
    planned.log_directory = path("logs") / plan->steps[step].name;
    planned.side_file_tag = plan->steps[step].name;
    for (const FileOrigin& origin : inputs) {
      planned.inputs["in" + std::to_string(planned.inputs.size())] = origin;
      if (origin.kind == FileOrigin::Kind::artifact) {
        plan->steps[step].artifacts.push_back(origin.index);
      }
    }
    plan->steps[step].actions.push_back(index);
    return {FileOrigin::Kind::output, index, name};
  }
};

// All artifacts but those called "absent…"; the content is the URL.
class MemoryFetcher final : public ArtifactFetcher {
 public:
  FetcherDescription describe() const override { return {{"memory"}}; }

  std::optional<ArtifactInformation> stat(const std::string& url) override {
    if (url.find("absent") != std::string::npos) return std::nullopt;
    ArtifactInformation information;
    information.size = static_cast<std::int64_t>(url.size());
    return information;
  }

  void read(const std::string& url, const ArtifactPart&, const Receive& receive) override {
    receive(url.data(), url.size());
  }
};

// A store of its own for what MemoryFetcher has.
struct MemoryStore {
  TemporaryDirectory directory =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "store-").value();
  SystemClock clock;
  ArtifactStore store{{.directory = directory.path()},
                      [](std::string_view) -> Result<std::unique_ptr<ArtifactFetcher>> {
                        return std::unique_ptr<ArtifactFetcher>(std::make_unique<MemoryFetcher>());
                      },
                      clock};
};

// Runs nothing: writes the files that the arguments name, and ends as the test says.
class FakeLauncher final : public Launcher {
 public:
  using Ending = std::function<Result<LaunchResult>(const LaunchRequest&)>;

  explicit FakeLauncher(EventLoop& loop) : loop_(loop) {}

  Ending ending = write_outputs;
  // Launches end when so many run; 0: they only end when they are terminated.
  std::size_t ends_at = 1;
  std::function<void()> on_launch;

  std::vector<LaunchRequest> requests;
  std::size_t most_running = 0;
  int terminations = 0;

  void launch(LaunchRequest request, Done done) override {
    requests.push_back(request);
    running_.push_back({std::move(request), std::move(done)});
    most_running = std::max(most_running, running_.size());
    if (on_launch) on_launch();
    if (ends_at > 0 && running_.size() >= ends_at) {
      end_all([this](const LaunchRequest& ended) { return ending(ended); });
    }
  }

  void terminate_all() override {
    ++terminations;
    end_all([](const LaunchRequest&) -> Result<LaunchResult> {
      LaunchResult result;
      result.end = LaunchResult::End::terminated;
      return result;
    });
  }

  // Ends what runs, as the test says.
  void end_all() {
    end_all([this](const LaunchRequest& ended) { return ending(ended); });
  }
  std::size_t running() const { return running_.size(); }

  // What the programs are called that were launched, in order.
  std::vector<std::string> programs() const {
    std::vector<std::string> names;
    for (const LaunchRequest& request : requests) {
      names.push_back(std::filesystem::path(request.program).filename());
    }
    return names;
  }

  static Result<LaunchResult> write_outputs(const LaunchRequest& request) {
    for (const std::string& file : request.arguments) {
      write(request.working_directory / file, "made by " + request.program);
    }
    return LaunchResult{};
  }

  // Exits with a status other than 0 if the program has this name.
  static Ending failing(const std::string& name) {
    return [name](const LaunchRequest& request) {
      Result<LaunchResult> result = write_outputs(request);
      if (std::filesystem::path(request.program).filename() == name) result->exit_status = 1;
      return result;
    };
  }

 private:
  struct Running {
    LaunchRequest request;
    Done done;
  };

  void end_all(const Ending& how) {
    for (Running& running : std::exchange(running_, {})) {
      loop_.post([how, running = std::move(running)] { running.done(how(running.request)); });
    }
  }

  EventLoop& loop_;
  std::vector<Running> running_;
};

class ListSource final : public PlanSource {
 public:
  std::deque<std::shared_ptr<const CasePlan>> plans;
  std::size_t taken = 0;

  std::shared_ptr<const CasePlan> next() override {
    if (plans.empty()) return nullptr;
    auto plan = plans.front();
    plans.pop_front();
    ++taken;
    return plan;
  }
};

// Writes down "fetch X", "fetched X", "start ACTION" and "STEP: STATUS, …" in the order in which it
// is told.
class Recorder final : public ExecutionObserver {
 public:
  std::vector<std::string> events;
  std::vector<WorkSpan> spans;
  bool blames = false;  // devices for failures
  std::function<void(const std::string&)> on_event;
  std::function<void()> while_concluding;  // on the pool
  std::atomic<int> most_concluding = 0;
  std::map<std::string, CaseResults> results;  // as a step saw them when it was concluded
  std::map<std::string, int> again;            // how often a step is wanted to be done again
  std::chrono::milliseconds wait{0};           // before that

  void fetch_started(const CasePlan& plan, std::size_t artifact) override {
    add("fetch " + plan.artifacts[artifact].id);
  }
  void fetch_finished(const CasePlan& plan, std::size_t artifact) override {
    add("fetched " + plan.artifacts[artifact].id);
  }
  void action_started(const CasePlan& plan, std::size_t action) override {
    add("start " + plan.actions[action].action.name);
  }

  void action_waits(const CasePlan& plan, std::size_t action, const std::string& what) override {
    add(plan.actions[action].action.name + " waits for " + what);
  }
  void worked(const CasePlan&, const WorkSpan& span) override { spans.push_back(span); }
  bool blames_device(const CasePlan&, std::size_t, const ActionResult&) override { return blames; }

  std::function<Again()> conclude(const CasePlan& plan, std::size_t step,
                                  const CaseResults& all) override {
    most_concluding = std::max<int>(most_concluding, ++concluding_);
    if (while_concluding) while_concluding();
    // Only what the contract allows to be read: other steps may be changing meanwhile.
    CaseResults seen;
    seen.artifacts.resize(all.artifacts.size());
    seen.actions.resize(all.actions.size());
    std::string line;
    for (const std::size_t index : plan.steps[step].artifacts) {
      seen.artifacts[index] = all.artifacts[index];
      if (all.artifacts[index].error) line += " no " + plan.artifacts[index].id + ",";
    }
    if (plan.steps[step].compile_step) {
      for (const std::size_t index : plan.steps[*plan.steps[step].compile_step].actions) {
        seen.actions[index] = all.actions[index];
      }
    }
    for (const std::size_t index : plan.steps[step].actions) {
      seen.actions[index] = all.actions[index];
      line += " " + std::string(name_of(all.actions[index].status)) + ",";
    }
    if (!line.empty()) line.pop_back();
    --concluding_;
    return [this, seen = std::move(seen), name = plan.steps[step].name, line]() -> Again {
      results[name] = seen;
      add(name + ":" + line);
      if (again[name] == 0) return std::nullopt;
      --again[name];
      return wait;
    };
  }

  bool saw(const std::string& event) const {
    return std::ranges::find(events, event) != events.end();
  }

  // Whether all these events were seen, each after the one before it.
  bool saw_in_order(const std::vector<std::string>& wanted) const {
    auto from = events.begin();
    for (const std::string& event : wanted) {
      from = std::find(from, events.end(), event);
      if (from == events.end()) return false;
      ++from;
    }
    return true;
  }

 private:
  void add(const std::string& event) {
    events.push_back(event);
    if (on_event) on_event(event);
  }

  std::atomic<int> concluding_ = 0;
};

// Without other processes, so without locks.
inline ExecutorOptions options_for(std::size_t jobs, std::size_t fetch_jobs,
                                   std::size_t open_cases = 64) {
  ExecutorOptions options;
  options.scheduling.jobs = jobs;
  options.fetch_jobs = fetch_jobs;
  options.judge_jobs = jobs;
  options.open_cases = open_cases;
  options.worker = "/fake/worker";
  return options;
}

// Everything that an executor needs, and the executor.
struct Rig {
  explicit Rig(const ExecutorOptions& options = options_for(1, 1))
      : executor(loop, launcher, store.store, options) {}

  EventLoop loop;
  FakeLauncher launcher{loop};
  MemoryStore store;
  ListSource source;
  Recorder recorder;
  Executor executor;

  void run(const std::vector<std::shared_ptr<CasePlan>>& plans) {
    source.plans.assign(plans.begin(), plans.end());
    executor.run(source, recorder);
  }

  // Interrupts when the observer is told this.
  void interrupt_at(const std::string& event) {
    recorder.on_event = [this, event](const std::string& told) {
      if (told == event) executor.interrupt();
    };
  }
};

}  // namespace sharkreg::core
