// SPDX-License-Identifier: Apache-2.0
#include "many_cases.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "execute/executor.h"
#include "judge/judge.h"
#include "plan/planner.h"
#include "report/outcome.h"
#include "report/plain_progress.h"
#include "report/redaction.h"
#include "report/results_file.h"
#include "report/run_view.h"
#include "report/summary.h"

namespace sharkreg::bench {
namespace {

using namespace sharkreg::core;
using std::chrono::microseconds;

constexpr std::size_t jobs = 8;

class MemoryBackend final : public Backend {
 public:
  BackendDescription describe() const override { return {}; }
  Probe probe(const ProbeRequest&) override { return {}; }
  Classification classify(const FailureReport&) override { return {}; }

  CompilePlan plan_compile(const CompileRequest& request) override {
    Action action = action_of("compile");
    action.arguments = {in("program"), "-o", out("module")};
    for (const std::string& flag : request.compiler_flags) action.arguments.emplace_back(flag);
    action.outputs = {{"module", "model." + request.tag + ".bin"}};
    action.serial_arguments = {"--one-thread"};
    return {{std::move(action)}, {}};
  }

  RunPlan plan_run(const RunRequest& request) override {
    RunPlan plan;
    Action action = action_of("run");
    action.arguments = {{"--module=", in("module")}, "--function=" + request.function};
    action.device_count = 1;
    plan.actions = {std::move(action)};
    return plan;
  }

 private:
  static Action action_of(const char* name) {
    Action action;
    action.name = name;
    action.program = std::string("/memory/") + name;
    action.environment = {{"PATH", std::nullopt}};
    return action;
  }
};

std::vector<ChosenBackend> backends() {
  ChosenBackend backend;
  backend.name = "memory";
  backend.description.program_formats = {"mlir"};
  backend.backend = std::make_shared<MemoryBackend>();
  backend.targets = {""};
  for (const char* id : {"one", "two", "three", "four"}) {
    Device device;
    device.id = id;
    backend.probe.devices.push_back(std::move(device));
  }
  return {std::move(backend)};
}

Case synthetic_case(std::size_t number) {
  Case made;
  made.model = "model" + std::to_string(number / 100);
  made.submodel = "case" + std::to_string(number % 100);
  made.file = "/memory/" + made.name() + ".json";
  Source source;
  source.text = source.location = "memory://" + made.name() + "/program.mlir";
  source.is_url = true;
  source.file_name = "program.mlir";
  made.programs = {{"mlir", source}};
  made.function = "main";
  made.backends["memory"].compiler_flags = {{"--opt-level=3", "--target-feature=all"}};
  return made;
}

// Actions succeed as soon as the loop comes to them.
class AtOnce final : public ActionStarter {
 public:
  explicit AtOnce(EventLoop& loop) : loop_(loop) {}

  void run(std::shared_ptr<const CasePlan> plan, std::size_t action, Allotment,
           Done done) override {
    loop_.post([plan = std::move(plan), action, done = std::move(done)] {
      done(result_of(*plan, action));
    });
  }
  void interrupt() override {}

 private:
  static ActionResult result_of(const CasePlan& plan, std::size_t index) {
    const PlannedAction& planned = plan.actions[index];
    ActionResult result;
    result.status = ActionResult::Status::succeeded;
    LaunchRequest& request = result.request.emplace();
    request.program = planned.action.program;
    request.arguments = bind_arguments(planned, names_of_inputs(plan, planned));
    request.working_directory = planned.output_directory;
    request.standard_output = planned.log_directory / (planned.action.name + ".out");
    request.standard_error = planned.log_directory / (planned.action.name + ".err");
    result.launch.emplace().wall = std::chrono::milliseconds(1234);
    for (const ActionOutput& output : planned.action.outputs) {
      result.outputs.push_back(planned.output_directory / output.file_name);
    }
    return result;
  }

  EventLoop& loop_;
};

// A terminal that nobody looks at.
class CountingScreen final : public Screen {
 public:
  ScreenSize size() const override { return {}; }
  void write(std::string_view text) override { bytes += text.size(); }

  std::size_t bytes = 0;
};

// What the program keeps of the events of a run.
class Records final : public EventSink {
 public:
  Records(std::unique_ptr<ResultsFile> file, Progress& progress)
      : file_(std::move(file)), progress_(progress) {}

  void on(const Event& happened) override {
    const Event event = redacted(happened);
    file_->on(event);
    progress_.on(event);
    view_.add(event);
  }

  Result<void> finish() override {
    if (summary_text(view_.finish(), {}).empty())
      return Error{ErrorKind::invalid, "no summary", {}};
    return file_->finish();
  }

 private:
  std::unique_ptr<ResultsFile> file_;
  Progress& progress_;
  RunViewBuilder view_;
};

StepFinished record_of(const Clock& clock, const CasePlan& plan, const PlannedStep& step,
                       const CaseResults& results, const Judgement& judgement, bool whole) {
  StepFinished record;
  record.model = plan.model;
  record.submodel = plan.submodel;
  record.step = step.name;
  record.verdict = judgement.verdict;
  if (!whole) return record;
  record.id = step.id;
  record.time = to_iso_text(clock.now());
  record.file = plan.file;
  record.stage = name_of(step.stage);
  record.backend = step.backend;
  record.repeat = "/memory/bin/sharkreg --model=" + plan.model + " --submodel=" + plan.submodel +
                  " --backend=" + step.backend + " --tests-dir=/memory/tests";
  for (const std::size_t index : step.actions) {
    const ActionResult& result = results.actions[index];
    ActionRecord& action = record.actions.emplace_back();
    action.name = plan.actions[index].action.name;
    action.command = result.request->arguments;
    action.command.insert(action.command.begin(), result.request->program);
    action.directory = result.request->working_directory;
    action.exit_status = 0;
    action.seconds = std::chrono::duration<double>(result.launch->wall).count();
    action.devices = result.devices;
    action.standard_output = result.request->standard_output;
    action.standard_error = result.request->standard_error;
    record.seconds += action.seconds;
    for (const auto& output : result.outputs) {
      record.outputs.push_back(output);
      record.output_files.push_back({output, 4096, 1'700'000'000'000'000'000});
    }
  }
  return record;
}

class Session final : public PlanSource, public ExecutionObserver {
 public:
  Session(std::size_t cases, const Planner& planner, const Judge& judge, EventSink& sink,
          const Clock& clock, bool records)
      : cases_(cases),
        planner_(planner),
        judge_(judge),
        sink_(sink),
        clock_(clock),
        records_(records) {}

  std::shared_ptr<const CasePlan> next() override {
    if (given_ == cases_) return nullptr;
    auto plan = std::make_shared<const CasePlan>(planner_.plan(synthetic_case(given_++)));
    CasePlanned event{plan->model, plan->submodel, {}};
    for (const PlannedStep& step : plan->steps) event.steps.push_back(step.name);
    sink_.on(event);
    return plan;
  }

  void fetch_started(const CasePlan&, std::size_t) override {}
  void fetch_finished(const CasePlan&, std::size_t) override {}
  void action_started(const CasePlan& plan, std::size_t action) override {
    sink_.on(StepStarted{to_iso_text(clock_.now()), plan.model, plan.submodel,
                         plan.steps[plan.actions[action].step].name,
                         plan.actions[action].action.name});
  }

  std::function<Again()> conclude(const CasePlan& plan, std::size_t step,
                                  const CaseResults& results) override {
    StepFinished event = record_of(clock_, plan, plan.steps[step], results,
                                   judge_.judge(plan, step, results), records_);
    return [this, event = std::move(event)]() -> Again {
      if (!first_result) first_result = clock_.steady();
      if (event.verdict == Verdict::pass) ++passed;
      sink_.on(event);
      return std::nullopt;
    };
  }

  std::optional<std::chrono::steady_clock::time_point> first_result;
  std::size_t passed = 0;

 private:
  std::size_t cases_;
  std::size_t given_ = 0;
  const Planner& planner_;
  const Judge& judge_;
  EventSink& sink_;
  const Clock& clock_;
  bool records_;
};

template <class T>
T well(Result<T> result) {
  if (!result) throw std::runtime_error(to_text(result.error()));
  return std::move(*result);
}

microseconds time_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + microseconds(time.tv_usec);
}

rusage usage() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return used;
}

microseconds cpu_of(const rusage& used) {
  return time_of(used.ru_utime) + time_of(used.ru_stime);
}

}  // namespace

ManyCases run_many_cases(std::size_t cases, bool records) {
  const SystemClock clock;
  const auto chosen = backends();
  struct NoTuner final : TunerResolver {
    std::optional<TunerChoice> resolve(const TunerRequest&) override { return std::nullopt; }
  } no_tuner;
  PlanOptions plan_options;
  plan_options.artifacts_dir = "/memory/artifacts";
  plan_options.output_dir = "/memory/outputs";
  plan_options.run_dir = "/memory/run";
  const Planner planner(plan_options, chosen, no_tuner);
  const Judge judge(chosen, [](const std::string& name) -> Result<std::shared_ptr<Comparator>> {
    return Error{ErrorKind::not_found, "no comparator " + name, {}};
  });
  CountingScreen screen;
  PlainProgress progress(screen, clock, false);
  std::optional<TemporaryDirectory> directory;
  std::unique_ptr<Records> recording;
  if (records) {
    directory =
        well(TemporaryDirectory::create(std::filesystem::temp_directory_path(), "sharkreg-bench-"));
    recording = std::make_unique<Records>(
        well(ResultsFile::create(directory->path() / "results.jsonl", clock)), progress);
  }
  EventSink& sink = records ? static_cast<EventSink&>(*recording) : progress;

  ExecutorOptions options;
  options.scheduling.jobs = jobs;
  options.fetch_jobs = jobs;
  options.judge_jobs = jobs;

  const microseconds cpu_before = cpu_of(usage());
  const auto start = clock.steady();
  Session session(cases, planner, judge, sink, clock, records);
  {
    EventLoop loop(2);
    AtOnce actions(loop);
    Executor executor(
        loop, actions,
        [](const PlannedArtifact&, const std::stop_token&, auto done) { done(Provided{}); },
        std::move(options));
    executor.run(session, session);
  }
  if (const auto finished = sink.finish(); !finished)
    throw std::runtime_error(to_text(finished.error()));
  const rusage after = usage();
  ManyCases result;
  result.cases = cases;
  result.cpu = cpu_of(after) - cpu_before;
  result.wall = std::chrono::duration_cast<microseconds>(clock.steady() - start);
  result.first_result =
      std::chrono::duration_cast<microseconds>(session.first_result.value_or(start) - start);
  result.passed = session.passed;
  result.peak_rss_bytes = static_cast<std::uint64_t>(after.ru_maxrss) * 1024;
  return result;
}

}  // namespace sharkreg::bench
