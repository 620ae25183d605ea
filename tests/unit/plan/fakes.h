// SPDX-License-Identifier: Apache-2.0
// A backend and a tuner resolver that answer what a test tells them, and a case to plan.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "plan/planner.h"

namespace sharkreg::core {

// Plans one action a compile and one a run, unless a test puts something else in their places.
class FakeBackend final : public Backend {
 public:
  std::function<CompilePlan(const CompileRequest&)> on_compile = compile_once;
  std::function<RunPlan(const RunRequest&)> on_run = run_once;
  std::vector<CompileRequest> compiles;
  std::vector<RunRequest> runs;

  BackendDescription describe() const override { return {}; }
  Probe probe(const ProbeRequest&) override { return {}; }
  Classification classify(const FailureReport&) override { return {}; }

  CompilePlan plan_compile(const CompileRequest& request) override {
    compiles.push_back(request);
    return on_compile(request);
  }

  RunPlan plan_run(const RunRequest& request) override {
    runs.push_back(request);
    return on_run(request);
  }

  static CompilePlan compile_once(const CompileRequest& request) {
    Action action;
    action.name = "compile";
    action.program = "/tools/compiler";
    action.arguments = {in("program"), Argument("-o"), out("module")};
    for (const std::string& flag : request.compiler_flags) action.arguments.emplace_back(flag);
    for (const std::string& flag : request.extra_arguments) action.arguments.emplace_back(flag);
    if (request.tuner_file) action.arguments.push_back({"--tuner=", in("tuner_file")});
    if (request.pipeline_program) action.inputs = {"pipeline_program"};
    action.outputs = {{"module", "model." + request.tag + ".bin"}};
    return {{action}, {}};
  }

  static RunPlan run_once(const RunRequest& request) {
    Action action;
    action.name = "run";
    action.program = "/tools/runner";
    action.arguments = {{"--module=", in("module")}, "--function=" + request.function};
    action.device_count = 1;
    RunPlan plan;
    for (const RunInput& input : request.inputs) {
      if (input.file) action.arguments.push_back(in(input.file->id));
    }
    for (const RunWeights& weights : request.weights) {
      action.arguments.push_back(in(weights.file.id));
    }
    for (std::size_t index = 0; index < request.expectations.size(); ++index) {
      const std::string name = "output_" + std::to_string(index);
      if (!request.expectations[index].file || request.comparison == ComparisonMode::runtime) {
        continue;
      }
      action.outputs.push_back({name, name + ".npy"});
      action.arguments.push_back(out(name));
      PlannedResult result;
      result.name = result.output = name;
      result.format = "npy";
      result.expectation = request.expectations[index].file->id;
      result.comparator = "close_enough";
      result.arguments = request.threshold_arguments;
      result.index = static_cast<std::int64_t>(index);
      plan.results.push_back(result);
    }
    plan.actions = {action};
    return plan;
  }
};

class FakeTuner final : public TunerResolver {
 public:
  std::optional<TunerChoice> choice;
  std::vector<TunerRequest> requests;

  std::optional<TunerChoice> resolve(const TunerRequest& request) override {
    requests.push_back(request);
    return choice;
  }
};

inline Source file_source(const std::string& path) {
  return {path, path, false, std::filesystem::path(path).filename()};
}

inline TensorSource tensor(const std::string& path, const std::string& value = {}) {
  return {file_source(path), value, false};
}

inline Case small_case() {
  Case test_case;
  test_case.model = "shark";
  test_case.submodel = "fin";
  test_case.file = "/suite/shark/fin.json";
  test_case.programs = {{"mlir", file_source("/data/fin.mlir")}};
  test_case.inputs = {tensor("/data/in.npy")};
  test_case.outputs = {tensor("/data/out.npy", "4xf32")};
  test_case.function = "main";
  return test_case;
}

// Planning with one backend "vector", which has a device and no names of targets; tests change what
// they are about.
struct Planning {
  std::shared_ptr<FakeBackend> fake = std::make_shared<FakeBackend>();
  FakeTuner tuner;
  PlanOptions options;
  std::vector<ChosenBackend> backends;
  Case test_case = small_case();

  Planning() {
    options.artifacts_dir = "/artifacts";
    options.output_dir = "/outputs";
    options.run_dir = "/run";
    options.sku = "hammerhead";
    backends.push_back(backend("vector", {""}));
  }

  ChosenBackend backend(const std::string& name, std::vector<std::string> targets) const {
    ChosenBackend chosen;
    chosen.name = name;
    chosen.library = "/plugins/lib" + name + ".so";
    chosen.description.program_formats = {"mlir"};
    chosen.description.weight_formats = {"irpa"};
    chosen.backend = fake;
    chosen.targets = std::move(targets);
    Device device;
    device.id = name + ":0";
    chosen.probe.devices = {device};
    return chosen;
  }

  CasePlan plan() { return Planner(options, backends, tuner).plan(test_case); }

  // For tests of what becomes of one step.
  PlannedStep compile_step() { return plan().steps.at(0); }
  PlannedStep run_step() { return plan().steps.at(1); }
};

inline Verdict verdict_of(const PlannedStep& step) {
  REQUIRE_MESSAGE(step.foregone, step.name << " is not foregone");
  return step.foregone->verdict;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace sharkreg::core
